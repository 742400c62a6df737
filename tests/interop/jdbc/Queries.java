import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Reading and changing rows. */
final class Queries {
    private Queries() {}

    static void addTo(Map<String, Run.Scenario> scenarios) {
        scenarios.put("select_simple", Queries::selectSimple);
        scenarios.put("select_prepared", Queries::selectPrepared);
        scenarios.put("fetch_1000", Queries::fetchThousand);
        scenarios.put("dml_counts", Queries::dmlCounts);
        scenarios.put("interleaved", Queries::interleaved);
        scenarios.put("interleaved_prepared", Queries::interleavedPrepared);
        scenarios.put("result_set_metadata", Queries::resultSetMetaData);
        scenarios.put("parameter_metadata", Queries::parameterMetaData);
    }

    private static Connection withPeople(Run run, String table) throws Exception {
        Connection connection = run.connect();
        Run.execute(connection,
                "create table " + table + " (id int primary key, name varchar(20), born date)",
                "insert into " + table + " values (1, 'Ada', '1815-12-10')",
                "insert into " + table + " values (2, 'Grace', null)",
                "insert into " + table + " values (3, '', '1912-06-23')");
        return connection;
    }

    private static void selectSimple(Run run) throws Exception {
        Connection connection = withPeople(run, "q_simple");
        run.see("all", Run.query(connection, "select id, name, born from q_simple order by id"));
        run.see("none", Run.query(connection, "select id from q_simple where id > 99"));
        run.see("count", Run.query(connection, "select count(*) from q_simple"));
        run.see("like", Run.query(connection, "select name from q_simple where name like '%a%'"));
        run.see("expression", Run.query(connection,
                "select id * 2 + 1, upper(name) from q_simple where id = 2"));
        run.see("first", Run.query(connection,
                "select first 2 id from q_simple order by id desc"));
    }

    private static void selectPrepared(Run run) throws Exception {
        Connection connection = withPeople(run, "q_prepared");
        try (PreparedStatement statement = connection.prepareStatement(
                "select name from q_prepared where id = ? or name = ? order by id")) {
            List<Object> results = new ArrayList<>();
            Object[][] bindings = {{1, "Grace"}, {3, "nobody"}, {99, "nobody"}, {2, "Ada"}};
            for (Object[] binding : bindings) {
                statement.setInt(1, (Integer) binding[0]);
                statement.setString(2, (String) binding[1]);
                try (ResultSet rows = statement.executeQuery()) {
                    results.add(Run.remaining(rows));
                }
            }
            run.see("results", results);
        }
    }

    private static void fetchThousand(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(connection, "create table q_many (id int, name varchar(40), amount decimal(10,2))");
        try (PreparedStatement insert =
                connection.prepareStatement("insert into q_many values (?, ?, ?)")) {
            for (int i = 0; i < 1000; i++) {
                insert.setInt(1, i);
                insert.setString(2, "name " + i);
                insert.setBigDecimal(3, java.math.BigDecimal.valueOf(i * 25L, 2));
                insert.executeUpdate();
            }
        }
        List<List<String>> rows =
                Run.query(connection, "select id, name, amount from q_many order by id");
        run.see("count", rows.size());
        run.see("first", rows.get(0));
        run.see("last", rows.get(rows.size() - 1));
        long sum = 0;
        for (List<String> row : rows) {
            sum += Long.parseLong(row.get(0));
        }
        run.see("sum", sum);
    }

    private static void dmlCounts(Run run) throws Exception {
        Connection connection = withPeople(run, "q_counts");
        try (Statement statement = connection.createStatement()) {
            List<Integer> counts = new ArrayList<>();
            for (String sql : new String[] {
                "insert into q_counts values (4, 'Alan', null)",
                "insert into q_counts (id, name) select id + 10, name from q_counts",
                "update q_counts set name = 'x' where id >= 10",
                "update q_counts set name = 'y' where id = 99",
                "delete from q_counts where id = 1",
                "delete from q_counts where id = 1",
                "delete from q_counts",
            }) {
                counts.add(statement.executeUpdate(sql));
            }
            run.see("counts", counts);
        }
        try (PreparedStatement insert =
                connection.prepareStatement("insert into q_counts values (?, ?, ?)")) {
            insert.setInt(1, 7);
            insert.setString(2, "seven");
            insert.setNull(3, java.sql.Types.DATE);
            run.see("prepared insert", insert.executeUpdate());
        }
        try (PreparedStatement update =
                connection.prepareStatement("update q_counts set name = ? where id = ?")) {
            update.setString(1, "SEVEN");
            update.setInt(2, 7);
            run.see("prepared update", update.executeUpdate());
            update.setInt(2, 8);
            run.see("prepared update, no row", update.executeUpdate());
        }
        run.see("left", Run.query(connection, "select * from q_counts"));
    }

