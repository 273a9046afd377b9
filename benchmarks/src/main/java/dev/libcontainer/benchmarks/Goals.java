package dev.libcontainer.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What the library wants to reach. All but the last few are ratios: they hold on machines faster and slower. */
final class Goals {
    /**
     * A goal and how it stands.
     *
     * @param found the figure, as text
     * @param verdict met, not met, or a dash when it was not measured
     */
    record Goal(String text, String found, String verdict) {
        Map<String, Object> toJson() {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("goal", text);
            json.put("found", found);
            json.put("verdict", verdict);
            return json;
        }
    }

    private static final double OVER_FLOOR = 1.3;
    private static final double TAIL = 5;

    private final Report report;
    private final List<Goal> goals = new ArrayList<>();

    private Goals(Report report) {
        this.report = report;
    }

    static List<Goal> check(Report report) {
        Goals goals = new Goals(report);
        goals.atMost("full isolation, of ProcessBuilder without any", "full", Row.VS_PROCESSBUILDER, 0.7);
        goals.atMost("the same with a fresh network namespace", "full-fresh-net", Row.VS_PROCESSBUILDER, 1.4);
        goals.atMost("no isolation, of ProcessBuilder", "none", Row.VS_PROCESSBUILDER, 1 / 6.0);
        for (Level level : Level.values()) {
            goals.atMost(level.label() + ", of the floor", level.label(), Row.VS_FLOOR, OVER_FLOOR);
        }
        for (Level level : Level.values()) {
            if (level != Level.FULL_FRESH_NET) {
                goals.tail(level.label());
            }
        }
        goals.atMost("loading the default filter, of libseccomp's", "seccomp-load", "vs_libseccomp", 0.1);
        goals.atMost("heap of 8 GiB, of one of 64 MiB", "heap-8g", "vs_heap_64m", 1.05);
        goals.atMost("1,000 more mounts", "mounts-plus-1000", "vs_plain", 1.1);
        goals.atMost("2,000 more threads", "threads-plus-2000", "vs_plain", 1.1);
        goals.atMost("garbage of a spawn, bytes", "allocation", "bytes_per_spawn", 1024);
        goals.atLeast("fully isolated spawns a second by two threads", "two-threads", "per_second", 2000);
        goals.atMost("exit notification, p99 µs", "exit-notification", "p99_us", 2000);
        return goals.goals;
    }

    /** Those of {@code run peers}. */
    static List<Goal> ofPeers(Report report) {
        Goals goals = new Goals(report);
        goals.atMost(
                "parked, to the first instruction, of bare vfork and exec", "parked-first-instruction", "vs_bare", 2.1);
        goals.atMost("parked, of ProcessBuilder without isolation", "parked", Row.VS_PROCESSBUILDER, 0.12);
        goals.atMost("cold, of the floor", "cold", Row.VS_FLOOR, 1.1);
        goals.atMost("cold, of ProcessBuilder without isolation", "cold", Row.VS_PROCESSBUILDER, 0.5);
        goals.fraction("cold, of `crun run` without seccomp", "cold", "vs_crun", 12);
        goals.fraction("cold, of `runc run` without seccomp", "cold", "vs_runc", 60);
        goals.fraction("cold, of `crun run` with the same profile", "cold", "vs_crun_seccomp", 60);
        goals.fraction("cold, of `runc run` with the same profile", "cold", "vs_runc_seccomp", 100);
        goals.fraction("bwrap-level, of `bwrap --unshare-all`", "bwrap-level", "vs_bwrap", 12);
        return goals.goals;
    }

    private void fraction(String what, String row, String figure, int of) {
        double found = figure(row, figure);
        if (Double.isNaN(found)) {
            add(what + " ≤ 1/" + of, found, false);
        } else {
            String shown = "1/" + String.format(Locale.ROOT, "%.1f", 1 / found);
            goals.add(new Goal(what + " ≤ 1/" + of, shown, found <= 1.0 / of ? "met" : "not met"));
        }
    }

    private void atMost(String what, String row, String figure, double limit) {
        double found = figure(row, figure);
        add(what + " ≤ " + number(limit), found, found <= limit);
    }

    private void atLeast(String what, String row, String figure, double limit) {
        double found = figure(row, figure);
        add(what + " ≥ " + number(limit), found, found >= limit);
    }

    private void tail(String row) {
        double found = figure(row, "p99_us") / figure(row, "p50_us");
        add(row + ", p99 to p50 ≤ " + number(TAIL), found, found <= TAIL);
    }

    private double figure(String row, String figure) {
        return report.row(row).map(r -> r.figure(figure)).orElse(Double.NaN);
    }

    private void add(String text, double found, boolean met) {
        goals.add(
                Double.isNaN(found)
                        ? new Goal(text, "not measured", "–")
                        : new Goal(text, number(found), met ? "met" : "not met"));
    }

    private static String number(double value) {
        return value >= 100 ? String.format(Locale.ROOT, "%.0f", value) : Report.ratio(value);
    }
}
