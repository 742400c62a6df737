import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Struct;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Routines in SPL: CallableStatement, result sets, what is told about them, errors. */
final class Routines {
    private Routines() {}

    static void addTo(Map<String, Run.Scenario> scenarios) {
        scenarios.put("routines_procedure", Routines::procedure);
        scenarios.put("routines_function", Routines::function);
        scenarios.put("routines_rows", Routines::rows);
        scenarios.put("routines_metadata", Routines::metadata);
        scenarios.put("routines_out", Routines::out);
        scenarios.put("routines_errors", Routines::errors);
        scenarios.put("routines_transaction", Routines::transaction);
        scenarios.put("routines_in_queries", Routines::inQueries);
        scenarios.put("routines_named_rows", Routines::namedRows);
    }

    private static Connection routines(Run run, String... settings) throws Exception {
        Connection connection = run.connect(settings);
        Run.execute(
                connection,
                "drop table if exists called",
                "create table called (n int, s varchar(20))",
                "drop procedure if exists called_add",
                "create procedure called_add(n int, s varchar(20) default 'none')"
                        + " insert into called values (n, s); end procedure",
                "drop function if exists called_next",
                "create function called_next(n int) returning int; return n + 1;"
                        + " end function",
                "drop function if exists called_upto",
                "create function called_upto(a int, b int)"
                        + " returning int as i, varchar(10) as name; define i int;"
                        + " for i = a to b step 1 return i, 'no ' || i with resume; end for"
                        + " end function",
                "drop procedure if exists called_fail",
                "create procedure called_fail(n int) if n = 1 then"
                        + " raise exception -746, 0, 'no luck'; end if"
                        + " if n = 2 then raise exception -100, -7; end if"
                        + " insert into called values (n, 'kept');"
                        + " insert into called values ('x', 'refused'); end procedure");
        return connection;
    }

    private static void procedure(Run run) throws Exception {
        try (Connection connection = routines(run)) {
            try (CallableStatement call = connection.prepareCall("{call called_add(?, ?)}")) {
                for (int i = 1; i <= 2; i++) {
                    call.setInt(1, i);
                    call.setString(2, i == 1 ? "one" : null);
                    run.see("is a result set " + i, call.execute());
                    run.see("count " + i, call.getUpdateCount());
                }
            }
            try (CallableStatement call = connection.prepareCall("{call called_add(3)}")) {
                run.see("count 3", call.executeUpdate());
            }
            run.see("rows", Run.query(connection, "select * from called order by n"));
        }
    }

    private static void function(Run run) throws Exception {
        try (Connection connection = routines(run);
                CallableStatement call =
                        connection.prepareCall("{? = call called_next(?)}")) {
            for (int i : new int[] {41, -7}) {
                call.setInt(1, i);
                run.see("is a result set " + i, call.execute());
                run.see("rows " + i, Run.remaining(call.getResultSet()));
            }
            call.setNull(1, Types.INTEGER);
            run.see("rows null", Run.remaining(call.executeQuery()));
        }
    }

    private static void rows(Run run) throws Exception {
        try (Connection connection = routines(run);
                CallableStatement call =
                        connection.prepareCall("{call called_upto(?, ?)}")) {
            call.setInt(1, 1);
            call.setInt(2, 3);
            run.see("three", Run.remaining(call.executeQuery()));
            call.setInt(2, 0);
            run.seeError("backwards", call::executeQuery);
            call.setNull(2, Types.INTEGER);
            run.seeError("no end", call::executeQuery);
            call.setInt(2, 2000);
            run.see("many", Run.remaining(call.executeQuery()).size());
            call.setInt(2, 2000000000);
            try (ResultSet rows = call.executeQuery()) {
                rows.next();
                rows.next();
                run.see("second of many", Run.row(rows));
            }
            try (Statement statement = connection.createStatement()) {
                statement.setMaxRows(2);
                ResultSet rows =
                        statement.executeQuery("execute function called_upto(1, 100)");
                run.see("at most two", Run.remaining(rows));
            }
            try (Statement scroll =
                    connection.createStatement(
                            ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY)) {
                ResultSet rows = scroll.executeQuery("execute function called_upto(1, 5)");
                rows.last();
                run.see("last", Run.row(rows));
                rows.absolute(2);
                run.see("second", Run.row(rows));
            }
        }
    }