    private static void interleaved(Run run) throws Exception {
        Connection connection = withPeople(run, "q_inter");
        try (Statement one = connection.createStatement();
                Statement two = connection.createStatement();
                ResultSet up = one.executeQuery("select id from q_inter order by id");
                ResultSet down = two.executeQuery("select id, name from q_inter order by id desc")) {
            List<String> order = new ArrayList<>();
            boolean more = true;
            while (more) {
                more = up.next();
                if (more) {
                    order.add("up " + up.getInt(1));
                }
                if (down.next()) {
                    order.add("down " + down.getInt(1) + " " + down.getString(2));
                    more = true;
                }
            }
            run.see("order", order);
        }
    }

    /** Many small buffers, so that both cursors really fetch in turns. */
    private static void interleavedPrepared(Run run) throws Exception {
        Connection connection = run.connect("FET_BUF_SIZE=4096");
        Run.execute(connection, "create table q_inter2 (id int, pad char(200))");
        try (PreparedStatement insert =
                connection.prepareStatement("insert into q_inter2 values (?, 'p')")) {
            for (int i = 1; i <= 200; i++) {
                insert.setInt(1, i);
                insert.executeUpdate();
            }
        }
        String sql = "select id, pad from q_inter2 where id > ? order by id";
        try (PreparedStatement one = connection.prepareStatement(sql);
                PreparedStatement two = connection.prepareStatement(sql)) {
            one.setInt(1, 0);
            two.setInt(1, 100);
            long sumOne = 0;
            long sumTwo = 0;
            try (ResultSet first = one.executeQuery(); ResultSet second = two.executeQuery()) {
                while (first.next()) {
                    sumOne += first.getInt(1);
                    if (second.next()) {
                        sumTwo += second.getInt(1);
                    }
                }
                run.see("second at its end", !second.next());
            }
            run.see("sums", Arrays.asList(sumOne, sumTwo));
        }
    }

    private static void resultSetMetaData(Run run) throws Exception {
        Connection connection = run.connect();
        Types.createTable(connection, "q_meta");
        Run.execute(connection, "create table q_meta2 (a int not null, b varchar(10) not null,"
                + " c char(3), primary key (a))");
        for (String table : new String[] {"q_meta", "q_meta2"}) {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select * from " + table)) {
                ResultSetMetaData about = rows.getMetaData();
                List<Object> columns = new ArrayList<>();
                for (int i = 1; i <= about.getColumnCount(); i++) {
                    columns.add(Arrays.asList(
                            about.getColumnName(i), about.getColumnTypeName(i),
                            about.getColumnType(i), about.getPrecision(i),
                            about.getScale(i), about.getColumnDisplaySize(i),
                            about.isNullable(i), about.isAutoIncrement(i)));
                }
                run.see(table, columns);
            }
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select a as alias, count(*), max(b) from q_meta2 group by a")) {
            List<String> labels = new ArrayList<>();
            for (int i = 1; i <= 3; i++) {
                labels.add(rows.getMetaData().getColumnLabel(i));
            }
            run.see("labels", labels);
        }
    }

    private static void parameterMetaData(Run run) throws Exception {
        Connection connection = withPeople(run, "q_params");
        try (PreparedStatement statement =
                connection.prepareStatement("insert into q_params values (?, ?, ?)")) {
            java.sql.ParameterMetaData about = statement.getParameterMetaData();
            List<Object> types = new ArrayList<>();
            for (int i = 1; i <= about.getParameterCount(); i++) {
                types.add(about.getParameterTypeName(i));
            }
            run.see("types", types);
        }
    }
}
