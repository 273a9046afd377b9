package dev.libcontainer.cgroup;

import dev.libcontainer.stats.Statistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes one picture of what control groups of either version say, and of the network. Pure, but for {@code /proc}. */
final class StatisticsReader {
    private static final long NANOS_PER_MICRO = 1000;
    private static final int INTERFACE_NUMBERS = 16;

    private StatisticsReader() {}

    static Statistics of(CgroupMounts mounts, Map<StatFile, String> contents, long pid) {
        return of(mounts, contents, text(Path.of("/proc", Long.toString(pid), "net/dev")));
    }

    static Statistics of(CgroupMounts mounts, Map<StatFile, String> contents, String network) {
        CgroupStats stats = CgroupStats.parse(mounts, contents);
        CgroupDetails details = stats.details();
        StatText text = new StatText(contents);
        Map<String, Statistics.Usage> hugetlb = new TreeMap<>();
        details.hugetlb().forEach((size, usage) -> hugetlb.put(size, usage(usage)));
        Map<String, Statistics.Usage> misc = new TreeMap<>();
        details.misc().forEach((name, usage) -> misc.put(name, usage(usage)));
        Map<String, Statistics.Pressure> pressure = new TreeMap<>();
        details.pressure()
                .forEach((resource, one) ->
                        pressure.put(resource, new Statistics.Pressure(stall(one.some()), stall(one.full()))));
        return new Statistics(
                cpu(stats.cpu(), text),
                memory(stats.memory(), details),
                new Statistics.Pids(
                        stats.pids().current(),
                        stats.pids().peak(),
                        stats.pids().limit()),
                devices(details.io()),
                hugetlb,
                details.rdma(),
                misc,
                pressure,
                interfaces(network));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return ""; // the process is gone
        }
    }

    private static Statistics.Usage usage(CgroupDetails.Usage usage) {
        return new Statistics.Usage(usage.usage(), usage.peak(), usage.limit(), usage.failures());
    }

    private static Statistics.Stall stall(CgroupDetails.Stall stall) {
        return new Statistics.Stall(stall.average10(), stall.average60(), stall.average300(), stall.totalMicros());
    }

    private static Statistics.Cpu cpu(CgroupStats.Cpu cpu, StatText text) {
        OptionalLong nanos = text.keyed("cpu", "cpu.stat", "burst_time");
        return new Statistics.Cpu(
                cpu.totalMicros(),
                cpu.userMicros(),
                cpu.systemMicros(),
                cpu.periods(),
                cpu.throttledPeriods(),
                cpu.throttledMicros(),
                either(text, "nr_bursts"),
                nanos.isPresent()
                        ? OptionalLong.of(nanos.getAsLong() / NANOS_PER_MICRO)
                        : text.keyed(CgroupMounts.CORE, "cpu.stat", "burst_usec"));
    }

    private static OptionalLong either(StatText text, String key) {
        OptionalLong v1 = text.keyed("cpu", "cpu.stat", key);
        return v1.isPresent() ? v1 : text.keyed(CgroupMounts.CORE, "cpu.stat", key);
    }

    private static Statistics.Memory memory(CgroupStats.Memory memory, CgroupDetails details) {
        Map<String, Long> events = new TreeMap<>(details.memoryEvents());
        CgroupDetails.Usage own = details.memory().get("memory");
        if (own != null && own.failures().isPresent()) {
            events.putIfAbsent("max", own.failures().getAsLong());
        }
        if (memory.oomKills().isPresent()) {
            events.putIfAbsent("oom_kill", memory.oomKills().getAsLong());
        }
        CgroupDetails.Usage swap = details.memory().get("swap");
        return new Statistics.Memory(
                memory.usageBytes(),
                memory.peakBytes(),
                memory.limitBytes(),
                memory.oomKills(),
                swap == null ? Statistics.Usage.NONE : usage(swap),
                events,
                details.memoryStat(),
                details.nodes());
    }

    private static List<Statistics.Device> devices(Map<String, List<CgroupDetails.Io>> io) {
        Map<String, long[]> devices = new TreeMap<>();
        add(io.getOrDefault("io_service_bytes", List.of()), 0, devices);
        add(io.getOrDefault("io_serviced", List.of()), 2, devices);
        List<Statistics.Device> all = new ArrayList<>();
        for (Map.Entry<String, long[]> device : devices.entrySet()) {
            String[] numbers = device.getKey().split(":");
            long[] did = device.getValue();
            all.add(new Statistics.Device(
                    Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), did[0], did[1], did[2], did[3]));
        }
        return all;
    }

    private static void add(Collection<CgroupDetails.Io> io, int first, Map<String, long[]> out) {
        for (CgroupDetails.Io one : io) {
            int column = one.operation().equals("Read") ? 0 : one.operation().equals("Write") ? 1 : -1;
            if (column >= 0) {
                out.computeIfAbsent(one.major() + ":" + one.minor(), key -> new long[4])[first + column] += one.value();
            }
        }
    }

    private static final Pattern INTERFACE = Pattern.compile("(?m)^ *([^\\s:]+): *([\\d ]+)$");

    private static Map<String, Statistics.Interface> interfaces(String content) {
        Map<String, Statistics.Interface> all = new TreeMap<>();
        Matcher line = INTERFACE.matcher(content);
        while (line.find()) {
            String[] words = line.group(2).strip().split(" +");
            if (words.length < INTERFACE_NUMBERS) {
                continue;
            }
            long[] n = new long[INTERFACE_NUMBERS];
            for (int i = 0; i < n.length; i++) {
                n[i] = Long.parseLong(words[i]);
            }
            all.put(line.group(1), new Statistics.Interface(n[0], n[1], n[2], n[3], n[8], n[9], n[10], n[11]));
        }
        return all;
    }
}
