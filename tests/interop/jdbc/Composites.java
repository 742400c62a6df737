import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.sql.Struct;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** SET, MULTISET, LIST and ROW, as text, as Java collections and as Struct. */
final class Composites {
    private Composites() {}

    static void addTo(Map<String, Run.Scenario> scenarios) {
        scenarios.put("composites_text", Composites::text);
        scenarios.put("composites_java", Composites::java);
        scenarios.put("composites_elements", Composites::elements);
        scenarios.put("composites_null", Composites::nulls);
        scenarios.put("composites_nested", Composites::nested);
    }

    private static Connection table(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(
                connection,
                "drop table if exists composites",
                "create table composites (id int, s set(integer not null),"
                        + " m multiset(char(3) not null), l list(varchar(10) not null),"
                        + " r row(a integer, b varchar(10)))");
        return connection;
    }

    /** Sorted if it has no order, so that every run sees the same. */
    private static Object plain(Object value) throws Exception {
        if (value instanceof Struct) {
            return Arrays.asList(((Struct) value).getAttributes()).toString();
        }
        if (value instanceof HashSet) {
            return new TreeSet<>((Collection<?>) value).toString();
        }
        return value == null ? null : value.toString();
    }

    private static List<Object> rows(Connection connection, String sql) throws Exception {
        List<Object> all = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                List<Object> row = new ArrayList<>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(plain(rows.getObject(i)));
                }
                all.add(row);
            }
        }
        return all;
    }

    private static void text(Run run) throws Exception {
        try (Connection connection = table(run)) {
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into composites values (?,?,?,?,?)")) {
                insert.setInt(1, 1);
                insert.setString(2, "SET{2,1,2}");
                insert.setString(3, "MULTISET{'abc','x','x'}");
                insert.setString(4, "LIST{'it''s','a,b',''}");
                insert.setString(5, "ROW(7,'x(y)')");
                insert.executeUpdate();
            }
            Run.execute(
                    connection,
                    "insert into composites values (2, SET{}, MULTISET{'a'}, LIST{'z','a'},"
                            + " ROW(-1, null))");
            run.see("rows", rows(connection, "select * from composites order by id"));
        }
    }

    private static void java(Run run) throws Exception {
        try (Connection connection = table(run)) {
            try (PreparedStatement insert =
                    connection.prepareStatement(
                            "insert into composites (id, s, l) values (1,?,?)")) {
                insert.setObject(1, new HashSet<>(Arrays.asList(3, 1, 2)));
                insert.setObject(2, new ArrayList<>(Arrays.asList("one", "two", "one")));
                run.see("inserted", insert.executeUpdate());
            }
            run.see("rows", rows(connection, "select s, l from composites"));
        }
    }

    private static void elements(Run run) throws Exception {
        try (Connection connection = run.connect()) {
            Run.execute(
                    connection,
                    "drop table if exists elements",
                    "create table elements (a list(bigint not null),"
                            + " b list(decimal(8,2) not null), c list(date not null),"
                            + " d list(boolean not null), e list(float not null))");
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into elements values (?,?,?,?,?)")) {
                insert.setObject(1, new ArrayList<>(Arrays.asList(1L << 40)));
                insert.setObject(2, new ArrayList<>(Arrays.asList(new BigDecimal("1.50"))));
                insert.setObject(
                        3,
                        new ArrayList<>(Arrays.asList(java.sql.Date.valueOf("2024-02-29"))));
                insert.setObject(4, new ArrayList<>(Arrays.asList(true, false)));
                insert.setObject(5, new ArrayList<>(Arrays.asList(1.5, -2.5)));
                run.see("inserted", insert.executeUpdate());
            }
            for (String column : "a b c d e".split(" ")) {
                run.seeError(
                        column,
                        () ->
                                run.see(
                                        "rows " + column,
                                        rows(connection, "select " + column + " from elements")));
            }
        }
    }

    private static void nulls(Run run) throws Exception {
        try (Connection connection = table(run)) {
            Run.execute(
                    connection,
                    "insert into composites values (1, null, null, null, null)",
                    "insert into composites values (2, SET{}, MULTISET{}, LIST{}, ROW(null,null))");
            run.see("rows", rows(connection, "select * from composites order by id"));
        }
    }

    private static void nested(Run run) throws Exception {
        try (Connection connection = run.connect()) {
            Run.execute(
                    connection,
                    "drop table if exists nested",
                    "create table nested (l list(multiset(int not null) not null))");
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into nested values (?)")) {
                List<Object> outer = new ArrayList<>();
                outer.add(new HashSet<>(Arrays.asList(1)));
                outer.add(new HashSet<>(Arrays.asList(2, 3)));
                insert.setObject(1, outer);
                run.see("inserted", insert.executeUpdate());
            }
            run.seeError("error", () -> run.see("rows", rows(connection, "select l from nested")));
        }
    }
}
