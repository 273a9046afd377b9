package dev.libcontainer.cli;

import dev.libcontainer.cgroup.CgroupDetails;
import dev.libcontainer.cgroup.CgroupStats;
import dev.libcontainer.spec.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;

/** Statistics as text: runc's JSON for programs, a table for people. A number the kernel does not give is left out. */
final class StatsText {
    private static final long NANOS_IN_MICRO = 1_000;

    private StatsText() {}

    /** One line of {@code events}. */
    static String json(String id, CgroupStats stats) {
        JsonObject event = new JsonObject().text("type", "stats").text("id", id);
        JsonObject data = event.object("data");
        CgroupDetails details = stats.details();
        cpu(data.object("cpu"), stats.cpu(), details);
        cpuset(data.object("cpuset"), details.cpuset());
        memory(data.object("memory"), stats.memory(), details);
        pids(data.object("pids"), stats.pids());
        JsonObject blkio = data.object("blkio");
        blkio(blkio, details.io());
        psi(blkio, details, "io");
        JsonObject hugetlb = data.object("hugetlb");
        for (Map.Entry<String, CgroupDetails.Usage> size : details.hugetlb().entrySet()) {
            usage(hugetlb.object(size.getKey()), size.getValue());
        }
        if (!details.misc().isEmpty()) {
            misc(data.object("misc_stats"), details.misc());
        }
        return event.line();
    }

    private static void cpu(JsonObject json, CgroupStats.Cpu cpu, CgroupDetails details) {
        json.object("usage")
                .number("total", nanos(cpu.totalMicros()))
                .numbers("percpu", details.perCpuNanos())
                .numbers("percpu_kernel", details.perCpuKernelNanos())
                .numbers("percpu_user", details.perCpuUserNanos())
                .number("kernel", nanos(cpu.systemMicros()))
                .number("user", nanos(cpu.userMicros()));
        json.object("throttling")
                .number("periods", cpu.periods())
                .number("throttledPeriods", cpu.throttledPeriods())
                .number("throttledTime", nanos(cpu.throttledMicros()));
        psi(json, details, "cpu");
    }

    /** Lists of CPUs and nodes are arrays of numbers, as runc has them. */
    private static void cpuset(JsonObject json, Map<String, String> files) {
        for (Map.Entry<String, String> file : files.entrySet()) {
            String value = file.getValue();
            if (file.getKey().matches(".*(cpus|mems)(\\..*)?") && value.matches("[0-9,-]*")) { // cpus.partition: a word
                json.numbers(file.getKey(), members(value));
            } else if (value.matches("-?\\d{1,18}")) {
                json.number(file.getKey(), Long.parseLong(value));
            } else {
                json.text(file.getKey(), value);
            }
        }
    }

    /** {@code 0-2,4}. */
    static List<Long> members(String ranges) {
        List<Long> members = new ArrayList<>();
        for (String range : ranges.split(",")) {
            String[] ends = range.strip().split("-");
            if (!ends[0].isEmpty()) {
                for (long i = Long.parseLong(ends[0]); i <= Long.parseLong(ends[ends.length - 1]); i++) {
                    members.add(i);
                }
            }
        }
        return members;
    }

    private static void memory(JsonObject json, CgroupStats.Memory memory, CgroupDetails details) {
        Long cache = details.memoryStat().get("cache");
        if (cache != null) {
            json.number("cache", cache);
        }
        json.object("usage")
                .number("limit", limit(memory.limitBytes()))
                .number("usage", memory.usageBytes())
                .number("max", memory.peakBytes());
        for (Map.Entry<String, CgroupDetails.Usage> kind : details.memory().entrySet()) {
            usage(json.object(kind.getKey().equals("memory") ? "usage" : kind.getKey()), kind.getValue());
        }
        JsonObject raw = json.object("raw");
        for (Map.Entry<String, Long> line : details.memoryStat().entrySet()) {
            raw.number(line.getKey(), line.getValue());
        }
        psi(json, details, "memory");
        if (!details.memoryEvents().isEmpty()) {
            JsonObject events = json.object("event_count");
            for (Map.Entry<String, Long> event : details.memoryEvents().entrySet()) {
                events.number(event.getKey(), event.getValue());
            }
        }
        if (!details.nodes().isEmpty()) {
            nodes(json.object("page_usage_by_numa"), details.nodes());
        }
    }

