import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** What one scenario works with: connections to the server, and what it observed. */
final class Run {
    /** One named scenario. */
    interface Scenario {
        void run(Run run) throws Exception;
    }

    final String host;
    final int port;
    private final List<Connection> opened = new ArrayList<>();
    final Map<String, Object> seen = new LinkedHashMap<>();

    Run(String host, int port) {
        this.host = host;
        this.port = port;
    }

    /** The same on another of the test's servers. */
    Run at(String server) {
        return new Run(host, Integer.getInteger("port." + server));
    }

    void see(String key, Object value) {
        seen.put(key, value);
    }

    /** A connection to testdb as informix; `settings` are name=value pairs. */
    Connection connect(String... settings) throws SQLException {
        return connectTo("testdb", settings);
    }

    Connection connectTo(String database, String... settings) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "informix");
        properties.setProperty("password", "in4mix");
        properties.setProperty("INFORMIXSERVER", "informix");
        for (String setting : settings) {
            int at = setting.indexOf('=');
            properties.setProperty(setting.substring(0, at), setting.substring(at + 1));
        }
        String url = "jdbc:informix-sqli://" + host + ":" + port + "/" + database;
        Connection connection = DriverManager.getConnection(url, properties);
        opened.add(connection);
        return connection;
    }

    /** Close what the scenario opened, so that the next one meets no locks. */
    void close() {
        for (Connection connection : opened) {
            try {
                if (!connection.isClosed()) {
                    if (!connection.getAutoCommit()) {
                        connection.rollback();
                    }
                    connection.close();
                }
            } catch (SQLException e) {
                see("close", describe(e));
            }
        }
    }

    /** Execute statements that answer no rows. */
    static void execute(Connection connection, String... statements)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** All rows of a query, every column as a string. */
    static List<List<String>> query(Connection connection, String sql)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return remaining(rows);
        }
    }

    static List<List<String>> remaining(ResultSet rows) throws SQLException {
        List<List<String>> all = new ArrayList<>();
        while (rows.next()) {
            all.add(row(rows));
        }
        return all;
    }

    static List<String> row(ResultSet rows) throws SQLException {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
            values.add(rows.getString(i));
        }
        return values;
    }

    /** Remember sqlcode and ISAM code of what `action` throws, null if it does not. */
    void seeError(String key, Action action) throws Exception {
        try {
            action.run();
            see(key, null);
        } catch (SQLException e) {
            see(key, describe(e));
        }
    }

    interface Action {
        void run() throws Exception;
    }

    static List<Object> describe(SQLException e) {
        Throwable cause = e.getCause();
        Integer isam =
                cause instanceof SQLException ? ((SQLException) cause).getErrorCode() : 0;
        return Arrays.asList(e.getErrorCode(), isam);
    }
}
