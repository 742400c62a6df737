import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.util.Map;

/** Logging in, being refused, and what the driver learns at the start. */
final class Connecting {
    private Connecting() {}

    static void addTo(Map<String, Run.Scenario> scenarios) {
        scenarios.put("connect", Connecting::connect);
        scenarios.put("refused", Connecting::refused);
        scenarios.put("database_modes", Connecting::databaseModes);
        scenarios.put("database_statements", Connecting::databaseStatements);
        scenarios.put("many_connections", Connecting::manyConnections);
    }

    private static void connect(Run run) throws Exception {
        Connection connection = run.connect();
        DatabaseMetaData about = connection.getMetaData();
        run.see("product", about.getDatabaseProductName());
        run.see("version has digits", about.getDatabaseProductVersion().matches(".*\\d.*"));
        run.see("user", about.getUserName());
        run.see("autocommit", connection.getAutoCommit());
        run.see("transactions", about.supportsTransactions());
        run.see("valid", connection.isValid(5));
        run.see("catalog", connection.getCatalog());
        connection.close();
        run.see("closed", connection.isClosed());
        run.see("valid after close", connection.isValid(5));
    }

    private static void refused(Run run) throws Exception {
        run.seeError("password", () -> run.connect("password=wrong"));
        run.seeError("user", () -> run.connect("user=nobody"));
        run.seeError("server name", () -> run.connect("INFORMIXSERVER=elsewhere"));
        run.seeError("database", () -> run.connectTo("nosuchdb"));
        run.see("afterwards", Run.query(run.connect(), "select 1 from systables where tabid = 1"));
    }

    private static void databaseModes(Run run) throws Exception {
        for (String name : new String[] {"testdb", "ansidb", "unlogdb"}) {
            Connection connection = run.connectTo(name);
            run.see(name + " transactions", connection.getMetaData().supportsTransactions());
            run.seeError(name + " manual commit", () -> connection.setAutoCommit(false));
        }
    }

    private static void databaseStatements(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(connection, "create database c_new with log", "create table t (n int)");
        run.see("created", connection.getCatalog());
        Run.execute(connection, "close database");
        run.see("closed", connection.getCatalog());
        run.seeError("without one", () -> Run.query(connection, "select n from t"));
        Run.execute(connection, "database c_new exclusive");
        run.see("rows", Run.query(connection, "select n from t"));
        run.seeError("for another", () -> run.connectTo("c_new"));
        Run.execute(connection, "database unlogdb", "drop database c_new");
        run.see("at the end", connection.getCatalog());
        run.seeError("manual commit", () -> connection.setAutoCommit(false));
    }

    private static void manyConnections(Run run) throws Exception {
        int rows = 0;
        for (int i = 0; i < 8; i++) {
            rows += Run.query(run.connect(), "select tabid from systables where tabid = 1").size();
        }
        run.see("rows", rows);
    }
}
