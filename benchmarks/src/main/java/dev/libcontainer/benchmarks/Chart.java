package dev.libcontainer.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Charts of text, which look the same in a terminal and in a page. */
final class Chart {
    private static final int WIDTH = 70;
    private static final int DECADE = 12;
    private static final int LABEL = 16;
    private static final double LEAST_MICROS = 10;
    private static final String FENCE = "```";

    /** Each once: without the first instructions, which are another thing, and without what is a variant of another row. */
    private static final List<String> PEERS = List.of(
            "bare",
            "parked",
            "bwrap-level",
            "cold",
            "cold-fresh-net",
            "processbuilder",
            "nuprocess",
            "bwrap",
            "lxc",
            "crun",
            "crun-seccomp",
            "runc",
            "runc-seccomp",
            "nspawn",
            "podman",
            "jrunc");

    private Chart() {}

    /** p50 of the levels, to scale, each beside its floor. */
    static List<String> levels(Report report) {
        if (report.row(Level.FULL.label()).isEmpty()) {
            return List.of();
        }
        List<String> names = new ArrayList<>(List.of("processbuilder"));
        for (Level level : Level.values()) {
            names.add(level.label());
        }
        List<Row> drawn =
                names.stream().flatMap(name -> report.row(name).stream()).toList();
        double longest = drawn.stream().mapToDouble(Row::p50).max().orElse(1);
        List<String> lines = new ArrayList<>(List.of(FENCE));
        for (Row row : drawn) {
            int floor = (int) Math.round(WIDTH * row.figure("floor_p50_us") / longest);
            int all = (int) Math.round(WIDTH * row.p50() / longest);
            String bar = "█".repeat(Math.min(floor, all)) + "░".repeat(Math.max(0, all - floor));
            lines.add(String.format("%-15s %s %s", row.name(), bar, Report.micros(row.p50())));
        }
        lines.add("                █ the system calls alone, made from C   ░ all else   (p50 µs)");
        lines.add(FENCE);
        return lines;
    }

    /** p50 of everybody who takes part, the fastest first; each decade is as wide as the next. */
    static List<String> peers(Report report) {
        List<Row> drawn = PEERS.stream()
                .flatMap(name -> report.row(name).stream())
                .filter(row -> Double.isFinite(row.p50()))
                .sorted(Comparator.comparingDouble(Row::p50))
                .toList();
        if (drawn.isEmpty()) {
            return List.of();
        }
        List<String> lines = new ArrayList<>(List.of(FENCE));
        StringBuilder scale = new StringBuilder(" ".repeat(LABEL));
        double last = drawn.get(drawn.size() - 1).p50();
        for (double tick = LEAST_MICROS; tick <= last; tick *= 10) {
            scale.append(String.format("%-" + DECADE + "s", "│" + time(tick)));
        }
        lines.add(scale.toString().stripTrailing());
        for (Row row : drawn) {
            int length = (int) Math.round(DECADE * Math.log10(row.p50() / LEAST_MICROS));
            lines.add(String.format(
                    "%-" + LABEL + "s%s %s", row.name(), "█".repeat(Math.max(1, length)), time(row.p50())));
        }
        lines.add(FENCE);
        return lines;
    }

    private static String time(double micros) {
        double size = micros < 1000 ? micros : micros / 1000;
        String unit = micros < 1000 ? " µs" : " ms";
        return String.format(Locale.ROOT, size < 10 && size != Math.rint(size) ? "%.1f" : "%.0f", size) + unit;
    }
}
