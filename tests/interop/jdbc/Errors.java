import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Map;

/** Errors: their codes, and that the connection and statement go on after them. */
final class Errors {
    private Errors() {}

    static void addTo(Map<String, Run.Scenario> scenarios) {
        scenarios.put("errors", Errors::errors);
        scenarios.put("error_offsets", Errors::offsets);
        scenarios.put("unique_violations", Errors::uniqueViolations);
        scenarios.put("prepared_after_error", Errors::preparedAfterError);
        scenarios.put("error_beside_open_cursor", Errors::besideOpenCursor);
    }

    private static void errors(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(connection, "create table e_codes (id int, name varchar(5) not null)");
        String[][] statements = {
            {"syntax", "selec foo"},
            {"table", "select * from nosuch"},
            {"column", "select nosuch from e_codes"},
            {"not null", "insert into e_codes values (1, null)"},
            {"value count", "insert into e_codes values (1)"},
            {"table exists", "create table e_codes (id int)"},
            {"conversion", "insert into e_codes values ('abc', 'x')"},
            {"zero divide", "select 1 / 0 from systables where tabid = 1"},
            {"routine", "select nosuchfunction(1) from systables where tabid = 1"},
            {"drop", "drop table nosuch"},
            {"database", "database nosuchdb"},
        };
        for (String[] statement : statements) {
            run.seeError(statement[0], () -> {
                try (Statement s = connection.createStatement()) {
                    if (s.execute(statement[1])) {
                        Run.remaining(s.getResultSet());
                    }
                }
            });
            run.see("after " + statement[0],
                    Run.query(connection, "select tabid from systables where tabid = 1"));
        }
    }

    private static void offsets(Run run) throws Exception {
        com.informix.jdbc.IfmxConnection connection =
                (com.informix.jdbc.IfmxConnection) run.connect();
        Run.execute((Connection) connection, "create table e_offset (id int)");
        String[] statements = {
            "selec foo",
            "select * from nosuch",
            "select id, nosuch from e_offset",
        };
        for (String sql : statements) {
            run.seeError(sql, () -> Run.query((Connection) connection, sql));
            run.see("offset of " + sql, connection.getSQLStatementOffset());
        }
    }

    private static void uniqueViolations(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(connection,
                "create table e_primary (id int primary key)",
                "create table e_index (id int)",
                "create unique index e_index_id on e_index (id)");
        for (String table : new String[] {"e_primary", "e_index"}) {
            String sql = "insert into " + table + " values (5)";
            Run.execute(connection, sql);
            run.seeError(table, () -> Run.execute(connection, sql));
            run.see(table + " rows", Run.query(connection, "select id from " + table));
        }
    }

    private static void preparedAfterError(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(connection, "create table e_prepared (id int primary key, name varchar(9))");
        try (PreparedStatement insert =
                connection.prepareStatement("insert into e_prepared values (?, ?)")) {
            insert.setInt(1, 5);
            insert.setString(2, "a");
            run.see("first", insert.executeUpdate());
            run.seeError("again", insert::executeUpdate);
            insert.setInt(1, 6);
            run.see("other key", insert.executeUpdate());
        }
        run.see("rows", Run.query(connection, "select id, name from e_prepared order by id"));
    }

    private static void besideOpenCursor(Run run) throws Exception {
        Connection connection = run.connect("FET_BUF_SIZE=4096");
        Run.execute(connection, "create table e_cursor (id int, pad char(2000))");
        for (int i = 0; i < 6; i++) {
            Run.execute(connection, "insert into e_cursor values (" + i + ", 'p')");
        }
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id, pad from e_cursor order by id")) {
            rows.next();
            run.seeError("error", () -> Run.query(connection, "select * from nosuch"));
            int count = 1;
            while (rows.next()) {
                count++;
            }
            run.see("rows", count);
        }
    }
}
