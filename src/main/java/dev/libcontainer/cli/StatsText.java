package dev.libcontainer.cli;

import dev.libcontainer.cgroup.CgroupStats;
import dev.libcontainer.spec.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Statistics as text: runc's JSON for programs, a table for people. A number the kernel does not give is left out. */
final class StatsText {
    private static final long NANOS_IN_MICRO = 1_000;

    private StatsText() {}

    /** One line of {@code events}. */
    static String json(String id, CgroupStats stats) {
        JsonObject event = new JsonObject().text("type", "stats").text("id", id);
        JsonObject data = event.object("data");
        cpu(data.object("cpu"), stats.cpu());
        memory(data.object("memory"), stats.memory());
        pids(data.object("pids"), stats.pids());
        return event.line();
    }

    private static void cpu(JsonObject json, CgroupStats.Cpu cpu) {
        json.object("usage")
                .number("total", nanos(cpu.totalMicros()))
                .number("kernel", nanos(cpu.systemMicros()))
                .number("user", nanos(cpu.userMicros()));
        json.object("throttling")
                .number("periods", cpu.periods())
                .number("throttledPeriods", cpu.throttledPeriods())
                .number("throttledTime", nanos(cpu.throttledMicros()));
    }

    private static void memory(JsonObject json, CgroupStats.Memory memory) {
        json.object("usage")
                .number("limit", limit(memory.limitBytes()))
                .number("usage", memory.usageBytes())
                .number("max", memory.peakBytes());
        json.object("raw").number("oom_kill", memory.oomKills());
    }

    private static void pids(JsonObject json, CgroupStats.Pids pids) {
        json.number("current", pids.current()).number("limit", limit(pids.limit()));
    }

    private static OptionalLong nanos(OptionalLong micros) {
        return micros.isPresent() ? OptionalLong.of(micros.getAsLong() * NANOS_IN_MICRO) : micros;
    }

    /** runc leaves a limit that is not set out. */
    private static OptionalLong limit(OptionalLong limit) {
        return limit.isPresent() && limit.getAsLong() == CgroupStats.UNLIMITED ? OptionalLong.empty() : limit;
    }

    /** One line a container. */
    static String table(List<String> ids, List<CgroupStats> stats) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ID", "CPU", "THROTTLED", "MEMORY", "PEAK", "LIMIT", "OOM KILLS", "PIDS", "PIDS LIMIT"));
        for (int i = 0; i < ids.size(); i++) {
            CgroupStats one = stats.get(i);
            rows.add(List.of(
                    ids.get(i),
                    seconds(one.cpu().totalMicros()),
                    seconds(one.cpu().throttledMicros()),
                    bytes(one.memory().usageBytes()),
                    bytes(one.memory().peakBytes()),
                    bytes(one.memory().limitBytes()),
                    plain(one.memory().oomKills()),
                    plain(one.pids().current()),
                    plain(one.pids().limit())));
        }
        return StateText.aligned(rows);
    }

    private static String seconds(OptionalLong micros) {
        return micros.isPresent() ? String.format(Locale.ROOT, "%.2fs", micros.getAsLong() / 1e6) : "-";
    }

    private static String plain(OptionalLong number) {
        if (number.isEmpty()) {
            return "-";
        }
        return number.getAsLong() == CgroupStats.UNLIMITED ? "unlimited" : Long.toString(number.getAsLong());
    }

    private static String bytes(OptionalLong bytes) {
        if (bytes.isEmpty() || bytes.getAsLong() < 1 << 20) {
            return plain(bytes) + (bytes.isPresent() && bytes.getAsLong() >= 0 ? "B" : "");
        }
        boolean large = bytes.getAsLong() >= 1L << 30;
        double value = bytes.getAsLong() / (large ? 1073741824.0 : 1048576.0);
        return String.format(Locale.ROOT, "%.1f%s", value, large ? "GiB" : "MiB");
    }
}
