import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.Arrays;
import java.util.Map;

/** The same work at servers that grant other capabilities. */
final class Widths {
    private Widths() {}

    static void addTo(Map<String, Run.Scenario> scenarios) {
        String names = System.getProperty("masks", "");
        for (String name : names.isEmpty() ? new String[0] : names.split(",")) {
            scenarios.put("widths_" + name, run -> work(run, run.at(name)));
        }
    }

    private static void work(Run run, Run server) throws Exception {
        Connection connection = server.connect();
        values(run, connection);
        positions(run, connection);
        largeObjects(run, connection);
        put(run, server.connect("IFX_USEPUT=1"));
        features(run, connection);
        server.close();
    }

    private static void values(Run run, Connection connection) throws SQLException {
        Run.execute(connection, "create table w_all (id serial, v varchar(20), nv nvarchar(9),"
                + " lv lvarchar(300), b boolean, d decimal(8,2), n int, i8 int8)");
        String sql = "insert into w_all values (0, ?, ?, ?, ?, ?, ?, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, "odd");
            insert.setString(2, "even");
            insert.setString(3, "l".repeat(300));
            insert.setString(4, "t"); // setBoolean sends "true" to servers without 34
            insert.setString(5, "12.50");
            insert.setInt(6, -7);
            insert.setString(7, "123456789012");
            run.see("inserted", insert.executeUpdate());
            int[] types = {Types.VARCHAR, Types.VARCHAR, Types.LONGVARCHAR, Types.BOOLEAN,
                Types.DECIMAL, Types.INTEGER, Types.BIGINT};
            for (int i = 0; i < types.length; i++) {
                insert.setNull(i + 1, types[i]);
            }
            insert.executeUpdate();
        }
        Run.execute(connection, "insert into w_all (v, n) values ('', 1)");
        run.see("rows", Run.query(connection, "select * from w_all order by id"));
        run.see("two columns", Run.query(connection, "select v, n from w_all order by id"));
    }

    private static void positions(Run run, Connection connection) throws Exception {
        run.seeError("error", () -> Run.query(connection, "select * from nosuch"));
        Run.execute(connection, "create table w_many (n int, pad char(200))");
        connection.setAutoCommit(false);
        try (PreparedStatement insert =
                connection.prepareStatement("insert into w_many values (?, 'x')")) {
            for (int i = 1; i <= 100; i++) {
                insert.setInt(1, i);
                insert.addBatch();
            }
            run.see("batch", insert.executeBatch().length);
        }
        connection.commit();
        connection.setAutoCommit(true);
        run.see("many", Run.query(connection, "select * from w_many order by n").size());
        try (Statement statement = connection.createStatement(
                        ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
                ResultSet rows = statement.executeQuery("select n from w_many order by n")) {
            rows.last();
            int last = rows.getInt(1);
            rows.absolute(50);
            run.see("scrolled", Arrays.asList(last, rows.getInt(1), rows.previous(), rows.getInt(1)));
        }
    }

    private static void largeObjects(Run run, Connection connection) throws SQLException {
        Run.execute(connection, "create table w_large (t text, b blob)");
        byte[] bytes = new byte[40_000];
        Arrays.fill(bytes, (byte) 'y');
        try (PreparedStatement insert =
                connection.prepareStatement("insert into w_large values (?, ?)")) {
            insert.setString(1, "x".repeat(5_000));
            insert.setBytes(2, bytes);
            insert.executeUpdate();
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select t, b from w_large")) {
            rows.next();
            boolean same = Arrays.equals(bytes, rows.getBytes(2));
            run.see("large", Arrays.asList(rows.getString(1).length(), same));
        }
    }

    private static void put(Run run, Connection connection) throws SQLException {
        Run.execute(connection, "create table w_put (id serial, name varchar(50), n int)");
        try (PreparedStatement insert =
                connection.prepareStatement("insert into w_put values (0, ?, ?)")) {
            for (int i = 0; i < 5; i++) {
                insert.setString(1, i == 3 ? null : "n" + i);
                insert.setInt(2, i);
                insert.addBatch();
            }
            insert.executeBatch();
        }
        run.see("put", Run.query(connection, "select * from w_put order by id"));
    }

    /** What the driver itself gives up without a capability. */
    private static void features(Run run, Connection connection) {
        run.see("parameter metadata", works(() -> {
            try (PreparedStatement select =
                    connection.prepareStatement("select n from w_many where n = ?")) {
                select.getParameterMetaData().getParameterType(1);
            }
        }));
        run.see("generated keys", works(() -> {
            try (Statement statement = connection.createStatement()) {
                String sql = "insert into w_put (n) values (9)";
                statement.executeUpdate(sql, Statement.RETURN_GENERATED_KEYS);
                statement.getGeneratedKeys().close();
            }
        }));
        run.see("bigint", works(
                () -> Run.query(connection, "select n::bigint from w_many where n = 1")));
        run.see("savepoints", works(() -> {
            connection.setAutoCommit(false);
            connection.setSavepoint("one");
            connection.commit();
        }));
        run.see("long statements", works(() -> Run.query(
                connection, "select n from w_many where n = 1 -- " + "x".repeat(70_000))));
    }

    private static boolean works(Run.Action action) {
        try {
            action.run();
            return true;
        } catch (Exception e) {
            return false;
        }
    }
}