    private static void metadata(Run run) throws Exception {
        try (Connection connection = routines(run);
                CallableStatement call =
                        connection.prepareCall("{call called_upto(?, ?)}")) {
            ParameterMetaData parameters = call.getParameterMetaData();
            run.see("parameters", parameters.getParameterCount());
            run.see("type", parameters.getParameterTypeName(1));
            run.see("mode", parameters.getParameterMode(1));
            call.setInt("b", 2);
            call.setInt("a", 1);
            run.see("by name", Run.remaining(call.executeQuery()));
            ResultSetMetaData columns = call.executeQuery().getMetaData();
            List<Object> names = new ArrayList<>();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                names.add(columns.getColumnName(i) + " " + columns.getColumnTypeName(i));
            }
            run.see("columns", names);
            try (CallableStatement unnamed =
                    connection.prepareCall("{? = call called_next(?)}")) {
                unnamed.setInt(1, 1);
                run.see(
                        "unnamed",
                        unnamed.executeQuery().getMetaData().getColumnName(1));
            }
        }
    }

    /** OUT parameters are the client's own affair: nothing is asked of the server. */
    private static void out(Run run) throws Exception {
        try (Connection connection = routines(run);
                CallableStatement call =
                        connection.prepareCall("{? = call called_next(?)}")) {
            run.seeError("registered", () -> call.registerOutParameter(1, Types.INTEGER));
            run.see("rows after it", Run.query(connection, "execute function called_next(1)"));
        }
    }

    private static String message(Connection connection, String sql) {
        try {
            Run.execute(connection, sql);
            return null;
        } catch (SQLException e) {
            return e.getErrorCode() + " " + e.getMessage();
        }
    }

    private static void errors(Run run) throws Exception {
        try (Connection connection = routines(run)) {
            run.seeError("unknown", () -> Run.execute(connection, "execute procedure nobody()"));
            run.seeError(
                    "count", () -> Run.execute(connection, "execute procedure called_fail()"));
            run.see("raised", message(connection, "execute procedure called_fail(1)"));
            run.seeError(
                    "isam", () -> Run.execute(connection, "execute procedure called_fail(2)"));
            run.seeError(
                    "half", () -> Run.execute(connection, "execute procedure called_fail(3)"));
            run.see("rows", Run.query(connection, "select * from called"));
            run.seeError(
                    "again",
                    () ->
                            Run.execute(
                                    connection,
                                    "create procedure called_fail(n int) end procedure"));
            try (CallableStatement call = connection.prepareCall("{call called_fail(?)}")) {
                for (int i = 1; i <= 2; i++) {
                    call.setInt(1, i);
                    run.seeError("prepared " + i, call::execute);
                }
            }
        }
    }

    private static void transaction(Run run) throws Exception {
        try (Connection connection = routines(run)) {
            connection.setAutoCommit(false);
            Run.execute(connection, "execute procedure called_add(1)");
            connection.rollback();
            Run.execute(connection, "execute procedure called_add(2)");
            Run.execute(
                    connection,
                    "create procedure called_late() end procedure",
                    "execute procedure called_late()");
            connection.commit();
            Run.execute(connection, "drop procedure called_late");
            connection.rollback();
            Run.execute(connection, "execute procedure called_late()");
            Run.execute(connection, "drop procedure called_late");
            connection.commit();
            run.see("rows", Run.query(connection, "select * from called"));
            connection.commit();
        }
    }

    private static void inQueries(Run run) throws Exception {
        try (Connection connection = routines(run)) {
            Run.execute(
                    connection,
                    "insert into called values (1, 'a')",
                    "insert into called values (called_next(1), 'b')",
                    "update called set n = called_next(n) where called_next(n) = 3");
            run.see(
                    "rows",
                    Run.query(
                            connection,
                            "select n, called_next(n) after from called order by 1"));
        }
    }

    private static Object plain(Object value) throws Exception {
        if (!(value instanceof Struct)) {
            return value;
        }
        List<Object> fields = new ArrayList<>();
        for (Object field : ((Struct) value).getAttributes()) {
            fields.add(plain(field));
        }
        return fields.toString();
    }

    private static void namedRows(Run run) throws Exception {
        try (Connection connection = run.connect()) {
            Run.execute(
                    connection,
                    "drop table if exists named",
                    "drop row type if exists named_line restrict",
                    "drop row type if exists named_spot restrict",
                    "create row type named_spot (x int, label varchar(9))",
                    "create row type named_line (a named_spot, n int)",
                    "create table named (k int, p named_spot, l named_line)",
                    "insert into named values (1, row(7, 'x')::named_spot,"
                            + " row(row(1, 'y'), 2)::named_line)",
                    "insert into named values (2, null, null)");
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into named values (3, ?, ?)")) {
                insert.setString(1, "ROW(8,'it''s')");
                insert.setString(2, "ROW(ROW(3,'z'),4)");
                run.see("inserted", insert.executeUpdate());
            }
            List<Object> values = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery("select p, l from named order by k")) {
                while (rows.next()) {
                    values.add(plain(rows.getObject(1)));
                    values.add(plain(rows.getObject(2)));
                }
                run.see("type", rows.getMetaData().getColumnType(1));
                run.see("type name", rows.getMetaData().getColumnTypeName(1));
            }
            run.see("values", values);
            run.seeError(
                    "in use",
                    () -> Run.execute(connection, "drop row type named_spot restrict"));
        }
    }
}
