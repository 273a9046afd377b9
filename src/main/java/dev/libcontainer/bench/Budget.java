package dev.libcontainer.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A figure that is not to be exceeded: {@code spawn.p99=2ms}, {@code getppid.ratio=1.5}.
 *
 * @param figure as {@link IsolationReport#figure} names it
 * @param limit nanoseconds, or a plain number for a ratio
 * @param text what was asked for
 */
public record Budget(String figure, double limit, String text) {
    private static final Pattern FORM =
            Pattern.compile("([a-z0-9-]+\\.([a-z0-9]+))=([0-9]+(?:\\.[0-9]+)?)(ns|us|µs|ms|s)?");
    private static final Map<String, Double> UNITS = Map.of("ns", 1.0, "us", 1e3, "µs", 1e3, "ms", 1e6, "s", 1e9);
    private static final List<String> FIGURES =
            List.of("p50", "p99", "cost", "outside", "inside", "unfiltered", "ratio");

    /**
     * How a budget stands.
     *
     * @param found the figure; NaN if it was not measured here, which keeps no budget
     * @param kept whether it is within the limit
     */
    public record Verdict(Budget budget, double found, boolean kept) {
        /** A line for people. */
        public String text() {
            String measured = Double.isNaN(found) ? "not measured here" : budget.shown(found);
            return (kept ? "kept      " : "EXCEEDED  ") + budget.text + ": " + measured;
        }
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    public static Budget parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "a budget is NAME.FIGURE=LIMIT as in spawn.p99=2ms, not \"" + text + "\"");
        }
        if (!FIGURES.contains(matcher.group(2))) {
            throw new IllegalArgumentException(
                    "\"" + matcher.group(2) + "\" is no figure; there are " + String.join(", ", FIGURES));
        }
        boolean ratio = matcher.group(2).equals("ratio");
        String unit = matcher.group(4);
        if (ratio != (unit == null)) {
            throw new IllegalArgumentException(
                    "\"" + text + "\": " + (ratio ? "a ratio has no unit" : "the limit wants a unit: ns, us, ms or s"));
        }
        double number = Double.parseDouble(matcher.group(3));
        return new Budget(matcher.group(1), unit == null ? number : number * UNITS.getOrDefault(unit, 1.0), text);
    }

    /** Compares it with what was found. */
    public Verdict judge(IsolationReport report) {
        OptionalDouble found = report.figure(figure);
        double value = found.orElse(Double.NaN);
        return new Verdict(this, value, value <= limit);
    }

    private String shown(double value) {
        return figure.endsWith(".ratio") ? String.format(Locale.ROOT, "%.2f", value) : ReportText.time(value);
    }
}
