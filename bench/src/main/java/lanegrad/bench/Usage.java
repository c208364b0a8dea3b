package lanegrad.bench;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/// Refuses values of options with a sentence; the exit code is then 2.
///
/// @param line the command whose options are looked at
record Usage(CommandLine line) {
    /// What is wrong, for a caller to throw.
    ParameterException wrong(String sentence) {
        return new ParameterException(line, sentence);
    }

    /// Refuses an option that was given twice: within a group picocli would take the last one without a word.
    void once() {
        Set<String> given = new HashSet<>();
        for (String argument : line.getParseResult().originalArgs()) {
            String option = argument.split("=", 2)[0];
            if (option.startsWith("--") && !given.add(option)) {
                throw wrong(option + " was given twice; give it once");
            }
        }
    }

    /// Whether this option was given, in whatever group it is.
    boolean given(String option) {
        return line.getParseResult().originalArgs().stream().anyMatch(a -> a.split("=", 2)[0].equals(option));
    }

    /// Refuses `option is value; rule` unless the value is valid.
    void check(boolean valid, String option, Object value, String rule) {
        if (!valid) {
            throw wrong(option + " is " + value + "; " + rule);
        }
    }

    /// Refuses an option that does not go with the others. `null` and false are options that were not given.
    void excludes(boolean unfit, String option, Object value, String rule) {
        if (unfit && value != null && !Boolean.FALSE.equals(value)) {
            throw wrong(option + (Boolean.TRUE.equals(value) ? " was given; " : " is " + value + "; ") + rule);
        }
    }

    /// What `value` gives; its complaint about an argument is one about the option.
    <T> T accept(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw wrong(e.getMessage());
        }
    }

    /// One of the names, in lower case.
    String choice(String what, String name, String... names) {
        String wanted = name.toLowerCase(Locale.ROOT);
        for (String n : names) {
            if (n.equals(wanted)) {
                return n;
            }
        }
        throw wrong(what + " '" + name + "' is unknown; choose one of " + String.join(", ", names));
    }
}
