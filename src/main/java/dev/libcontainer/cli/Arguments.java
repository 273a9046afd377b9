package dev.libcontainer.cli;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.commons.cli.CommandLine;

/** The words of one command, sorted into options and operands. */
final class Arguments {
    private final CommandLine line;

    Arguments(CommandLine line) {
        this.line = line;
    }

    /** Whether an option is there. */
    boolean has(String option) {
        return line.hasOption(option);
    }

    /** The last value of an option. */
    Optional<String> text(String option) {
        List<String> all = texts(option);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /** All values of an option, in the order they were given. */
    List<String> texts(String option) {
        String[] values = line.getOptionValues(option);
        return values == null ? List.of() : List.of(values);
    }

    /** The last value of an option, a decimal number. */
    OptionalLong number(String option) {
        Optional<String> text = text(option);
        return text.isEmpty() ? OptionalLong.empty() : OptionalLong.of(number(option, text.get()));
    }

    /** The last value of an option, one of a few words; the first if it is not there. */
    String choice(String option, String... choices) {
        String chosen = text(option).orElse(choices[0]);
        if (!List.of(choices).contains(chosen)) {
            throw new UsageException(
                    "--" + option + " is one of " + String.join(", ", choices) + ", not \"" + chosen + "\"");
        }
        return chosen;
    }

    static long number(String option, String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new UsageException("--" + option + " is a number, not \"" + text + "\"");
        }
    }

    /** What is no option. */
    List<String> operands() {
        return line.getArgList();
    }
}
