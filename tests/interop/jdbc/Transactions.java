import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Map;

/** Commit, rollback, savepoints, and what other sessions see. */
final class Transactions {
    private Transactions() {}

    static void addTo(Map<String, Run.Scenario> scenarios) {
        scenarios.put("commit_rollback", Transactions::commitRollback);
        scenarios.put("commit_visibility", Transactions::visibility);
        scenarios.put("begin_work_as_sql", Transactions::asSql);
        scenarios.put("ansi_database", Transactions::ansiDatabase);
        scenarios.put("isolation", Transactions::isolation);
        scenarios.put("savepoints", Transactions::savepoints);
        scenarios.put("hold_cursor", Transactions::holdCursor);
        scenarios.put("commit_closes_cursor", Transactions::commitClosesCursor);
    }

    private static void commitRollback(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(connection, "create table x_plain (id serial primary key, name varchar(9))");
        connection.setAutoCommit(false);
        Run.execute(connection, "insert into x_plain values (0, 'a')");
        connection.commit();
        Run.execute(connection, "insert into x_plain values (0, 'b')",
                "update x_plain set name = 'z' where name = 'a'");
        run.see("inside", Run.query(connection, "select id, name from x_plain order by id"));
        connection.rollback();
        run.see("after rollback", Run.query(connection, "select id, name from x_plain"));
        Run.execute(connection, "delete from x_plain");
        connection.rollback();
        run.see("after second rollback", Run.query(connection, "select name from x_plain"));
        connection.rollback();
        connection.commit();
        connection.setAutoCommit(true);
        Run.execute(connection, "insert into x_plain values (10, 'c')");
        run.see("autocommit", Run.query(connection, "select id, name from x_plain order by id"));
    }

    private static void visibility(Run run) throws Exception {
        Connection writer = run.connect();
        Connection reader = run.connect();
        Run.execute(writer, "create table x_seen (id int)");
        Run.execute(reader, "set isolation to committed read last committed");
        writer.setAutoCommit(false);
        Run.execute(writer, "insert into x_seen values (1)");
        String count = "select count(*) from x_seen";
        run.see("before commit", Run.query(reader, count));
        writer.commit();
        run.see("after commit", Run.query(reader, count));
        Run.execute(writer, "insert into x_seen values (2)");
        writer.close();
        run.see("after close without commit", Run.query(reader, count));
    }

    private static void asSql(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(connection, "create table x_sql (id int)",
                "begin work", "insert into x_sql values (1)", "rollback work",
                "begin work", "insert into x_sql values (2)", "commit work");
        run.see("rows", Run.query(connection, "select id from x_sql"));
        run.seeError("commit without begin", () -> Run.execute(connection, "commit work"));
        run.seeError("begin twice", () -> Run.execute(connection, "begin work", "begin work"));
        Run.execute(connection, "rollback work");
    }

    private static void ansiDatabase(Run run) throws Exception {
        Connection connection = run.connectTo("ansidb");
        connection.setAutoCommit(false);
        Run.execute(connection, "create table x_ansi (id int)");
        connection.commit();
        Run.execute(connection, "insert into x_ansi values (1)");
        connection.rollback();
        Run.execute(connection, "insert into x_ansi values (2)");
        connection.commit();
        run.see("rows", Run.query(connection, "select id from x_ansi"));
    }

    private static void isolation(Run run) throws Exception {
        Connection connection = run.connect();
        int[] levels = {
            Connection.TRANSACTION_READ_UNCOMMITTED, Connection.TRANSACTION_READ_COMMITTED,
            Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE,
        };
        for (int level : levels) {
            connection.setTransactionIsolation(level);
            run.see("level " + level,
                    Run.query(connection, "select tabid from systables where tabid = 1"));
        }
    }

    private static void savepoints(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(connection, "create table x_save (name varchar(9))");
        connection.setAutoCommit(false);
        Run.execute(connection, "insert into x_save values ('a')");
        Savepoint named = connection.setSavepoint("sp1");
        Run.execute(connection, "insert into x_save values ('b')");
        Savepoint unnamed = connection.setSavepoint();
        Run.execute(connection, "insert into x_save values ('c')");
        String all = "select name from x_save order by name";
        connection.rollback(unnamed);
        run.see("to the second", Run.query(connection, all));
        connection.rollback(named);
        run.see("to the first", Run.query(connection, all));
        connection.releaseSavepoint(named);
        Run.execute(connection, "insert into x_save values ('d')");
        connection.commit();
        run.see("committed", Run.query(connection, all));
    }

    private static Connection withRows(Run run, String table) throws Exception {
        Connection connection = run.connect("FET_BUF_SIZE=4096");
        Run.execute(connection, "create table " + table + " (id int, pad char(1000))");
        for (int i = 1; i <= 12; i++) {
            Run.execute(connection, "insert into " + table + " values (" + i + ", 'p')");
        }
        connection.setAutoCommit(false);
        return connection;
    }

    private static int countAcrossCommit(Connection connection, String table, int holdability)
            throws Exception {
        int count = 0;
        try (Statement statement = connection.createStatement(
                        ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY, holdability);
                ResultSet rows =
                        statement.executeQuery("select id, pad from " + table + " order by id")) {
            rows.next();
            connection.commit();
            for (count = 1; rows.next(); count++) {
                rows.getInt(1);
            }
        }
        return count;
    }

    private static void holdCursor(Run run) throws Exception {
        Connection connection = withRows(run, "x_hold");
        run.see("rows", countAcrossCommit(
                connection, "x_hold", ResultSet.HOLD_CURSORS_OVER_COMMIT));
    }

    private static void commitClosesCursor(Run run) throws Exception {
        Connection connection = withRows(run, "x_nohold");
        run.seeError("error", () -> countAcrossCommit(
                connection, "x_nohold", ResultSet.CLOSE_CURSORS_AT_COMMIT));
        connection.rollback();
        run.see("usable", Run.query(connection, "select count(*) from x_nohold"));
    }
}
