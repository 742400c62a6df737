import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** BYTE, TEXT, BLOB and CLOB, in by every setter and out by every getter. */
final class LargeObjects {
    private static final int[] SIZES = {0, 1, 1024, 1025, 70_001};
    private static final int[] LARGE = {2_000_000};

    private LargeObjects() {}

    static void addTo(Map<String, Run.Scenario> scenarios) {
        scenarios.put("lobs_byte_text", run -> sizes(run, SIZES, "byte", "text"));
        scenarios.put("lobs_byte_text_large", run -> sizes(run, LARGE, "byte", "text"));
        scenarios.put("lobs_blob_clob", run -> sizes(run, SIZES, "blob", "clob"));
        scenarios.put("lobs_blob_clob_large", run -> sizes(run, LARGE, "blob", "clob"));
        scenarios.put("lobs_byte_text_streams", run -> streams(run, "byte", "text"));
        scenarios.put("lobs_blob_clob_streams", run -> streams(run, "blob", "clob"));
        scenarios.put("lobs_byte_text_null", run -> nulls(run, "byte", "text"));
        scenarios.put("lobs_blob_clob_null", run -> nulls(run, "blob", "clob"));
        scenarios.put("lobs_byte_text_batch", run -> batch(run, "byte", "text"));
        scenarios.put("lobs_blob_clob_batch", run -> batch(run, "blob", "clob"));
        scenarios.put("lobs_byte_text_put", run -> batch(run, "byte", "text", "IFX_USEPUT=1"));
        scenarios.put("lobs_blob_clob_put", run -> batch(run, "blob", "clob", "IFX_USEPUT=1"));
        scenarios.put("lobs_update", LargeObjects::update);
        scenarios.put("lobs_locators", LargeObjects::locators);
        scenarios.put("lobs_copy", LargeObjects::copy);
        scenarios.put("lobs_files", LargeObjects::files);
        scenarios.put("lobs_missing_file", LargeObjects::missingFile);
    }

    private static byte[] bytes(int size) {
        byte[] data = new byte[size];
        for (int i = 0; i < size; i++) {
            data[i] = (byte) (i * 7 + i / 251);
        }
        return data;
    }

    private static String text(int size) {
        StringBuilder text = new StringBuilder(size);
        for (int i = 0; i < size; i++) {
            text.append((char) ('a' + (i + i / 26) % 26));
        }
        return text.toString();
    }

    private static Connection table(
            Run run, String bytesType, String textType, String... settings)
            throws Exception {
        Connection connection = run.connect(settings);
        Run.execute(
                connection,
                "drop table if exists lobs",
                "create table lobs (id int, b " + bytesType + ", t " + textType + ")");
        return connection;
    }

