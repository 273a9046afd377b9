package dev.libcontainer.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;

/**
 * The words of one command, sorted into options and operands. Options are looked for here and not by {@link
 * CommandLine}, which does it with streams: ten milliseconds in a cold JVM.
 */
final class Arguments {
    private final CommandLine line;
    private final Option[] options;

    Arguments(CommandLine line) {
        this.line = line;
        this.options = line.getOptions();
    }

    /** Whether an option is there. */
    boolean has(String option) {
        for (Option given : options) {
            if (given.getLongOpt().equals(option)) {
                return true;
            }
        }
        return false;
    }

    /** The last value of an option. */
    Optional<String> text(String option) {
        List<String> all = texts(option);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /** All values of an option, in the order they were given. */
    List<String> texts(String option) {
        List<String> values = new ArrayList<>();
        for (Option given : options) {
            if (given.getLongOpt().equals(option)) {
                values.addAll(given.getValuesList());
            }
        }
        return values;
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
