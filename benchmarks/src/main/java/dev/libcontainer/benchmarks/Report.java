package dev.libcontainer.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The rows of a run, and the forms they are told in. */
final class Report {
    private static final int WIDTH = 70;

    private final String command;
    private final Map<String, Object> environment;
    private final Function<Report, List<Goals.Goal>> goals;
    private final Map<String, Row> rows = new LinkedHashMap<>();

    /**
     * @param command what to type for the same report: it stands beside the figures
     */
    Report(String command, Map<String, Object> environment, Function<Report, List<Goals.Goal>> goals) {
        this.command = command;
        this.environment = environment;
        this.goals = goals;
    }

    void add(Row row) {
        rows.put(row.name(), row);
    }

    Optional<Row> row(String name) {
        return Optional.ofNullable(rows.get(name));
    }

    void environment(String fact, Object value) {
        environment.put(fact, value);
    }

    String json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("command", command);
        json.put("environment", environment);
        json.put("rows", rows.values().stream().map(Row::toJson).toList());
        json.put(
                "goals",
                goals.apply(this).stream()
                        .map(goal -> Map.of("goal", goal.text(), "verdict", goal.verdict()))
                        .toList());
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
        goals.apply(this)
                .forEach(goal -> out.append(String.format("%-8s %s: %s%n", goal.verdict(), goal.text(), goal.found())));
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
        if (row(Level.FULL.label()).isPresent()) {
            lines.addAll(chart());
            lines.add("");
        }
        List<Goals.Goal> checked = goals.apply(this);
        if (!checked.isEmpty()) {
            lines.add("| goal | found | |");
            lines.add("|---|---:|---|");
        }
        checked.forEach(goal -> lines.add("| " + goal.text() + " | " + goal.found() + " | " + goal.verdict() + " |"));
        return String.join("\n", lines) + "\n";
    }

    /** Puts the Markdown between the markers of a file: {@code <!-- name -->} and {@code <!-- end of name -->}. */
    void writeMarkdown(Path file, String name) throws IOException {
        String first = "<!-- " + name + " -->";
        String last = "<!-- end of " + name + " -->";
        String text = Files.readString(file);
        int begin = text.indexOf(first);
        int end = text.indexOf(last);
        if (begin < 0 || end < begin) {
            throw new IOException(file + " lacks the lines \"" + first + "\" and \"" + last + "\"");
        }
        String before = text.substring(0, begin + first.length());
        Files.writeString(file, before + "\n\n" + markdown() + "\n" + text.substring(end));
    }

    /** p50 of the levels, to scale, each beside its floor. */
    private List<String> chart() {
        List<String> names = new ArrayList<>(List.of("processbuilder"));
        for (Level level : Level.values()) {
            names.add(level.label());
        }
        List<Row> drawn = names.stream().flatMap(name -> row(name).stream()).toList();
        double longest = drawn.stream().mapToDouble(Row::p50).max().orElse(1);
        List<String> lines = new ArrayList<>(List.of("```"));
        for (Row row : drawn) {
            int floor = (int) Math.round(WIDTH * row.figure("floor_p50_us") / longest);
            int all = (int) Math.round(WIDTH * row.p50() / longest);
            String bar = "█".repeat(Math.min(floor, all)) + "░".repeat(Math.max(0, all - floor));
            lines.add(String.format("%-15s %s %s", row.name(), bar, micros(row.p50())));
        }
        lines.add("                █ the system calls alone, made from C   ░ all else   (p50 µs)");
        lines.add("```");
        return lines;
    }

    private String environmentLine() {
        List<String> facts = new ArrayList<>();
        environment.forEach((name, value) -> facts.add(name.replace('_', ' ') + " "
                + (value instanceof Double share ? String.format(Locale.ROOT, "%.1f %%", share * 100) : value)));
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

    private static String micros(double value) {
        return !Double.isFinite(value)
                ? ""
                : String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value)
                        .replaceFirst("\\.0$", "");
    }

    static String ratio(double value) {
        return !Double.isFinite(value) ? "" : String.format(Locale.ROOT, value < 0.1 ? "%.3f" : "%.2f", value);
    }
}
