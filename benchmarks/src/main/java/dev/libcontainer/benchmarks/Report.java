package dev.libcontainer.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The rows of a run, and the forms they are told in. */
final class Report {
    /** What of the environment is a part of a whole. */
    private static final Set<String> SHARES = Set.of("foreign_cpu", "stolen_cpu", "rounds_left_out");

    private final Kind kind;
    private final String command;
    private final Map<String, Object> environment;
    private final Map<String, Row> rows = new LinkedHashMap<>();

    /**
     * @param kind what it is about
     * @param command what to type for the same report: it stands beside the figures
     */
    Report(Kind kind, String command, Map<String, Object> environment) {
        this.kind = kind;
        this.command = command;
        this.environment = environment;
    }

    /** As {@link #json} has written it. */
    static Report read(Kind kind, String json) throws IOException {
        Map<String, Object> all = Json.object(Json.read(json));
        Report report = new Report(kind, String.valueOf(all.get("command")), Json.object(all.get("environment")));
        for (Object row : (Iterable<?>) Objects.requireNonNull(all.get("rows"))) {
            report.add(Row.fromJson(Json.object(row)));
        }
        return report;
    }

    /** Rounded as in JSON, so that what is told of a run and what is told of its JSON later are the same. */
    void add(Row row) {
        rows.put(row.name(), Row.fromJson(row.toJson()));
    }

    Optional<Row> row(String name) {
        return Optional.ofNullable(rows.get(name));
    }

    void environment(String fact, Object value) {
        environment.put(fact, value);
    }

    private List<Goals.Goal> goals() {
        return kind.goals.apply(this);
    }

    String json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("command", command);
        json.put("environment", environment);
        json.put("rows", rows.values().stream().map(Row::toJson).toList());
        json.put("goals", goals().stream().map(Goals.Goal::toJson).toList());
        return Json.of(json);
    }

    /** The rows, for people. */
    String table() {
        StringBuilder out = new StringBuilder(String.format(
                "%n%-26s %10s %10s %8s %8s  %s%n", "", "p50 µs", "p99 µs", "vs PB", "vs floor", "besides"));
        rows.values()
                .forEach(row -> out.append(String.format(
                        "%-26s %10s %10s %8s %8s  %s%n",
                        row.name(),
                        micros(row.p50()),
                        micros(row.p99()),
                        ratio(row.vsProcessBuilder()),
                        ratio(row.vsFloor()),
                        besides(row))));
        return out.append("\nto reproduce: ").append(command).append('\n').toString();
    }

    /** The table, the environment, the goals. */
    String text() {
        StringBuilder out = new StringBuilder(table());
        out.append('\n').append(environmentLine()).append("\n\n");
        goals().forEach(goal -> out.append(String.format("%-8s %s: %s%n", goal.verdict(), goal.text(), goal.found())));
        return out.toString();
    }

    /** The same as Markdown. */
    String markdown() {
        List<String> lines = new ArrayList<>(List.of(
                "| | p50 µs | p99 µs | vs ProcessBuilder | vs floor | besides |", "|---|---:|---:|---:|---:|---|"));
        rows.values()
                .forEach(row -> lines.add(String.format(
                        "| `%s` | %s | %s | %s | %s | %s |",
                        row.name(),
                        micros(row.p50()),
                        micros(row.p99()),
                        ratio(row.vsProcessBuilder()),
                        ratio(row.vsFloor()),
                        besides(row))));
        lines.add("");
        lines.add(environmentLine());
        lines.add("");
        lines.add("To reproduce: `" + command + "`");
        lines.add("");
        List<String> chart = kind.chart.apply(this);
        if (!chart.isEmpty()) {
            lines.addAll(chart);
            lines.add("");
        }
        List<Goals.Goal> checked = goals();
        if (!checked.isEmpty()) {
            lines.add("| goal | found | |");
            lines.add("|---|---:|---|");
        }
        checked.forEach(goal -> lines.add("| " + goal.text() + " | " + goal.found() + " | " + goal.verdict() + " |"));
        return String.join("\n", lines) + "\n";
    }

    /**
     * A text with the Markdown, or the chart alone, between those of these markers that it has:
     * {@code <!-- NAME -->} and {@code <!-- end of NAME -->}, {@code <!-- chart of NAME -->} and {@code <!-- end of chart of NAME -->}.
     */
    String inserted(String text) {
        String whole = between(text, kind.label(), markdown() + "\n");
        return between(whole, "chart of " + kind.label(), String.join("\n", kind.chart.apply(this)) + "\n\n");
    }

    private static String between(String text, String name, String content) {
        String first = "<!-- " + name + " -->";
        int begin = text.indexOf(first);
        int end = text.indexOf("<!-- end of " + name + " -->");
        return begin < 0 || end < begin
                ? text
                : text.substring(0, begin + first.length()) + "\n\n" + content + text.substring(end);
    }

    /** Does the same to a file, which must have a place for it. */
    void writeMarkdown(Path file) throws IOException {
        String text = Files.readString(file);
        if (!text.contains("<!-- end of " + kind.label() + " -->")
                && !text.contains("<!-- end of chart of " + kind.label() + " -->")) {
            throw new IOException(file + " lacks the lines \"<!-- " + kind.label() + " -->\" and \"<!-- end of "
                    + kind.label() + " -->\"");
        }
        Files.writeString(file, inserted(text));
    }

    private String environmentLine() {
        List<String> facts = new ArrayList<>();
        environment.forEach((name, value) -> facts.add(name.replace('_', ' ') + " "
                + (value instanceof Number share && SHARES.contains(name)
                        ? String.format(Locale.ROOT, "%.1f %%", share.doubleValue() * 100)
                        : value)));
        return String.join(" · ", facts);
    }

    private static String besides(Row row) {
        List<String> figures = new ArrayList<>();
        row.extras().forEach((name, value) -> {
            String number = name.startsWith("vs_") ? ratio(value) : micros(value);
            figures.add(name.replace("_us", " µs").replace('_', ' ') + " " + number);
        });
        return String.join(", ", figures);
    }

    static String micros(double value) {
        return !Double.isFinite(value)
                ? ""
                : String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value)
                        .replaceFirst("\\.0$", "");
    }

    static String ratio(double value) {
        return !Double.isFinite(value) ? "" : String.format(Locale.ROOT, value < 0.1 ? "%.3f" : "%.2f", value);
    }
}