    /** In pages, as runc's statistics have it. */
    private static void nodes(JsonObject json, Map<String, Map<Integer, Long>> kinds) {
        for (Map.Entry<String, Map<Integer, Long>> kind : kinds.entrySet()) {
            JsonObject nodes = json.object(kind.getKey()).object("nodes");
            for (Map.Entry<Integer, Long> node : kind.getValue().entrySet()) {
                nodes.number(node.getKey().toString(), node.getValue() / CgroupDetails.PAGE_BYTES);
            }
        }
    }

    private static void misc(JsonObject json, Map<String, CgroupDetails.Usage> all) {
        for (Map.Entry<String, CgroupDetails.Usage> one : all.entrySet()) {
            json.object(one.getKey())
                    .number("usage", one.getValue().usage())
                    .number("events", one.getValue().failures());
        }
    }

    private static void psi(JsonObject json, CgroupDetails details, String resource) {
        CgroupDetails.Pressure pressure = details.pressure().get(resource);
        if (pressure != null) {
            JsonObject psi = json.object("psi");
            stall(psi.object("some"), pressure.some());
            stall(psi.object("full"), pressure.full());
        }
    }

    private static void stall(JsonObject json, CgroupDetails.Stall stall) {
        json.decimal("avg10", stall.average10())
                .decimal("avg60", stall.average60())
                .decimal("avg300", stall.average300())
                .number("total", stall.totalMicros());
    }

    private static void usage(JsonObject json, CgroupDetails.Usage usage) {
        json.number("limit", limit(usage.limit()))
                .number("usage", usage.usage())
                .number("max", usage.peak())
                .number("failcnt", usage.failures());
    }

    private static void pids(JsonObject json, CgroupStats.Pids pids) {
        json.number("current", pids.current()).number("limit", limit(pids.limit()));
    }

    private static void blkio(JsonObject json, Map<String, List<CgroupDetails.Io>> io) {
        for (Map.Entry<String, List<CgroupDetails.Io>> what : io.entrySet()) {
            for (CgroupDetails.Io one : what.getValue()) {
                json.item(runcName(what.getKey()))
                        .number("major", one.major())
                        .number("minor", one.minor())
                        .text("op", one.operation())
                        .number("value", one.value());
            }
        }
    }

    /** {@code io_service_bytes} is {@code ioServiceBytesRecursive}. */
    private static String runcName(String file) {
        return switch (file) {
            case "io_service_bytes" -> "ioServiceBytesRecursive";
            case "io_serviced" -> "ioServicedRecursive";
            case "io_queued" -> "ioQueueRecursive";
            case "io_service_time" -> "ioServiceTimeRecursive";
            case "io_wait_time" -> "ioWaitTimeRecursive";
            case "io_merged" -> "ioMergedRecursive";
            case "time" -> "ioTimeRecursive";
            case "sectors" -> "sectorsRecursive";
            default -> file;
        };
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

    static String plain(OptionalLong number) {
        if (number.isEmpty()) {
            return "-";
        }
        return number.getAsLong() == CgroupStats.UNLIMITED ? "unlimited" : Long.toString(number.getAsLong());
    }

    static String bytes(OptionalLong bytes) {
        if (bytes.isEmpty() || bytes.getAsLong() < 1 << 20) {
            return plain(bytes) + (bytes.isPresent() && bytes.getAsLong() >= 0 ? "B" : "");
        }
        boolean large = bytes.getAsLong() >= 1L << 30;
        double value = bytes.getAsLong() / (large ? 1073741824.0 : 1048576.0);
        return String.format(Locale.ROOT, "%.1f%s", value, large ? "GiB" : "MiB");
    }
}
