import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs scenarios against a server and prints one line of JSON for each.
 *
 * <p>usage: Main HOST PORT [SCENARIO ...]; properties port.NAME are other servers' ports
 */
public final class Main {
    private static final long LIMIT_MILLISECONDS = 40_000;

    public static void main(String[] arguments) throws Exception {
        Class.forName("com.informix.jdbc.IfxDriver");
        Map<String, Run.Scenario> scenarios = new LinkedHashMap<>();
        Connecting.addTo(scenarios);
        Queries.addTo(scenarios);
        Types.addTo(scenarios);
        Errors.addTo(scenarios);
        Transactions.addTo(scenarios);
        Batches.addTo(scenarios);
        Cursors.addTo(scenarios);
        LargeObjects.addTo(scenarios);
        Composites.addTo(scenarios);
        Routines.addTo(scenarios);
        TwoPhase.addTo(scenarios);
        Metadata.addTo(scenarios);
        Pam.addTo(scenarios);
        Widths.addTo(scenarios);
        List<String> wanted =
                Arrays.asList(arguments).subList(2, arguments.length);
        for (Map.Entry<String, Run.Scenario> entry : scenarios.entrySet()) {
            if (wanted.isEmpty() || wanted.contains(entry.getKey())) {
                Run run = new Run(arguments[0], Integer.parseInt(arguments[1]));
                report(entry.getKey(), run, entry.getValue());
            }
        }
        System.exit(0);
    }

    /** A scenario has its own thread: one that hangs must not hide the others. */
    private static void report(String name, Run run, Run.Scenario scenario)
            throws InterruptedException {
        String[] failure = new String[1];
        long start = System.nanoTime();
        Thread thread = new Thread(() -> {
            try {
                scenario.run(run);
                run.close();
            } catch (Throwable e) {
                failure[0] = stack(e);
                run.close();
            }
        });
        thread.setDaemon(true);
        thread.start();
        thread.join(LIMIT_MILLISECONDS);
        if (thread.isAlive()) {
            failure[0] = "still running after " + LIMIT_MILLISECONDS + " ms at "
                    + Arrays.toString(thread.getStackTrace());
        }
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("scenario", name);
        line.put("seen", new LinkedHashMap<>(run.seen));
        line.put("failure", failure[0]);
        line.put("milliseconds", (System.nanoTime() - start) / 1_000_000);
        System.out.println(Json.of(line));
    }

    private static String stack(Throwable e) {
        StringWriter text = new StringWriter();
        e.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
