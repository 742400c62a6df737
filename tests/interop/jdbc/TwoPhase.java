import com.informix.jdbcx.IfxXADataSource;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import javax.sql.XAConnection;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;

/** Transaction branches: two phases, one phase, recovery, requests out of order. */
final class TwoPhase {
    private static final int FORMAT = 4711;

    private TwoPhase() {}

    static void addTo(Map<String, Run.Scenario> scenarios) {
        scenarios.put("xa_two_phases", TwoPhase::twoPhases);
        scenarios.put("xa_suspended", TwoPhase::suspended);
        scenarios.put("xa_one_phase", TwoPhase::onePhase);
        scenarios.put("xa_nothing_changed", TwoPhase::nothingChanged);
        scenarios.put("xa_rolled_back", TwoPhase::rolledBack);
        scenarios.put("xa_in_doubt", TwoPhase::inDoubt);
        scenarios.put("xa_many_in_doubt", TwoPhase::manyInDoubt);
        scenarios.put("xa_out_of_order", TwoPhase::outOfOrder);
        scenarios.put("xa_commit_inside", TwoPhase::commitInside);
        scenarios.put("xa_ansi_database", TwoPhase::ansiDatabase);
    }

    /** The branch number `branch` of the global transaction `name`. */
    private static Xid xid(String name, int branch) {
        return new Xid() {
            @Override
            public int getFormatId() {
                return FORMAT;
            }

            @Override
            public byte[] getGlobalTransactionId() {
                return name.getBytes(StandardCharsets.US_ASCII);
            }

            @Override
            public byte[] getBranchQualifier() {
                return ("b" + branch).getBytes(StandardCharsets.US_ASCII);
            }
        };
    }

    private static String text(Xid xid) {
        return xid.getFormatId()
                + " " + new String(xid.getGlobalTransactionId(), StandardCharsets.US_ASCII)
                + " " + new String(xid.getBranchQualifier(), StandardCharsets.US_ASCII);
    }

    private static XAConnection open(Run run) throws SQLException {
        return open(run, "testdb");
    }

    private static XAConnection open(Run run, String database) throws SQLException {
        IfxXADataSource source = new IfxXADataSource();
        source.setIfxIFXHOST(run.host);
        source.setPortNumber(run.port);
        source.setServerName("informix");
        source.setDatabaseName(database);
        source.setUser("informix");
        source.setPassword("in4mix");
        return source.getXAConnection();
    }

    /** A connection that reads past locks. */
    private static Connection reader(Run run, String table) throws SQLException {
        Connection reader = run.connect();
        Run.execute(reader, "create table " + table + " (n int)",
                "set isolation to committed read last committed");
        return reader;
    }

    private static void insert(XAConnection connection, String table, int n)
            throws SQLException {
        Run.execute(connection.getConnection(),
                "insert into " + table + " values (" + n + ")");
    }

    private static List<List<String>> rows(Connection reader, String table)
            throws SQLException {
        return Run.query(reader, "select n from " + table + " order by n");
    }

