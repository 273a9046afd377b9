package dev.libcontainer.bench;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** A report as one page with charts, which needs no other file and no network. */
public final class HtmlReport {
    private static final double MICROS = 1e3;

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <title>What isolation costs here</title>
            <style>
            body { font: 15px/1.5 sans-serif; max-width: 1100px; margin: 2em auto; padding: 0 1em }
            table { border-collapse: collapse; margin: 1em 0 }
            td, th { padding: .1em .8em; border-bottom: 1px solid #ddd; text-align: right }
            td:first-child, th:first-child { text-align: left }
            svg { max-width: 100%; height: auto }
            </style>
            </head>
            <body>
            <h1>What isolation costs here</h1>
            """;

    private HtmlReport() {}

    /** The page. */
    public static String of(IsolationReport report) throws IOException {
        StringBuilder out = new StringBuilder(HEAD);
        environment(report, out);
        List<StartRow> costs =
                report.starting().stream().filter(row -> !row.base().isEmpty()).toList();
        try {
            chart(out, "What a knob adds to a start", "µs", costs);
            starting(report, out);
            List<RunRow> both = report.running().stream()
                    .filter(row -> Double.isFinite(row.ratio()))
                    .toList();
            if (!both.isEmpty()) {
                out.append(Charts.bars(
                        "Inside, compared with outside",
                        "times (1: the same)",
                        both.stream().map(RunRow::name).toList(),
                        both.stream().map(RunRow::ratio).toList()));
            }
        } catch (NoClassDefFoundError e) {
            throw new IOException("the charts need org.jfree:jfreechart and VectorGraphics2D on the class path", e);
        }
        running(report, out);
        report.leftOut()
                .forEach((name, reason) -> out.append("<p>")
                        .append(escaped(name + " is left out: " + reason))
                        .append("</p>\n"));
        return out.append("</body>\n</html>\n").toString();
    }

    private static void chart(StringBuilder out, String title, String axis, List<StartRow> rows) throws IOException {
        if (!rows.isEmpty()) {
            out.append(Charts.bars(
                    title,
                    axis,
                    rows.stream().map(StartRow::name).toList(),
                    rows.stream().map(row -> row.cost() / MICROS).toList()));
        }
    }

    private static void environment(IsolationReport report, StringBuilder out) {
        out.append("<table>\n");
        report.environment().forEach((name, value) -> row(out, "td", name, value));
        out.append("</table>\n");
    }

    private static void starting(IsolationReport report, StringBuilder out) {
        out.append("<h2>Starting</h2>\n<p>From the call to the reaped process.</p>\n<table>\n");
        row(out, "th", "", "group", "p50", "p99", "cost", "more than");
        for (StartRow row : report.starting()) {
            row(
                    out,
                    "td",
                    row.name(),
                    row.group(),
                    ReportText.time(row.p50()),
                    ReportText.time(row.p99()),
                    row.base().isEmpty() ? "" : ReportText.time(row.cost()),
                    row.base());
        }
        out.append("</table>\n<h2>Running</h2>\n");
    }

    private static void running(IsolationReport report, StringBuilder out) {
        out.append("<p>One operation, the median.</p>\n<table>\n");
        row(out, "th", "", "outside", "inside", "in : out", "without a filter");
        for (RunRow row : report.running()) {
            row(
                    out,
                    "td",
                    row.name(),
                    ReportText.time(row.outside()),
                    ReportText.time(row.inside()),
                    ReportText.ratio(row.ratio()),
                    ReportText.time(row.unfiltered()));
        }
        out.append("</table>\n");
    }

    private static void row(StringBuilder out, String cell, String... values) {
        out.append("<tr>");
        for (String value : values) {
            out.append(String.format(Locale.ROOT, "<%s>%s</%s>", cell, escaped(value), cell));
        }
        out.append("</tr>\n");
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
