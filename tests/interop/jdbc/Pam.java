import java.util.List;
import java.util.Map;

/** A server that asks questions at login. */
final class Pam {
    private static final String CLASS = "IFX_PAM_CLASS=PamAnswers";

    private Pam() {}

    static void addTo(Map<String, Run.Scenario> scenarios) {
        scenarios.put("pam", Pam::asked);
        scenarios.put("pam_refused", Pam::refused);
    }

    private static void asked(Run run) throws Exception {
        Run pam = run.at("pam");
        PamAnswers.answers = Map.of("Password: ", "in4mix", "Colour?", "blue");
        String sql = "select tabid from systables where tabid = 1";
        run.see("rows", Run.query(pam.connect(CLASS, "password=unused"), sql));
        run.see("asked", List.copyOf(PamAnswers.asked));
        pam.close();
    }

    private static void refused(Run run) throws Exception {
        Run pam = run.at("pam");
        PamAnswers.answers = Map.of("Password: ", "in4mix", "Colour?", "red");
        run.see("wrong answer", fails(() -> pam.connect(CLASS)));
        run.see("nobody to ask", fails(() -> pam.connect()));
        PamAnswers.answers = Map.of("Password: ", "in4mix", "Colour?", "blue");
        pam.connect(CLASS);
        pam.close();
    }

    /** How the driver fails is its own affair: no refusal is known to it. */
    private static boolean fails(Run.Action action) {
        try {
            action.run();
            return false;
        } catch (Exception e) {
            return true;
        }
    }
}
