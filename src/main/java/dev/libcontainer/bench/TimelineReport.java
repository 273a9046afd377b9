package dev.libcontainer.bench;

import dev.libcontainer.Timeline;
import dev.libcontainer.spec.JsonObject;
import java.util.List;
import java.util.Locale;

/**
 * Where the time of many starts of one container went.
 *
 * @param median when half of the starts had begun each step; a step lasts until half had begun the next one
 * @param p99 nanoseconds that 99 of 100 starts did not exceed, step by step, and at its end for the whole
 * @param samples how many starts
 * @param others starts that ran other steps and are not in these figures: before the template was there, or with a network
 *     that was not made ahead
 */
public record TimelineReport(Timeline median, List<Double> p99, int samples, int others) {
    /** Keeps an unmodifiable list. */
    public TimelineReport {
        p99 = List.copyOf(p99);
    }

    /** Of timelines of the same steps, at least one. */
    static TimelineReport of(List<Timeline> timelines, int others) {
        List<Timeline.Step> steps = timelines.get(0).steps();
        long[] begins = new long[steps.size() + 1];
        Double[] tails = new Double[steps.size() + 1];
        for (int i = 0; i <= steps.size(); i++) {
            Series began = new Series();
            Series took = new Series();
            for (Timeline timeline : timelines) {
                boolean end = i == steps.size();
                began.add(
                        end
                                ? (double) timeline.totalNanos()
                                : timeline.steps().get(i).beginNanos());
                took.add(
                        end
                                ? (double) timeline.totalNanos()
                                : timeline.steps().get(i).nanos());
            }
            begins[i] = (long) began.quantile(0.5);
            tails[i] = took.quantile(0.99);
        }
        Timeline.Step[] medians = new Timeline.Step[steps.size()];
        for (int i = 0; i < medians.length; i++) {
            Timeline.Step step = steps.get(i);
            medians[i] = new Timeline.Step(
                    step.number(), step.text(), step.jsonPath(), begins[i], begins[i + 1] - begins[i]);
        }
        Timeline median = new Timeline(List.of(medians), begins[steps.size()]);
        return new TimelineReport(median, List.of(tails), timelines.size(), others);
    }

    /** Lines for people: each step with its share as a bar, and what was measured. */
    public String text() {
        String besides = others == 0 ? "" : String.format(Locale.ROOT, "; %d others ran other steps", others);
        return median.text()
                + String.format(
                        Locale.ROOT,
                        "median of %d starts%s; 99 of 100 took at most %s%n",
                        samples,
                        besides,
                        ReportText.time(p99.get(p99.size() - 1)));
    }

    /** A picture of the median. */
    public String svg() {
        return median.svg();
    }

    /** For programs; times in nanoseconds. */
    public String json() {
        JsonObject json = new JsonObject()
                .number("samples", samples)
                .number("others", others)
                .number("p50_ns", median.totalNanos())
                .number("p99_ns", Math.round(p99.get(p99.size() - 1)));
        for (int i = 0; i < median.steps().size(); i++) {
            Timeline.Step step = median.steps().get(i);
            json.item("steps")
                    .number("number", step.number())
                    .text("text", step.text())
                    .text("path", step.jsonPath())
                    .number("begin_ns", step.beginNanos())
                    .number("p50_ns", step.nanos())
                    .number("p99_ns", Math.round(p99.get(i)));
        }
        return json.indented() + "\n";
    }
}