    private static TreeSet<String> recovered(XAResource resource) throws XAException {
        TreeSet<String> names = new TreeSet<>();
        Xid[] found = resource.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN);
        for (Xid xid : found == null ? new Xid[0] : found) {
            names.add(text(xid));
        }
        return names;
    }

    private interface Action {
        Object run() throws XAException;
    }

    private static void seeCode(Run run, String key, Action action) {
        try {
            run.see(key, action.run());
        } catch (XAException e) {
            run.see(key, "XAException " + e.errorCode);
        }
    }

    private static void twoPhases(Run run) throws Exception {
        Connection reader = reader(run, "x_two");
        XAConnection connection = open(run);
        XAResource resource = connection.getXAResource();
        Xid xid = xid("two", 1);
        resource.start(xid, XAResource.TMNOFLAGS);
        insert(connection, "x_two", 1);
        resource.end(xid, XAResource.TMSUCCESS);
        run.see("prepare", resource.prepare(xid));
        run.see("prepared", rows(reader, "x_two"));
        resource.commit(xid, false);
        run.see("committed", rows(reader, "x_two"));
        insert(connection, "x_two", 2);
        run.see("then without a branch", rows(reader, "x_two"));
        connection.close();
    }

    private static void suspended(Run run) throws Exception {
        Connection reader = reader(run, "x_suspended");
        XAConnection connection = open(run);
        XAResource resource = connection.getXAResource();
        Xid one = xid("suspended", 1);
        Xid other = xid("suspended", 2);
        resource.start(one, XAResource.TMNOFLAGS);
        insert(connection, "x_suspended", 1);
        resource.end(one, XAResource.TMSUSPEND);
        resource.start(other, XAResource.TMNOFLAGS);
        insert(connection, "x_suspended", 2);
        resource.end(other, XAResource.TMSUCCESS);
        resource.start(one, XAResource.TMRESUME);
        insert(connection, "x_suspended", 3);
        resource.end(one, XAResource.TMSUCCESS);
        resource.rollback(other);
        run.see("one still open", rows(reader, "x_suspended"));
        resource.commit(one, true);
        run.see("committed", rows(reader, "x_suspended"));
        connection.close();
    }

    private static void onePhase(Run run) throws Exception {
        Connection reader = reader(run, "x_one");
        XAConnection connection = open(run);
        XAResource resource = connection.getXAResource();
        Xid xid = xid("one", 1);
        resource.start(xid, XAResource.TMNOFLAGS);
        insert(connection, "x_one", 1);
        resource.end(xid, XAResource.TMSUCCESS);
        resource.start(xid, XAResource.TMJOIN);
        insert(connection, "x_one", 2);
        resource.end(xid, XAResource.TMSUCCESS);
        resource.commit(xid, true);
        run.see("committed", rows(reader, "x_one"));
        connection.close();
    }

    private static void nothingChanged(Run run) throws Exception {
        XAConnection connection = open(run);
        XAResource resource = connection.getXAResource();
        Xid xid = xid("nothing", 1);
        resource.start(xid, XAResource.TMNOFLAGS);
        run.see("rows", Run.query(connection.getConnection(),
                "select tabid from systables where tabid = 1"));
        resource.end(xid, XAResource.TMSUCCESS);
        run.see("prepare", resource.prepare(xid) == XAResource.XA_RDONLY);
        seeCode(run, "commit", () -> {
            resource.commit(xid, false);
            return null;
        });
        connection.close();
    }

    private static void rolledBack(Run run) throws Exception {
        Connection reader = reader(run, "x_back");
        XAConnection connection = open(run);
        XAResource resource = connection.getXAResource();
        Xid prepared = xid("back", 1);
        resource.start(prepared, XAResource.TMNOFLAGS);
        insert(connection, "x_back", 1);
        resource.end(prepared, XAResource.TMSUCCESS);
        resource.prepare(prepared);
        resource.rollback(prepared);
        Xid failed = xid("back", 2);
        resource.start(failed, XAResource.TMNOFLAGS);
        insert(connection, "x_back", 2);
        resource.end(failed, XAResource.TMFAIL);
        seeCode(run, "prepare after failure", () -> resource.prepare(failed));
        resource.start(failed, XAResource.TMNOFLAGS);
        insert(connection, "x_back", 2);
        resource.end(failed, XAResource.TMFAIL);
        seeCode(run, "commit after failure", () -> {
            resource.commit(failed, true);
            return null;
        });
        Xid left = xid("back", 3);
        resource.start(left, XAResource.TMNOFLAGS);
        insert(connection, "x_back", 3);
        resource.end(left, XAResource.TMSUCCESS);
        connection.close();
        Run.execute(reader, "set lock mode to wait 5", "delete from x_back");
        run.see("rows", rows(reader, "x_back"));
    }

    private static void inDoubt(Run run) throws Exception {
        Connection reader = reader(run, "x_doubt");
        List<Xid> branches = new ArrayList<>();
        for (int number = 1; number <= 2; number++) {
            XAConnection connection = open(run);
            XAResource resource = connection.getXAResource();
            Xid xid = xid("doubt", number);
            branches.add(xid);
            resource.start(xid, XAResource.TMNOFLAGS);
            insert(connection, "x_doubt", number);
            resource.end(xid, XAResource.TMSUCCESS);
            resource.prepare(xid);
            connection.close();
        }
        XAConnection connection = open(run);
        XAResource resource = connection.getXAResource();
        run.see("recovered", recovered(resource));
        run.see("before", rows(reader, "x_doubt"));
        run.seeError("locked", () -> Run.execute(reader, "delete from x_doubt"));
        resource.commit(branches.get(0), false);
        resource.rollback(branches.get(1));
        run.see("after", rows(reader, "x_doubt"));
        run.see("recovered after", recovered(resource));
        connection.close();
    }

    private static void manyInDoubt(Run run) throws Exception {
        int many = 23;
        reader(run, "x_many");
        XAConnection connection = open(run);
        XAResource resource = connection.getXAResource();
        for (int number = 1; number <= many; number++) {
            Xid xid = xid("many", number);
            resource.start(xid, XAResource.TMNOFLAGS);
            insert(connection, "x_many", number);
            resource.end(xid, XAResource.TMSUCCESS);
            resource.prepare(xid);
        }
        List<Integer> sizes = new ArrayList<>();
        Xid[] page = resource.recover(XAResource.TMSTARTRSCAN);
        while (page != null && page.length > 0) {
            sizes.add(page.length);
            page = resource.recover(XAResource.TMNOFLAGS);
        }
        run.see("pages", sizes);
        for (int number = 1; number <= many; number++) {
            resource.rollback(xid("many", number));
        }
        connection.close();
    }

    private static void outOfOrder(Run run) throws Exception {
        reader(run, "x_order");
        XAConnection connection = open(run);
        XAResource resource = connection.getXAResource();
        Xid unknown = xid("order", 0);
        seeCode(run, "end unknown", () -> {
            resource.end(unknown, XAResource.TMSUCCESS);
            return null;
        });
        seeCode(run, "prepare unknown", () -> resource.prepare(unknown));
        seeCode(run, "commit unknown", () -> {
            resource.commit(unknown, false);
            return null;
        });
        seeCode(run, "rollback unknown", () -> {
            resource.rollback(unknown);
            return null;
        });
        seeCode(run, "join unknown", () -> {
            resource.start(unknown, XAResource.TMJOIN);
            return null;
        });
        Xid xid = xid("order", 1);
        resource.start(xid, XAResource.TMNOFLAGS);
        insert(connection, "x_order", 1);
        seeCode(run, "prepare before end", () -> resource.prepare(xid));
        resource.end(xid, XAResource.TMSUCCESS);
        seeCode(run, "start again", () -> {
            resource.start(xid, XAResource.TMNOFLAGS);
            return null;
        });
        seeCode(run, "commit before prepare", () -> {
            resource.commit(xid, false);
            return null;
        });
        resource.prepare(xid);
        seeCode(run, "one phase after prepare", () -> {
            resource.commit(xid, true);
            return null;
        });
        resource.rollback(xid);
        connection.close();
    }

    private static void commitInside(Run run) throws Exception {
        reader(run, "x_inside");
        XAConnection connection = open(run);
        XAResource resource = connection.getXAResource();
        Xid xid = xid("inside", 1);
        resource.start(xid, XAResource.TMNOFLAGS);
        insert(connection, "x_inside", 1);
        run.seeError("commit work",
                () -> Run.execute(connection.getConnection(), "commit work"));
        resource.end(xid, XAResource.TMSUCCESS);
        resource.rollback(xid);
        connection.close();
    }

    private static void ansiDatabase(Run run) throws Exception {
        Connection reader = run.connectTo("ansidb");
        Run.execute(reader, "create table x_ansi_xa (n int)");
        XAConnection connection = open(run, "ansidb");
        XAResource resource = connection.getXAResource();
        Xid xid = xid("ansi", 1);
        resource.start(xid, XAResource.TMNOFLAGS);
        insert(connection, "x_ansi_xa", 1);
        resource.end(xid, XAResource.TMSUCCESS);
        run.see("prepare", resource.prepare(xid));
        resource.commit(xid, false);
        run.see("committed", rows(reader, "x_ansi_xa"));
        connection.close();
    }
}
