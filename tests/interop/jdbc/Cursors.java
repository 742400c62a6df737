import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Scrolling, updating through a cursor, fetch settings, cancelling. */
final class Cursors {
    private Cursors() {}

    static void addTo(Map<String, Run.Scenario> scenarios) {
        scenarios.put("scroll", Cursors::scroll);
        scenarios.put("scroll_empty", Cursors::scrollEmpty);
        scenarios.put("fetch_buffers", Cursors::fetchBuffers);
        scenarios.put("optofc_autofree", Cursors::optofcAutofree);
        scenarios.put("updatable", Cursors::updatable);
        scenarios.put("named_cursor", Cursors::namedCursor);
        scenarios.put("query_timeout", Cursors::queryTimeout);
        scenarios.put("cancel", Cursors::cancel);
    }

    private static Connection withNumbers(Run run, String table, int count, String... settings)
            throws Exception {
        Connection connection = run.connect(settings);
        Run.execute(connection, "create table " + table + " (id serial, name varchar(20), n int)");
        try (PreparedStatement insert =
                connection.prepareStatement("insert into " + table + " values (0, ?, ?)")) {
            for (int i = 1; i <= count; i++) {
                insert.setString(1, "row " + i);
                insert.setInt(2, i);
                insert.executeUpdate();
            }
        }
        return connection;
    }

    private static void scroll(Run run) throws Exception {
        Connection connection = withNumbers(run, "c_scroll", 500);
        try (Statement statement = connection.createStatement(
                        ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
                ResultSet rows =
                        statement.executeQuery("select id, name from c_scroll order by id")) {
            List<Object> seen = new ArrayList<>();
            seen.add(at("last", rows.last(), rows));
            seen.add(at("first", rows.first(), rows));
            seen.add(at("next", rows.next(), rows));
            seen.add(at("absolute 250", rows.absolute(250), rows));
            seen.add(at("relative 10", rows.relative(10), rows));
            seen.add(at("relative -100", rows.relative(-100), rows));
            seen.add(at("previous", rows.previous(), rows));
            seen.add(at("absolute -1", rows.absolute(-1), rows));
            seen.add(at("next past the end", rows.next(), rows));
            seen.add(at("previous from the end", rows.previous(), rows));
            seen.add(at("absolute 501", rows.absolute(501), rows));
            rows.beforeFirst();
            seen.add(at("first of all again", rows.next(), rows));
            seen.add(at("previous before the start", rows.previous(), rows));
            run.see("moves", seen);
            int count = 0;
            rows.beforeFirst();
            while (rows.next()) {
                count++;
            }
            run.see("count", count);
        }
    }

    private static List<Object> at(String move, boolean onRow, ResultSet rows)
            throws SQLException {
        return onRow
                ? Arrays.asList(move, rows.getInt(1), rows.getString(2), rows.getRow())
                : Arrays.asList(move, null, null, null);
    }

    private static void scrollEmpty(Run run) throws Exception {
        Connection connection = withNumbers(run, "c_empty", 0);
        try (Statement statement = connection.createStatement(
                        ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
                ResultSet rows = statement.executeQuery("select * from c_empty")) {
            run.see("moves", Arrays.asList(rows.first(), rows.last(), rows.next(),
                    rows.previous(), rows.absolute(1)));
        }
    }

    private static void fetchBuffers(Run run) throws Exception {
        withNumbers(run, "c_buffers", 700);
        for (String size : new String[] {"1", "4096", "32767", "500000"}) {
            Connection connection = run.connect("FET_BUF_SIZE=" + size);
            run.see("FET_BUF_SIZE " + size, total(connection));
        }
        run.see("BIG_FET_BUF_SIZE", total(run.connect("BIG_FET_BUF_SIZE=1000000")));
    }

    private static List<Object> total(Connection connection) throws Exception {
        int count = 0;
        long sum = 0;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select n, name from c_buffers")) {
            while (rows.next()) {
                count++;
                sum += rows.getInt(1);
            }
        }
        return Arrays.asList(count, sum);
    }

    private static void optofcAutofree(Run run) throws Exception {
        withNumbers(run, "c_optofc", 50);
        Connection connection = run.connect("OPTOFC=1", "IFX_AUTOFREE=1");
        List<Object> counts = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            counts.add(Run.query(connection, "select id, name from c_optofc").size());
        }
        for (int n : new int[] {40, 49, 50}) {
            try (PreparedStatement statement =
                    connection.prepareStatement("select id from c_optofc where n > ?")) {
                statement.setInt(1, n);
                try (ResultSet rows = statement.executeQuery()) {
                    counts.add(Run.remaining(rows).size());
                }
            }
        }
        run.see("counts", counts);
    }

