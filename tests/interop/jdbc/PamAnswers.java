import com.informix.jdbc.IfmxPAM;
import com.informix.jdbc.IfxPAMChallenge;
import com.informix.jdbc.IfxPAMResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Answers a server's questions at login; the driver makes an object of its own. */
public final class PamAnswers implements IfmxPAM {
    static final List<String> asked = new ArrayList<>();
    static Map<String, String> answers = Map.of();

    @Override
    public IfxPAMResponse IfxPAM(IfxPAMChallenge challenge) {
        asked.add(challenge.getChallengeType() + " " + challenge.getChallenge());
        IfxPAMResponse response = new IfxPAMResponse();
        response.setResponse(answers.getOrDefault(challenge.getChallenge(), ""));
        return response;
    }
}
