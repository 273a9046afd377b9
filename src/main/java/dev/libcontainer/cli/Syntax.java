package dev.libcontainer.cli;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;

/**
 * The options and the help of a command. The only class that knows how words become options: {@code --name value},
 * {@code --name=value}, {@code -nvalue}, {@code -abc} for flags, {@code --} before what is no option.
 */
final class Syntax {
    private final String name;
    private final String operands;
    private final String summary;
    private final Options options = new Options();
    private final List<String> notes = new ArrayList<>();
    private boolean operandsEndOptions;
    private boolean anyWords;

    /**
     * @param name what people type, e.g. {@code jrunc exec}
     * @param operands what follows the options, e.g. {@code ID [SIGNAL]}
     */
    Syntax(String name, String operands, String summary) {
        this.name = name;
        this.operands = operands;
        this.summary = summary;
        flag("h,help", "show this");
    }

    String summary() {
        return summary;
    }

    /** An option without a value; {@code --name=true} and {@code --name=false} are understood too. */
    Syntax flag(String names, String what) {
        options.addOption(option(names).desc(what).get());
        return this;
    }

    /** An option with a value; of several only the last counts, unless the verb asks for all. */
    Syntax value(String names, String value, String what) {
        options.addOption(option(names).desc(what).hasArg().argName(value).get());
        return this;
    }

    /** The first word that is no option ends the options: what follows is somebody else's command line. */
    Syntax operandsEndOptions() {
        operandsEndOptions = true;
        return this;
    }

    /** Words do not matter, only whether help is asked for: for a verb that refuses to work. */
    Syntax anyWords() {
        anyWords = true;
        return this;
    }

    /** Adds lines below the options. */
    Syntax note(String lines) {
        notes.add(lines.stripTrailing());
        return this;
    }

    /** {@code s,long}, or {@code long} alone. */
    private static Option.Builder option(String names) {
        int comma = names.indexOf(',');
        return comma < 0
                ? Option.builder().longOpt(names)
                : Option.builder(names.substring(0, comma)).longOpt(names.substring(comma + 1));
    }

    Arguments parse(List<String> words) {
        DefaultParser parser = DefaultParser.builder()
                .setAllowPartialMatching(false)
                .setStripLeadingAndTrailingQuotes(false)
                .get();
        try {
            List<String> plain = anyWords ? helpOnly(words) : spelledOut(words);
            CommandLine line = parser.parse(options, plain.toArray(new String[0]), operandsEndOptions);
            if (operandsEndOptions && !line.getArgList().isEmpty()) {
                refuseOption(line.getArgList().get(0));
            }
            return new Arguments(line);
        } catch (UnrecognizedOptionException e) {
            throw unknown(e.getOption());
        } catch (MissingArgumentException e) {
            Option option = e.getOption();
            throw new UsageException(spelling(option) + " needs a value: " + option.getArgName());
        } catch (ParseException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private static List<String> helpOnly(List<String> words) {
        return words.contains("--help") || words.contains("-h") ? List.of("--help") : List.of();
    }

    /** The parser takes an unknown option for the first operand when operands end the options. */
    private static void refuseOption(String operand) {
        if (operand.startsWith("-")) {
            throw unknown(operand);
        }
    }

    private static UsageException unknown(String option) {
        return new UsageException("unknown option " + option);
    }

    /** The words with {@code --flag=true} made {@code --flag}, and {@code --flag=false} left out. */
    private List<String> spelledOut(List<String> words) {
        List<String> plain = new ArrayList<>(words.size());
        boolean isOption = true;
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--") || (operandsEndOptions && !word.startsWith("-"))) {
                isOption = false;
            }
            int equals = word.indexOf('=');
            Option option = isOption && word.startsWith("-") && word.length() > 1
                    ? options.getOption(equals < 0 ? word : word.substring(0, equals))
                    : null;
            if (option == null && isOption && hasValueInside(word)) {
                plain.add(word.substring(0, 2));
                plain.add(word.substring(word.charAt(2) == '=' ? 3 : 2));
            } else if (option == null || option.hasArg() || equals < 0) {
                plain.add(word);
                if (option != null && option.hasArg() && equals < 0 && i + 1 < words.size()) {
                    plain.add(words.get(++i));
                }
            } else if (truth(option, word.substring(equals + 1))) {
                plain.add(word.substring(0, equals));
            }
        }
        return plain;
    }

    /** {@code -eNAME=VALUE}, which the parser does not understand. */
    private boolean hasValueInside(String word) {
        if (word.length() < 3 || word.charAt(0) != '-' || word.charAt(1) == '-') {
            return false;
        }
        Option option = options.getOption(word.substring(0, 2));
        return option != null && option.hasArg();
    }

    private static boolean truth(Option option, String value) {
        return switch (value) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw new UsageException(spelling(option) + " is true or false, not \"" + value + "\"");
        };
    }

    private static String spelling(Option option) {
        return "--" + option.getLongOpt();
    }

    /** What {@code --help} shows. */
    String help() {
        StringBuilder text = new StringBuilder();
        text.append("usage: ").append(name).append(" [OPTION…]");
        text.append(operands.isEmpty() ? "" : " ").append(operands).append('\n');
        text.append('\n').append(summary).append(".\n\noptions:\n");
        int width = 0;
        for (Option option : options.getOptions()) {
            width = Math.max(width, left(option).length());
        }
        for (Option option : options.getOptions()) {
            String left = left(option);
            String indented = option.getDescription().replace("\n", "\n" + " ".repeat(width + 4));
            text.append("  ").append(left).append(" ".repeat(width - left.length() + 2));
            text.append(indented).append('\n');
        }
        for (String note : notes) {
            text.append('\n').append(note).append('\n');
        }
        return text.toString();
    }

    private static String left(Option option) {
        String letter = option.getOpt() == null ? "    " : "-" + option.getOpt() + ", ";
        return letter + spelling(option) + (option.hasArg() ? " " + option.getArgName() : "");
    }
}
