import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * IBM's JDBC driver at work: does what client.py does, as far as the driver offers it.
 *
 * <p>usage: Compare HOST PORT FILE. CPU seconds are those of the whole Java machine, its
 * compiler and collector included. Values are read with getObject and kept, as rows.
 */
public final class Compare {
    private static String url;
    private static Connection connection;
    private static Statement statement;
    private static final List<Object[]> PARAMETERS = new ArrayList<>();

    private Compare() {}

    private static Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", "informix");
        properties.setProperty("password", "in4mix");
        properties.setProperty("INFORMIXSERVER", "informix");
        Connection made = DriverManager.getConnection(url, properties);
        made.setAutoCommit(false);
        return made;
    }

    private static int fetchall(String sql) throws SQLException {
        List<Object[]> kept = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(sql)) {
            int width = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                Object[] row = new Object[width];
                for (int i = 0; i < width; i++) {
                    row[i] = rows.getObject(i + 1);
                }
                kept.add(row);
            }
        }
        return kept.size();
    }

    private static int executemany(String sql) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            for (Object[] row : PARAMETERS) {
                for (int i = 0; i < row.length; i++) {
                    insert.setObject(i + 1, row[i]);
                }
                insert.addBatch();
            }
            return insert.executeBatch().length;
        }
    }

    private static int run(String task, String sql) throws SQLException {
        switch (task) {
            case "fetchall":
                return fetchall(sql);
            case "executemany":
                return executemany(sql);
            case "login":
                connect().close();
                return 0;
            default:
                throw new IllegalArgumentException(task);
        }
    }

    private static void read(Path file) throws Exception {
        for (String line : Files.readAllLines(file)) {
            String[] texts = line.split("\t");
            PARAMETERS.add(new Object[] {
                Integer.valueOf(texts[0]),
                Long.valueOf(texts[1]),
                Double.valueOf(texts[2]),
                texts[3],
                Date.valueOf(texts[4]),
            });
        }
    }

    private static double cpu() {
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime() / 1e9;
    }

    public static void main(String[] arguments) throws Exception {
        Class.forName("com.informix.jdbc.IfxDriver");
        url = "jdbc:informix-sqli://" + arguments[0] + ":" + arguments[1] + "/testdb";
        read(Path.of(arguments[2]));
        connection = connect();
        statement = connection.createStatement();
        System.out.println("ready");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] parts = line.split("\t", -1);
            double cpu = cpu();
            for (int n = Integer.parseInt(parts[1]); n > 0; n--) {
                run(parts[0], parts[2]);
            }
            System.out.println((cpu() - cpu) + "\t");
            if (parts[0].equals("executemany")) {
                connection.rollback();
            }
        }
        connection.close();
        System.exit(0);
    }
}
