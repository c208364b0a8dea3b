package lanegrad.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lanegrad.bench.CommandTest.Run;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `lanegrad bench` up to where it would measure.
class BenchCommandTest {
    private static List<String> listed(String... args) {
        String[] all = new String[args.length + 2];
        all[0] = "bench";
        all[1] = "--list";
        System.arraycopy(args, 0, all, 2, args.length);
        Run run = CommandTest.run(all);
        assertEquals(0, run.code(), run.err());
        assertEquals("", run.err());
        return run.out().lines().toList();
    }

    @Test
    void allHasTheRowsOfFull() {
        List<String> some = listed();
        List<String> all = listed("--all");
        assertEquals(listed("--full"), all);
        assertTrue(all.containsAll(some), () -> some.stream().filter(row -> !all.contains(row)).toList().toString());
        assertTrue(all.size() > 2 * some.size(), some.size() + " and " + all.size());
        // Every direction of every size, which the short list does not have.
        for (String row : List.of("Unary mish backward 2^24", "Binary divide backward-b 2048")) {
            assertTrue(all.contains(row), row);
            assertFalse(some.contains(row), row);
        }
    }

    @Test
    void aFilterIsARegularExpressionOverNames() {
        assertEquals(List.of("Unary exp forward 2048", "Unary expm1 forward 2048"),
                listed("--all", "--filter", "^Unary exp(m1)? forward 2048$"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --filter | ( | --filter: '(' is not a regular expression
            --filter | nothing | --filter: 'nothing' matches no row; --list shows all
            --filter | Unary mish backward 2.24 | matches no row of the short version, but some of --all and --full
            --forks | 0 | --forks is 0; give 1 to 100
            --arms | 4 | --arms is 4; give 2 to 3
            """)
    void wrongUsageIsASentence(String option, String value, String sentence) {
        CommandTest.assertRefused(2, sentence, CommandTest.run("bench", option, value));
    }
}
