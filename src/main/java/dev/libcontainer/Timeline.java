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

    /** A line for each step: number, when, how long, a bar, what. */
    public String text() {
        StringBuilder out = new StringBuilder();
        for (Step step : steps) {
            int from = (int) (step.beginNanos * WIDTH / Math.max(1, totalNanos));
            int length = (int) Math.max(1, step.nanos * WIDTH / Math.max(1, totalNanos));
            String bar = " ".repeat(Math.min(from, WIDTH - 1)) + "#".repeat(Math.min(length, WIDTH));
            out.append(String.format(
                    Locale.ROOT,
                    "%4d %9.1f %8.1f  %-" + WIDTH + "s  %s%n",
                    step.number,
                    step.beginNanos / 1e3,
                    step.nanos / 1e3,
                    bar,
                    step.text));
        }
        return out.append(String.format(Locale.ROOT, "     %9.1f µs in all%n", totalNanos / 1e3))
                .toString();
    }

    /** The same as a picture. */
    public String svg() {
        StringBuilder out = new StringBuilder(String.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"monospace\" font-size=\"10\">%n",
                TEXT + BAR, ROW * (steps.size() + 1)));
        int y = 0;
        for (Step step : steps) {
            double x = TEXT + (double) step.beginNanos * BAR / Math.max(1, totalNanos);
            double width = Math.max(0.5, (double) step.nanos * BAR / Math.max(1, totalNanos));
            out.append(String.format(
                    Locale.ROOT,
                    "<text x=\"0\" y=\"%d\">%d %.1f µs %s</text><rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"steelblue\"/>%n",
                    y + ROW - 3,
                    step.number,
                    step.nanos / 1e3,
                    escaped(step.text),
                    x,
                    y + 2,
                    width,
                    ROW - 4));
            y += ROW;
        }
        return out.append("</svg>\n").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
