import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What IBM's driver does for benchmarks/round_trips.py.
 *
 * <p>usage: RoundTrips HOST PORT. Before each operation its name goes to standard
 * output, and a line is waited for.
 */
public final class RoundTrips {
    private static final String SELECT = "SELECT n, v FROM small WHERE n >= ?";
    private static final String INSERT = "INSERT INTO target VALUES (?, ?)";
    private static final String LARGE = "SELECT n, v FROM large";
    private static final int ROWS = 1000;
    private static final BufferedReader INPUT =
            new BufferedReader(new InputStreamReader(System.in));

    private RoundTrips() {}

    private static void begin(String operation) throws Exception {
        System.out.println(operation);
        INPUT.readLine();
    }

    public static void main(String[] arguments) throws Exception {
        Class.forName("com.informix.jdbc.IfxDriver");
        begin("connect");
        Connection connection =
                new Run(arguments[0], Integer.parseInt(arguments[1])).connect();
        begin("(no autocommit)");
        connection.setAutoCommit(false);
        select(connection);
        insert(connection);
        begin("commit");
        connection.commit();
        cursors(connection);
        begin("ping");
        check(connection.isValid(5));
        begin("close");
        connection.close();
        begin("");
        System.exit(0);
    }

    private static void select(Connection connection) throws Exception {
        begin("select first");
        PreparedStatement select = connection.prepareStatement(SELECT);
        readTen(select);
        begin("select again");
        readTen(select);
        begin("select anew");
        PreparedStatement another = connection.prepareStatement(SELECT);
        readTen(another);
        begin("close statement");
        another.close();
        begin("(close)");
        select.close();
    }

    private static void readTen(PreparedStatement select) throws SQLException {
        select.setInt(1, 0);
        int count = 0;
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                count++;
            }
        }
        check(count == 10);
    }

    private static void insert(Connection connection) throws Exception {
        begin("insert first");
        PreparedStatement insert = connection.prepareStatement(INSERT);
        set(insert, 1, "one");
        insert.executeUpdate();
        begin("insert again");
        set(insert, 2, "two");
        insert.executeUpdate();
        begin("insert many");
        for (int n = 0; n < ROWS; n++) {
            set(insert, n, "row " + n);
            insert.addBatch();
        }
        check(insert.executeBatch().length == ROWS);
        begin("(close)");
        insert.close();
    }

    private static void set(PreparedStatement insert, int n, String v) throws SQLException {
        insert.setInt(1, n);
        insert.setString(2, v);
    }

    private static void cursors(Connection connection) throws Exception {
        begin("(open a scroll cursor)");
        Statement scrolling = connection.createStatement(
                ResultSet.TYPE_SCROLL_INSENSITIVE, ResultSet.CONCUR_READ_ONLY);
        ResultSet scrolled = scrolling.executeQuery(LARGE);
        begin("last row");
        check(scrolled.last() && scrolled.getInt(1) == 2999);
        begin("(close the scroll cursor, open another)");
        scrolling.close();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(LARGE);
        check(rows.next());
        begin("close cursor");
        rows.close();
        statement.close();
    }

    private static void check(boolean condition) {
        if (!condition) {
            throw new AssertionError();
        }
    }
}
