package dev.libcontainer;

import dev.libcontainer.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * When a container's process began each step of its plan, counted from the native call that spawned it. Steps that its
 * template had done, and those of the spawning process, are not in it.
 *
 * @param steps in order
 * @param totalNanos when the program had begun and the call was over
 */
public record Timeline(List<Step> steps, long totalNanos) {
    private static final int WIDTH = 50;
    private static final int ROW = 14;
    private static final int TEXT = 520;
    private static final int BAR = 600;
    /** Characters that fit beside the bars. */
    private static final int LONGEST = 58;

    private static final String BEFORE = "(until the child's first step)";

    public Timeline {
        steps = List.copyOf(steps);
    }

    /**
     * One step.
     *
     * @param number as in {@link Blueprint#explain}
     * @param text likewise
     * @param jsonPath the member of the spec behind it; empty for what every container gets
     * @param beginNanos when it began
     * @param nanos until the next one began, or the call was over
     */
    public record Step(int number, String text, String jsonPath, long beginNanos, long nanos) {}

    static Timeline of(Plan plan, long[] times) {
        List<Step> steps = new ArrayList<>();
        long end = times[times.length - 1];
        for (int i = times.length - 2; i >= 0; i--) {
            if (times[i] >= 0) {
                Plan.PlannedStep planned = plan.steps().get(i);
                steps.add(0, new Step(i, planned.step().toString(), planned.path(), times[i], end - times[i]));
                end = times[i];
            }
        }
        return new Timeline(steps, times[times.length - 1]);
    }

    /** A line for what comes before the first step, one for each step, and one for all: number, when, how long, share, bar, what. */
    public String text() {
        StringBuilder out = new StringBuilder(String.format(
                Locale.ROOT, "%4s %9s %8s %6s  %-" + WIDTH + "s  %s%n", "step", "at µs", "µs", "share", "", "what"));
        row(out, "", 0, begin(0), BEFORE);
        for (Step step : steps) {
            row(out, String.valueOf(step.number), step.beginNanos, step.nanos, step.text);
        }
        return out.append(String.format(
                        Locale.ROOT,
                        "%4s %9s %8.1f %5.1f%%  %-" + WIDTH + "s  %s%n",
                        "",
                        "",
                        totalNanos / 1e3,
                        100.0,
                        "",
                        "in all"))
                .toString();
    }

    private void row(StringBuilder out, String number, long begin, long nanos, String what) {
        int from = (int) Math.min(WIDTH - 1, begin * WIDTH / Math.max(1, totalNanos));
        int length = (int) Math.max(1, Math.min(WIDTH - from, nanos * WIDTH / Math.max(1, totalNanos)));
        out.append(String.format(
                Locale.ROOT,
                "%4s %9.1f %8.1f %5.1f%%  %-" + WIDTH + "s  %s%n",
                number,
                begin / 1e3,
                nanos / 1e3,
                share(nanos),
                " ".repeat(from) + "#".repeat(length),
                what));
    }

    private double share(long nanos) {
        return 100.0 * nanos / Math.max(1, totalNanos);
    }

    /** When the step at an index began; behind the last one, when the call was over. */
    private long begin(int index) {
        return index < steps.size() ? steps.get(index).beginNanos : totalNanos;
    }

    /** The same as a picture. */
    public String svg() {
        StringBuilder out = new StringBuilder(String.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"monospace\" font-size=\"10\">%n",
                TEXT + BAR, ROW * (steps.size() + 2)));
        bar(out, 0, "", 0, begin(0), BEFORE);
        int y = ROW;
        for (Step step : steps) {
            bar(out, y, String.valueOf(step.number), step.beginNanos, step.nanos, step.text);
            y += ROW;
        }
        return out.append(String.format(
                        Locale.ROOT,
                        "<text x=\"0\" y=\"%d\">%.1f µs in all</text>%n</svg>%n",
                        y + ROW - 3,
                        totalNanos / 1e3))
                .toString();
    }

    private void bar(StringBuilder out, int y, String number, long begin, long nanos, String what) {
        String shown = what.length() > LONGEST ? what.substring(0, LONGEST - 1) + "…" : what;
        out.append(String.format(
                Locale.ROOT,
                "<text x=\"0\" y=\"%d\" xml:space=\"preserve\">%4s %8.1f µs %5.1f%%  %s</text>"
                        + "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"steelblue\">"
                        + "<title>%s</title></rect>%n",
                y + ROW - 3,
                number,
                nanos / 1e3,
                share(nanos),
                escaped(shown),
                TEXT + (double) begin * BAR / Math.max(1, totalNanos),
                y + 2,
                Math.max(0.5, (double) nanos * BAR / Math.max(1, totalNanos)),
                ROW - 4,
                escaped(what)));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