    private static void sizes(
            Run run, int[] sizes, String bytesType, String textType) throws Exception {
        try (Connection connection = table(run, bytesType, textType)) {
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into lobs values (?,?,?)")) {
                for (int size : sizes) {
                    insert.setInt(1, size);
                    insert.setBytes(2, bytes(size));
                    insert.setString(3, text(size));
                    insert.executeUpdate();
                }
            }
            List<Object> found = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery("select * from lobs order by id")) {
                while (rows.next()) {
                    int size = rows.getInt(1);
                    boolean sameBytes = Arrays.equals(bytes(size), rows.getBytes(2));
                    boolean sameText = text(size).equals(rows.getString(3));
                    found.add(Arrays.asList(size, sameBytes, sameText));
                }
            }
            run.see("rows", found);
        }
    }

    private static void streams(Run run, String bytesType, String textType)
            throws Exception {
        int size = 70_001;
        byte[] ascii = text(size).getBytes(StandardCharsets.US_ASCII);
        try (Connection connection = table(run, bytesType, textType)) {
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into lobs values (?,?,?)")) {
                insert.setInt(1, 1);
                insert.setBinaryStream(2, new ByteArrayInputStream(bytes(size)), size);
                insert.setAsciiStream(3, new ByteArrayInputStream(ascii), size);
                insert.executeUpdate();
                insert.setInt(1, 2);
                insert.setBinaryStream(2, new ByteArrayInputStream(bytes(size)), size);
                insert.setCharacterStream(3, new StringReader(text(size)), size);
                insert.executeUpdate();
            }
            List<Object> found = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery("select * from lobs order by id")) {
                while (rows.next()) {
                    byte[] binary = all(rows.getBinaryStream(2));
                    byte[] characters = all(rows.getAsciiStream(3));
                    found.add(
                            Arrays.asList(
                                    Arrays.equals(bytes(size), binary),
                                    Arrays.equals(ascii, characters)));
                }
            }
            run.see("rows", found);
        }
    }

    private static byte[] all(InputStream stream) throws Exception {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] part = new byte[4096];
        int count;
        while ((count = stream.read(part)) > 0) {
            all.write(part, 0, count);
        }
        return all.toByteArray();
    }

    private static void nulls(Run run, String bytesType, String textType)
            throws Exception {
        try (Connection connection = table(run, bytesType, textType)) {
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into lobs values (?,?,?)")) {
                insert.setInt(1, 1);
                insert.setNull(2, Types.LONGVARBINARY);
                insert.setNull(3, Types.LONGVARCHAR);
                insert.executeUpdate();
                insert.setInt(1, 2);
                insert.setBytes(2, null);
                insert.setString(3, null);
                insert.executeUpdate();
            }
            Run.execute(connection, "insert into lobs values (3, null, null)");
            List<Object> found = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery(
                                    "select * from lobs where b is null order by id")) {
                while (rows.next()) {
                    found.add(
                            Arrays.asList(
                                    rows.getInt(1),
                                    rows.getBytes(2) == null && rows.wasNull(),
                                    rows.getString(3) == null && rows.wasNull()));
                }
            }
            run.see("rows", found);
        }
    }

    private static void batch(
            Run run, String bytesType, String textType, String... settings)
            throws Exception {
        try (Connection connection = table(run, bytesType, textType, settings)) {
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into lobs values (?,?,?)")) {
                for (int i = 0; i < 5; i++) {
                    insert.setInt(1, i);
                    insert.setBytes(2, i == 2 ? null : bytes(1000 * i));
                    insert.setString(3, i == 3 ? null : text(1000 * i));
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            List<Object> found = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery("select * from lobs order by id")) {
                while (rows.next()) {
                    int size = 1000 * rows.getInt(1);
                    byte[] data = rows.getBytes(2);
                    String characters = rows.getString(3);
                    found.add(
                            Arrays.asList(
                                    data == null ? null : Arrays.equals(data, bytes(size)),
                                    characters == null
                                            ? null
                                            : characters.equals(text(size))));
                }
            }
            run.see("rows", found);
        }
    }

    private static void update(Run run) throws Exception {
        try (Connection connection = run.connect()) {
            Run.execute(
                    connection,
                    "drop table if exists lobs",
                    "create table lobs (b byte, t text, bl blob, cl clob)",
                    "insert into lobs values (null, null, null, null)");
            for (int size : new int[] {3000, 5}) {
                try (PreparedStatement update =
                        connection.prepareStatement(
                                "update lobs set b=?, t=?, bl=?, cl=?")) {
                    update.setBytes(1, bytes(size));
                    update.setString(2, text(size));
                    update.setBytes(3, bytes(size));
                    update.setString(4, text(size));
                    run.see("updated " + size, update.executeUpdate());
                }
                try (Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery("select * from lobs")) {
                    rows.next();
                    run.see(
                            "row " + size,
                            Arrays.asList(
                                    Arrays.equals(rows.getBytes(1), bytes(size)),
                                    rows.getString(2).equals(text(size)),
                                    Arrays.equals(rows.getBytes(3), bytes(size)),
                                    rows.getString(4).equals(text(size))));
                }
            }
        }
    }

    /** Parts of smart large objects, by their locators. */
    private static void locators(Run run) throws Exception {
        try (Connection connection = table(run, "blob", "clob")) {
            connection.setAutoCommit(false);
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into lobs values (1,?,?)")) {
                insert.setBytes(1, bytes(70_001));
                insert.setString(2, text(70_001));
                insert.executeUpdate();
            }
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select b, t from lobs")) {
                rows.next();
                Blob blob = rows.getBlob(1);
                Clob clob = rows.getClob(2);
                run.see("lengths", Arrays.asList(blob.length(), clob.length()));
                byte[] part = Arrays.copyOfRange(bytes(70_001), 40_000, 70_000);
                run.see("bytes", Arrays.equals(blob.getBytes(40_001, 30_000), part));
                String characters = text(70_001).substring(100, 40_100);
                run.see("text", clob.getSubString(101, 40_000).equals(characters));
                run.see("stream", Arrays.equals(all(blob.getBinaryStream()), bytes(70_001)));
            }
            connection.commit();
        }
    }

    private static void copy(Run run) throws Exception {
        try (Connection connection = table(run, "blob", "clob")) {
            try (PreparedStatement insert =
                    connection.prepareStatement("insert into lobs values (1,?,?)")) {
                insert.setBytes(1, bytes(5000));
                insert.setString(2, text(5000));
                insert.executeUpdate();
            }
            Run.execute(
                    connection, "insert into lobs select 2, locopy(b), locopy(t) from lobs");
            try (PreparedStatement update =
                    connection.prepareStatement("update lobs set b=? where id=1")) {
                update.setBytes(1, bytes(3));
                update.executeUpdate();
            }
            try (Statement statement = connection.createStatement();
                    ResultSet rows =
                            statement.executeQuery("select b, t from lobs where id=2")) {
                rows.next();
                run.see("bytes", Arrays.equals(rows.getBytes(1), bytes(5000)));
                run.see("text", rows.getString(2).equals(text(5000)));
            }
        }
    }

    private static void files(Run run) throws Exception {
        Path directory = Files.createTempDirectory("lobs");
        try (Connection connection = table(run, "blob", "clob")) {
            for (int size : new int[] {0, 70_001, 5_000_000}) {
                Path in = directory.resolve("in" + size);
                Files.write(in, bytes(size));
                Path text = directory.resolve("text" + size);
                Files.write(text, text(size).getBytes(StandardCharsets.US_ASCII));
                Run.execute(
                        connection,
                        "delete from lobs",
                        "insert into lobs values (1, filetoblob('" + in + "', 'client'),"
                                + " filetoclob('" + text + "', 'client'))");
                List<String> names =
                        Run.query(
                                        connection,
                                        "select lotofile(b, '" + in + "', 'client'),"
                                                + " lotofile(t, '" + text
                                                + "', 'client') from lobs")
                                .get(0);
                try (Statement statement = connection.createStatement();
                        ResultSet rows = statement.executeQuery("select * from lobs")) {
                    rows.next();
                    byte[] stored = rows.getBytes(2);
                    byte[] written = Files.readAllBytes(Path.of(names.get(0)));
                    String characters = rows.getString(3);
                    String written2 =
                            new String(
                                    Files.readAllBytes(Path.of(names.get(1))),
                                    StandardCharsets.US_ASCII);
                    run.see(
                            "file " + size,
                            Arrays.asList(
                                    Arrays.equals(stored, bytes(size)),
                                    Arrays.equals(written, bytes(size)),
                                    characters.equals(text(size)),
                                    written2.equals(text(size)),
                                    names.get(0).startsWith(in + ".")));
                }
                Files.delete(Path.of(names.get(0)));
                Files.delete(Path.of(names.get(1)));
                Files.delete(in);
                Files.delete(text);
            }
        } finally {
            Files.delete(directory);
        }
    }

    private static void missingFile(Run run) throws Exception {
        try (Connection connection = table(run, "blob", "clob")) {
            run.seeError(
                    "error",
                    () ->
                            Run.execute(
                                    connection,
                                    "insert into lobs values"
                                            + " (1, filetoblob('/no/such/file', 'client'), null)"));
            run.see("rows", Run.query(connection, "select count(*) from lobs"));
        }
    }
}
