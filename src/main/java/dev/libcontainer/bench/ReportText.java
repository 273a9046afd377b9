package dev.libcontainer.bench;

import dev.libcontainer.spec.JsonObject;
import java.util.Locale;

/** A report as text and as JSON. */
public final class ReportText {
    private ReportText() {}

    /** Three digits and a unit. */
    public static String time(double nanos) {
        if (Double.isNaN(nanos)) {
            return "–";
        }
        double size = Math.abs(nanos);
        if (size < 1e3) {
            return digits(nanos) + " ns";
        }
        return size < 1e6 ? digits(nanos / 1e3) + " µs" : digits(nanos / 1e6) + " ms";
    }

    private static String digits(double value) {
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size < 10 ? "%.2f" : size < 100 ? "%.1f" : "%.0f", value);
    }

    static String ratio(double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.2f", value);
    }

    /** Tables for people. */
    public static String table(IsolationReport report) {
        StringBuilder out = new StringBuilder("starting: from the call to the reaped process\n\n");
        line(out, "%-22s %-12s %10s %10s %10s  %s", "", "", "p50", "p99", "cost", "more than");
        String group = "";
        for (StartRow row : report.starting()) {
            String shown = row.group().equals(group) ? "" : row.group();
            group = row.group();
            line(
                    out,
                    "%-22s %-12s %10s %10s %10s  %s",
                    row.name(),
                    shown,
                    time(row.p50()),
                    time(row.p99()),
                    row.base().isEmpty() ? "" : time(row.cost()),
                    row.base());
        }
        out.append("\nrunning: one operation\n\n");
        line(out, "%-22s %10s %10s %10s %12s", "", "outside", "inside", "in : out", "unfiltered");
        for (RunRow row : report.running()) {
            line(
                    out,
                    "%-22s %10s %10s %10s %12s",
                    row.name(),
                    time(row.outside()),
                    time(row.inside()),
                    ratio(row.ratio()),
                    time(row.unfiltered()));
        }
        out.append('\n');
        report.leftOut().forEach((name, reason) -> line(out, "%s is left out: %s", name, reason));
        report.environment().forEach((name, value) -> line(out, "%-22s %s", name, value));
        return out.toString();
    }

    private static void line(StringBuilder out, String format, Object... values) {
        out.append(String.format(Locale.ROOT, format, values).stripTrailing()).append('\n');
    }

    /** For programs; times in nanoseconds. */
    public static String json(IsolationReport report) {
        JsonObject json = new JsonObject();
        json.textMap("environment", report.environment());
        for (StartRow row : report.starting()) {
            JsonObject item = json.item("starting")
                    .text("name", row.name())
                    .text("group", row.group())
                    .number("p50_ns", Math.round(row.p50()))
                    .number("p99_ns", Math.round(row.p99()))
                    .number("samples", row.samples());
            if (!row.base().isEmpty()) {
                item.text("base", row.base()).number("cost_ns", Math.round(row.cost()));
            }
        }
        for (RunRow row : report.running()) {
            JsonObject item = json.item("running").text("name", row.name());
            number(item, "outside_ps", row.outside());
            number(item, "inside_ps", row.inside());
            number(item, "unfiltered_ps", row.unfiltered());
            number(item, "p99_ps", row.p99());
        }
        json.textMap("left_out", report.leftOut());
        return json.indented() + "\n";
    }

    /** Picoseconds, as system calls are counted in parts of a nanosecond and the writer knows whole numbers only. */
    private static void number(JsonObject item, String name, double nanos) {
        if (!Double.isNaN(nanos)) {
            item.number(name, Math.round(nanos * 1e3));
        }
    }
}
