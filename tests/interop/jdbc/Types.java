import com.informix.lang.IntervalDF;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every scalar type, in by literals and by setters, out by getObject and getString. */
final class Types {
    /** Column name and type of the table that has one column of each type. */
    private static final String[][] COLUMNS = {
        {"c_serial", "serial"},
        {"c_smallint", "smallint"},
        {"c_int", "int"},
        {"c_bigint", "bigint"},
        {"c_int8", "int8"},
        {"c_float", "float"},
        {"c_smallfloat", "smallfloat"},
        {"c_dec", "decimal(12,4)"},
        {"c_decf", "decimal(16)"},
        {"c_money", "money(16,2)"},
        {"c_date", "date"},
        {"c_dts", "datetime year to second"},
        {"c_dtf5", "datetime year to fraction(5)"},
        {"c_hs", "datetime hour to second"},
        {"c_hf3", "datetime hour to fraction(3)"},
        {"c_iym", "interval year to month"},
        {"c_ids", "interval day to second"},
        {"c_idf", "interval day(5) to fraction(3)"},
        {"c_char", "char(10)"},
        {"c_nchar", "nchar(8)"},
        {"c_varchar", "varchar(20)"},
        {"c_nvarchar", "nvarchar(20)"},
        {"c_lvarchar", "lvarchar(500)"},
        {"c_bool", "boolean"},
    };

    private static final String TYPICAL = "-32767,2147483647,9223372036854775807,"
            + "-123456789012,3.14159,2.5,'-12345678.1234','123.456','1234.50','2024-02-29',"
            + "'2024-02-29 13:14:15','2024-02-29 13:14:15.12345','13:14:15','13:14:15.678',"
            + "'12-05','10 11:12:13','-12345 11:12:13.456','char','nchar','vc','nvcx',"
            + "'lvarchar text','t'";

    private static final String HIGH = "32767,2147483647,9223372036854775807,"
            + "9223372036854775807,1e100,1.5e30,99999999.9999,9.999999999999999e120,"
            + "99999999999999.99,'9999-12-31','9999-12-31 23:59:59',"
            + "'9999-12-31 23:59:59.99999','23:59:59','23:59:59.999','9999-11',"
            + "'99 23:59:59','99999 23:59:59.999','abcdefghij','ABCDEFGH',"
            + "'abcdefghijklmnopqrst','ABCDEFGHIJKLMNOPQRST','" + repeat("x", 500) + "','t'";

    private static final String LOW = "-32767,-2147483647,-9223372036854775807,"
            + "-9223372036854775807,-1e-100,-1.5e-30,-99999999.9999,-1e-120,"
            + "-99999999999999.99,'1583-01-01','1583-01-01 00:00:00',"
            + "'1583-01-01 00:00:00.00000','00:00:00','00:00:00.000','-9999-11',"
            + "'-99 23:59:59','-99999 23:59:59.999','','','','','','f'";

    private static final short DAY5_TO_FRACTION3 = 0x0e4d;

    private Types() {}

    static void addTo(Map<String, Run.Scenario> scenarios) {
        scenarios.put("types_literals", Types::literals);
        scenarios.put("types_null", Types::nulls);
        scenarios.put("types_setters", Types::setters);
        scenarios.put("types_setters_extreme", Types::settersExtreme);
        scenarios.put("types_setters_null", Types::settersNull);
        scenarios.put("types_as_text", Types::asText);
        scenarios.put("types_serials", Types::serials);
    }

    static void createTable(Connection connection, String name) throws Exception {
        List<String> columns = new ArrayList<>();
        for (String[] column : COLUMNS) {
            columns.add(column[0] + " " + column[1]);
        }
        Run.execute(connection, "create table " + name + " (" + String.join(",", columns) + ")");
    }

    private static String repeat(String text, int times) {
        return String.join("", Collections.nCopies(times, text));
    }

    private static String insertInto(String table) {
        return "insert into " + table + " values ("
                + String.join(",", Collections.nCopies(COLUMNS.length, "?")) + ")";
    }