    private static void updatable(Run run) throws Exception {
        Connection connection = withNumbers(run, "c_update", 5);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement(
                        ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_UPDATABLE);
                ResultSet rows =
                        statement.executeQuery("select id, name, n from c_update for update")) {
            while (rows.next()) {
                if (rows.getInt(1) == 2) {
                    rows.updateString("name", "changed");
                    rows.updateInt("n", 222);
                    rows.updateRow();
                } else if (rows.getInt(1) == 4) {
                    rows.deleteRow();
                }
            }
        }
        connection.commit();
        run.see("rows", Run.query(connection, "select id, name, n from c_update order by id"));
    }

    private static void namedCursor(Run run) throws Exception {
        Connection connection = withNumbers(run, "c_named", 4);
        connection.setAutoCommit(false);
        try (Statement reader = connection.createStatement();
                Statement writer = connection.createStatement()) {
            reader.setCursorName("mycur");
            try (ResultSet rows = reader.executeQuery("select id, name from c_named for update")) {
                rows.next();
                rows.next();
                run.see("deleted",
                        writer.executeUpdate("delete from c_named where current of mycur"));
            }
        }
        connection.commit();
        run.see("rows", Run.query(connection, "select id from c_named order by id"));
    }

    /** A table with a row another session keeps locked, and a session that will wait. */
    private static Connection waiting(Run run, String table) throws Exception {
        Connection holder = run.connect();
        Run.execute(holder, "create table " + table + " (id int primary key, n int)",
                "insert into " + table + " values (1, 0)");
        holder.setAutoCommit(false);
        Run.execute(holder, "update " + table + " set n = 1 where id = 1");
        Connection waiter = run.connect();
        Run.execute(waiter, "set lock mode to wait 60");
        return waiter;
    }

    private static void queryTimeout(Run run) throws Exception {
        Connection waiter = waiting(run, "c_timeout");
        try (Statement statement = waiter.createStatement()) {
            statement.setQueryTimeout(1);
            run.seeError("timeout",
                    () -> statement.executeUpdate("update c_timeout set n = 2 where id = 1"));
        }
        run.see("usable", Run.query(waiter, "select tabid from systables where tabid = 1"));
    }

    private static void cancel(Run run) throws Exception {
        Connection waiter = waiting(run, "c_cancel");
        try (Statement statement = waiter.createStatement()) {
            Thread executing = Thread.currentThread();
            Thread canceller = new Thread(() -> {
                try {
                    while (!isReading(executing)) {
                        Thread.sleep(5);
                    }
                    statement.cancel();
                } catch (Exception e) {
                    run.see("cancel failed", e.toString());
                }
            });
            canceller.start();
            run.seeError("cancelled",
                    () -> statement.executeUpdate("update c_cancel set n = 2 where id = 1"));
            canceller.join();
        }
        run.see("usable", Run.query(waiter, "select tabid from systables where tabid = 1"));
    }

    /** Whether a thread waits for the server: its request has been sent by then. */
    private static boolean isReading(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getClassName().startsWith("java.net.")
                    && frame.getMethodName().contains("read")) {
                return true;
            }
        }
        return false;
    }
}
