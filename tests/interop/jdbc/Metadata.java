import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What DatabaseMetaData tells about a database of tables, views, keys and routines. */
final class Metadata {
    private static final String DATABASE = "jdbcmeta";

    private Metadata() {}

    static void addTo(Map<String, Run.Scenario> scenarios) {
        scenarios.put("metadata", Metadata::everything);
        scenarios.put("metadata_columns", Metadata::columnsAgree);
    }

    private interface Call {
        ResultSet rows() throws SQLException;
    }

    /** All rows, each as a map of column labels to strings. */
    private static void see(Run run, String key, Call call) throws Exception {
        run.seeError(key + " error", () -> {
            List<Object> all = new ArrayList<>();
            try (ResultSet rows = call.rows()) {
                ResultSetMetaData columns = rows.getMetaData();
                while (rows.next()) {
                    Map<String, Object> row = new LinkedHashMap<>();
                    for (int i = 1; i <= columns.getColumnCount(); i++) {
                        String label = columns.getColumnLabel(i).toLowerCase();
                        row.put(label, rows.getString(i));
                    }
                    all.add(row);
                }
            }
            run.see(key, all);
        });
    }

    private static void everything(Run run) throws Exception {
        Connection maker = run.connect();
        Run.execute(maker, "CREATE DATABASE " + DATABASE + " WITH LOG", "CLOSE DATABASE");
        Connection connection = run.connectTo(DATABASE);
        Run.execute(
                connection,
                "CREATE TABLE parent (id SERIAL PRIMARY KEY CONSTRAINT pk_parent,"
                        + " code CHAR(4) NOT NULL, UNIQUE (code) CONSTRAINT u_code)",
                "CREATE TABLE child (a INT, b INT, parent_id INT REFERENCES parent"
                        + " ON DELETE CASCADE CONSTRAINT fk_child, code CHAR(4),"
                        + " PRIMARY KEY (b, a) CONSTRAINT pk_child,"
                        + " FOREIGN KEY (code) REFERENCES parent (code)"
                        + " CONSTRAINT fk_code)",
                "CREATE INDEX i_child ON child (parent_id DESC, a)",
                "CREATE VIEW parents (number, code) AS SELECT id, code FROM parent",
                "CREATE SYNONYM elders FOR parent",
                "CREATE FUNCTION twice (n INT, word VARCHAR(20)) RETURNING INT AS result;"
                        + " RETURN n * 2; END FUNCTION",
                "CREATE PROCEDURE noted (word CHAR(5)) END PROCEDURE",
                "GRANT SELECT, INSERT ON parent TO bob WITH GRANT OPTION");
        DatabaseMetaData data = connection.getMetaData();
        String[] kinds = {"TABLE", "VIEW", "SYNONYM"};
        see(run, "getTables", () -> data.getTables(null, null, "%", kinds));
        see(run, "getTables pattern", () -> data.getTables(null, "%", "par%", null));
        see(run, "getColumns", () -> data.getColumns(null, null, "child", "%"));
        see(run, "getColumns view", () -> data.getColumns(null, null, "parents", "%"));
        see(run, "getColumns synonym", () -> data.getColumns(null, null, "elders", "c%"));
        see(run, "getPrimaryKeys", () -> data.getPrimaryKeys(null, null, "child"));
        see(run, "getIndexInfo", () -> data.getIndexInfo(null, null, "child", false, true));
        see(run, "getIndexInfo unique",
                () -> data.getIndexInfo(null, null, "child", true, true));
        see(run, "getImportedKeys", () -> data.getImportedKeys(null, null, "child"));
        see(run, "getExportedKeys", () -> data.getExportedKeys(null, null, "parent"));
        see(run, "getCrossReference",
                () -> data.getCrossReference(null, null, "parent", null, null, "child"));
        see(run, "getBestRowIdentifier",
                () -> data.getBestRowIdentifier(
                        null, null, "child", DatabaseMetaData.bestRowSession, true));
        see(run, "getVersionColumns", () -> data.getVersionColumns(null, null, "parent"));
        see(run, "getTablePrivileges", () -> data.getTablePrivileges(null, null, "parent"));
        see(run, "getColumnPrivileges",
                () -> data.getColumnPrivileges(null, null, "parent", "id"));
        see(run, "getSchemas", data::getSchemas);
        see(run, "getCatalogs", data::getCatalogs);
        see(run, "getTableTypes", data::getTableTypes);
        see(run, "getTypeInfo", data::getTypeInfo);
        see(run, "getUDTs", () -> data.getUDTs(null, null, "%", null));
        see(run, "getProcedures", () -> data.getProcedures(null, null, "%"));
        see(run, "getProcedureColumns",
                () -> data.getProcedureColumns(null, null, "twice", "%"));
        see(run, "getFunctions", () -> data.getFunctions(null, null, "twice"));
        see(run, "getFunctionColumns",
                () -> data.getFunctionColumns(null, null, "twice", "%"));
        run.see("getMaxConnections", data.getMaxConnections());
        run.see("getUserName", data.getUserName());
    }

    /** getColumns and the metadata of a query describe the same columns. */
    private static void columnsAgree(Run run) throws Exception {
        Connection connection = run.connect();
        Run.execute(
                connection,
                "CREATE TABLE kinds (c_serial SERIAL, c_char CHAR(7) DEFAULT 'ab',"
                        + " c_varchar VARCHAR(30,10), c_nchar NCHAR(5),"
                        + " c_nvarchar NVARCHAR(6), c_lvarchar LVARCHAR(400),"
                        + " c_smallint SMALLINT DEFAULT 5, c_integer INT NOT NULL,"
                        + " c_int8 INT8, c_bigint BIGINT, c_bigserial BIGSERIAL,"
                        + " c_float FLOAT, c_smallfloat SMALLFLOAT,"
                        + " c_decimal DECIMAL(12,3), c_floating DECIMAL(9),"
                        + " c_money MONEY(10,2), c_date DATE DEFAULT TODAY,"
                        + " c_stamp DATETIME YEAR TO FRACTION(3),"
                        + " c_second DATETIME YEAR TO SECOND,"
                        + " c_time DATETIME HOUR TO SECOND,"
                        + " c_interval INTERVAL DAY(3) TO SECOND,"
                        + " c_boolean BOOLEAN DEFAULT 't', c_byte BYTE, c_text TEXT,"
                        + " c_blob BLOB, c_clob CLOB)");
        DatabaseMetaData data = connection.getMetaData();
        see(run, "getColumns", () -> data.getColumns(null, null, "kinds", "%"));
        List<Object> all = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM kinds")) {
            ResultSetMetaData columns = rows.getMetaData();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                Map<String, Object> column = new LinkedHashMap<>();
                column.put("name", columns.getColumnName(i));
                column.put("type", columns.getColumnType(i));
                column.put("type name", columns.getColumnTypeName(i));
                column.put("precision", columns.getPrecision(i));
                column.put("scale", columns.getScale(i));
                column.put("display", columns.getColumnDisplaySize(i));
                column.put("nullable", columns.isNullable(i));
                column.put("automatic", columns.isAutoIncrement(i));
                all.add(column);
            }
        }
        run.see("of a query", all);
        Run.execute(connection, "DROP TABLE kinds");
    }
}