    /** Column name -> class of getObject, its text, text of getString; in key order. */
    private static List<Map<String, Object>> read(Connection connection, String table)
            throws Exception {
        List<Map<String, Object>> all = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select * from " + table + " order by c_serial")) {
            while (rows.next()) {
                Map<String, Object> values = new LinkedHashMap<>();
                for (int i = 2; i <= COLUMNS.length; i++) {
                    Object value = rows.getObject(i);
                    values.put(COLUMNS[i - 1][0], value == null
                            ? Arrays.asList(null, rows.wasNull(), rows.getString(i))
                            : Arrays.asList(value.getClass().getSimpleName(),
                                    value.toString(), rows.getString(i)));
                }
                all.add(values);
            }
        }
        return all;
    }

    private static void literals(Run run) throws Exception {
        Connection connection = run.connect();
        createTable(connection, "t_literal");
        for (String values : new String[] {TYPICAL, HIGH, LOW}) {
            Run.execute(connection, "insert into t_literal values (0," + values + ")");
        }
        List<Map<String, Object>> rows = read(connection, "t_literal");
        run.see("typical", rows.get(0));
        run.see("high", rows.get(1));
        run.see("low", rows.get(2));
    }

    private static void nulls(Run run) throws Exception {
        Connection connection = run.connect();
        createTable(connection, "t_null");
        Run.execute(connection, "insert into t_null values (0,"
                + String.join(",", Collections.nCopies(COLUMNS.length - 1, "null")) + ")");
        run.see("row", read(connection, "t_null").get(0));
    }

    private static void setters(Run run) throws Exception {
        Connection connection = run.connect();
        createTable(connection, "t_setter");
        try (PreparedStatement insert = connection.prepareStatement(insertInto("t_setter"))) {
            insert.setInt(1, 0);
            insert.setShort(2, (short) -5);
            insert.setInt(3, -6);
            insert.setLong(4, -7_000_000_000L);
            insert.setLong(5, -8_000_000_000L);
            insert.setDouble(6, -1.25);
            insert.setFloat(7, 2.5f);
            insert.setBigDecimal(8, new BigDecimal("-12345678.1234"));
            insert.setBigDecimal(9, new BigDecimal("0.00123"));
            insert.setBigDecimal(10, new BigDecimal("1234.50"));
            insert.setDate(11, Date.valueOf("1899-12-30"));
            insert.setTimestamp(12, Timestamp.valueOf("2024-02-29 13:14:15"));
            insert.setTimestamp(13, Timestamp.valueOf("2024-02-29 13:14:15.12345"));
            insert.setTime(14, Time.valueOf("13:14:15"));
            insert.setTimestamp(15, Timestamp.valueOf("2024-02-29 13:14:15.678"));
            insert.setString(16, "12-05");
            insert.setString(17, "10 11:12:13");
            insert.setObject(18, new IntervalDF("-12345 11:12:13.456", DAY5_TO_FRACTION3));
            insert.setString(19, "char");
            insert.setString(20, "nchar");
            insert.setString(21, "");
            insert.setString(22, "nv");
            insert.setString(23, repeat("x", 300));
            insert.setBoolean(24, true);
            run.see("inserted", insert.executeUpdate());
        }
        run.see("row", read(connection, "t_setter").get(0));
    }

    private static void settersExtreme(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(connection, "create table t_extreme (id int, si smallint, i int,"
                + " bi bigint, i8 int8, f float, sf smallfloat, d decimal(32,10))");
        try (PreparedStatement insert =
                connection.prepareStatement("insert into t_extreme values (?,?,?,?,?,?,?,?)")) {
            for (int sign : new int[] {1, -1}) {
                insert.setInt(1, sign);
                insert.setShort(2, (short) (sign * 32767));
                insert.setInt(3, sign * 2147483647);
                insert.setLong(4, sign * 9223372036854775807L);
                insert.setLong(5, sign * 9223372036854775807L);
                insert.setDouble(6, sign * Double.MAX_VALUE);
                insert.setFloat(7, sign * Float.MAX_VALUE);
                insert.setBigDecimal(8, new BigDecimal("1234567890123456789012.0123456789")
                        .multiply(BigDecimal.valueOf(sign)));
                insert.executeUpdate();
            }
        }
        run.see("rows", Run.query(connection, "select * from t_extreme order by id desc"));
    }

    private static void settersNull(Run run) throws Exception {
        Connection connection = run.connect();
        createTable(connection, "t_setnull");
        try (PreparedStatement insert = connection.prepareStatement(insertInto("t_setnull"))) {
            int[] types = {
                java.sql.Types.SMALLINT, java.sql.Types.INTEGER, java.sql.Types.BIGINT,
                java.sql.Types.BIGINT, java.sql.Types.DOUBLE, java.sql.Types.REAL,
                java.sql.Types.DECIMAL, java.sql.Types.DECIMAL, java.sql.Types.DECIMAL,
                java.sql.Types.DATE, java.sql.Types.TIMESTAMP, java.sql.Types.TIMESTAMP,
                java.sql.Types.TIME, java.sql.Types.TIMESTAMP, java.sql.Types.VARCHAR,
                java.sql.Types.VARCHAR, java.sql.Types.VARCHAR, java.sql.Types.CHAR,
                java.sql.Types.CHAR, java.sql.Types.VARCHAR, java.sql.Types.VARCHAR,
                java.sql.Types.LONGVARCHAR, java.sql.Types.BOOLEAN,
            };
            insert.setInt(1, 0);
            for (int i = 0; i < types.length; i++) {
                insert.setNull(i + 2, types[i]);
            }
            insert.executeUpdate();
            insert.setInt(1, 0);
            for (int i = 0; i < types.length; i++) {
                insert.setObject(i + 2, null);
            }
            insert.executeUpdate();
        }
        List<Map<String, Object>> rows = read(connection, "t_setnull");
        run.see("setNull", rows.get(0));
        run.see("setObject", rows.get(1));
    }

    /** The server converts text to the column's type. */
    private static void asText(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(connection, "create table t_text (i int, b bigint, d decimal(8,3),"
                + " f float, da date, ts datetime year to fraction(3), vc varchar(10))");
        try (PreparedStatement insert =
                connection.prepareStatement("insert into t_text values (?,?,?,?,?,?,?)")) {
            String[] texts = {"-12", "9000000000", "1.5", "0.25", "2020-05-06",
                "2020-01-02 03:04:05.678", "text"};
            for (int i = 0; i < texts.length; i++) {
                insert.setString(i + 1, texts[i]);
            }
            insert.executeUpdate();
        }
        run.see("row", Run.query(connection, "select * from t_text").get(0));
    }

    private static void serials(Run run) throws Exception {
        Connection connection = run.connect();
        for (String type : new String[] {"serial", "serial8", "bigserial"}) {
            String table = "t_" + type;
            Run.execute(connection,
                    "create table " + table + " (id " + type + "(5), name varchar(9))",
                    "insert into " + table + " values (0, 'a')",
                    "insert into " + table + " (name) values ('b')",
                    "insert into " + table + " values (100, 'c')",
                    "insert into " + table + " values (0, 'd')");
            run.see(type, Run.query(connection, "select id, name from " + table + " order by id"));
        }
        try (com.informix.jdbc.IfmxStatement statement =
                (com.informix.jdbc.IfmxStatement) connection.createStatement()) {
            statement.executeUpdate("insert into t_serial values (0, 'e')");
            run.see("getSerial", statement.getSerial());
            statement.executeUpdate("insert into t_serial8 values (0, 'e')");
            run.see("getSerial8", statement.getSerial8());
            statement.executeUpdate("insert into t_bigserial values (0, 'e')");
            run.see("getBigSerial", statement.getBigSerial());
        }
    }
}
