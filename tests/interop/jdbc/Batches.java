import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;

/** Batches, insert cursors and generated keys. */
final class Batches {
    private Batches() {}

    static void addTo(Map<String, Run.Scenario> scenarios) {
        scenarios.put("batch_prepared", Batches::prepared);
        scenarios.put("batch_statements", Batches::statements);
        scenarios.put("batch_error", Batches::error);
        scenarios.put("batch_put", Batches::put);
        scenarios.put("batch_put_error", Batches::putError);
        scenarios.put("generated_keys", Batches::generatedKeys);
    }

    private static void prepared(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(connection, "create table b_prep (id serial, name varchar(9), n int)");
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into b_prep (id, name, n) values (0, ?, ?)")) {
            addRows(insert, 5);
            run.see("insert", insert.executeBatch());
            addRows(insert, 600);
            run.see("many", insert.executeBatch().length);
        }
        try (PreparedStatement update =
                connection.prepareStatement("update b_prep set name = 'u' where n = ?")) {
            for (int n : new int[] {0, 599, 700}) {
                update.setInt(1, n);
                update.addBatch();
            }
            run.see("update", update.executeBatch());
        }
        run.see("count", Run.query(connection, "select count(*), sum(n), max(id) from b_prep"));
    }

    private static void addRows(PreparedStatement insert, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            insert.setString(1, "n" + i);
            insert.setInt(2, i);
            insert.addBatch();
        }
    }

    private static void statements(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(connection, "create table b_text (id serial, name varchar(9))");
        try (Statement statement = connection.createStatement()) {
            statement.addBatch("insert into b_text values (0, 's1')");
            statement.addBatch("insert into b_text values (0, 's2')");
            statement.addBatch("update b_text set name = 'u'");
            statement.addBatch("delete from b_text where id = 1");
            run.see("counts", statement.executeBatch());
        }
        run.see("rows", Run.query(connection, "select id, name from b_text"));
    }

    private static void addKeys(PreparedStatement insert, int... keys) throws Exception {
        for (int key : keys) {
            insert.setInt(1, key);
            insert.setString(2, "k" + key);
            insert.addBatch();
        }
    }

    private static void seeBatchError(Run run, String key, PreparedStatement insert)
            throws Exception {
        try {
            run.see(key, insert.executeBatch());
        } catch (BatchUpdateException e) {
            run.see(key, Run.describe(e));
            run.see(key + " counts", e.getUpdateCounts());
        }
    }

    private static void error(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(connection, "create table b_error (id int primary key, name varchar(9))");
        connection.setAutoCommit(false);
        try (PreparedStatement insert =
                connection.prepareStatement("insert into b_error values (?, ?)")) {
            addKeys(insert, 1, 2, 2, 4, 5);
            seeBatchError(run, "error", insert);
            connection.rollback();
            run.see("rolled back", Run.query(connection, "select id from b_error"));
            addKeys(insert, 9);
            run.see("next batch", insert.executeBatch());
            connection.commit();
        }
        run.see("rows", Run.query(connection, "select id from b_error"));
    }

    private static void put(Run run) throws Exception {
        Connection connection = run.connect("IFX_USEPUT=1");
        Types.createTable(connection, "b_put_types");
        Run.execute(connection, "create table b_put (id serial, name varchar(50), n int)");
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into b_put (id, name, n) values (?, ?, ?)")) {
            for (int i = 0; i < 300; i++) {
                insert.setInt(1, 0);
                insert.setString(2, i % 7 == 0 ? null : "name " + i);
                insert.setInt(3, i);
                insert.addBatch();
            }
            int[] counts = insert.executeBatch();
            run.see("batch", counts.length);
            run.see("reported", counts[0]);
        }
        run.see("totals", Run.query(connection,
                "select count(*), count(name), sum(n), max(id) from b_put"));
        run.see("row 9", Run.query(connection, "select name, n from b_put where n = 8"));
    }

    private static void putError(Run run) throws Exception {
        Connection connection = run.connect("IFX_USEPUT=1");
        Run.execute(connection, "create table b_puterr (id int primary key, name varchar(9))");
        connection.setAutoCommit(false);
        try (PreparedStatement insert =
                connection.prepareStatement("insert into b_puterr values (?, ?)")) {
            addKeys(insert, 1, 2, 2, 4, 5);
            seeBatchError(run, "error", insert);
            addKeys(insert, 11, 12);
            run.see("next batch", insert.executeBatch().length);
        }
        connection.commit();
        run.see("later rows", Run.query(connection, "select id from b_puterr where id > 10"));
    }

    private static void generatedKeys(Run run) throws Exception {
        Connection connection = run.connect();
        for (String type : new String[] {"serial", "serial8", "bigserial"}) {
            String table = "b_keys_" + type;
            Run.execute(connection, "create table " + table + " (id " + type + ", name varchar(9))");
            String sql = "insert into " + table + " (name) values ('x')";
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate(sql, Statement.RETURN_GENERATED_KEYS);
                seeKeys(run, type + " by flag", statement);
                statement.executeUpdate(sql, new int[] {1});
                seeKeys(run, type + " by index", statement);
                statement.executeUpdate(sql, new String[] {"id"});
                seeKeys(run, type + " by name", statement);
            }
            try (PreparedStatement insert = connection.prepareStatement(
                    "insert into " + table + " (id, name) values (0, ?)",
                    Statement.RETURN_GENERATED_KEYS)) {
                insert.setString(1, "k");
                insert.executeUpdate();
                seeKeys(run, type + " prepared", insert);
            }
        }
    }

    private static void seeKeys(Run run, String key, Statement statement) throws Exception {
        try (ResultSet keys = statement.getGeneratedKeys()) {
            run.see(key, Run.remaining(keys));
        }
    }
}
