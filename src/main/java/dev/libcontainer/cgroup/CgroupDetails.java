package dev.libcontainer.cgroup;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Statistics for people and monitors: everything that other runtimes print. A map or list is empty if the host has no
 * such controller.
 *
 * @param memory by {@code memory}, {@code swap} (memory and swap together, in both versions), {@code kernel} and
 *     {@code kernelTCP}
 * @param memoryStat the lines of {@code memory.stat}
 * @param perCpuNanos CPU time on each CPU; version 1
 * @param perCpuUserNanos of that in user mode
 * @param perCpuKernelNanos of that in the kernel
 * @param cpuset the files of the controller cpuset, by name without {@code cpuset.}
 * @param io what block devices did, by what it is, e.g. {@code io_service_bytes}
 * @param hugetlb by page size, e.g. {@code 2MB}
 * @param rdma the lines of {@code rdma.current}, by device
 * @param pressure by {@code cpu}, {@code memory} and {@code io}; version 2
 * @param memoryEvents how often what happened, as in {@code memory.events}; version 2
 * @param nodes memory in bytes, by kind ({@code anon}, {@code file} …) and NUMA node
 * @param misc what the controller misc counts, by name
 */
public record CgroupDetails(
        Map<String, Usage> memory,
        Map<String, Long> memoryStat,
        List<Long> perCpuNanos,
        List<Long> perCpuUserNanos,
        List<Long> perCpuKernelNanos,
        Map<String, String> cpuset,
        Map<String, List<Io>> io,
        Map<String, Usage> hugetlb,
        Map<String, Map<String, Long>> rdma,
        Map<String, Pressure> pressure,
        Map<String, Long> memoryEvents,
        Map<String, Map<Integer, Long>> nodes,
        Map<String, Usage> misc) {

    /** Keeps unmodifiable copies, maps sorted. */
    public CgroupDetails {
        memory = sorted(memory);
        memoryStat = sorted(memoryStat);
        perCpuNanos = List.copyOf(perCpuNanos);
        perCpuUserNanos = List.copyOf(perCpuUserNanos);
        perCpuKernelNanos = List.copyOf(perCpuKernelNanos);
        cpuset = sorted(cpuset);
        io = sorted(io);
        hugetlb = sorted(hugetlb);
        rdma = sorted(rdma);
        pressure = sorted(pressure);
        memoryEvents = sorted(memoryEvents);
        nodes = sorted(nodes);
        misc = sorted(misc);
    }

    private static <V> Map<String, V> sorted(Map<String, V> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }

    static final CgroupDetails NONE = new CgroupDetails(
            Map.of(), Map.of(), List.of(), List.of(), List.of(), Map.of(), Map.of(), Map.of(), Map.of(), Map.of(),
            Map.of(), Map.of(), Map.of());

    /**
     * What is used of something that can be limited.
     *
     * @param limit {@link CgroupStats#UNLIMITED} if there is none
     * @param failures how often the limit was in the way
     */
    public record Usage(OptionalLong usage, OptionalLong peak, OptionalLong limit, OptionalLong failures) {}

    /** What a block device did: so many bytes or operations of a kind, e.g. {@code Read}. */
    public record Io(long major, long minor, String operation, long value) {}

    /** How long some tasks, or all, waited for a resource. */
    public record Pressure(Stall some, Stall full) {}

    /** Shares of the last 10, 60 and 300 seconds in percent, and all of the time. */
    public record Stall(double average10, double average60, double average300, long totalMicros) {
        static final Stall NONE = new Stall(0, 0, 0, 0);
    }

    private static final Pattern FILES = Pattern.compile(
            "memory\\.(stat|numa_stat)|misc\\.(current|peak|max|events)|memory\\.swap\\.(current|peak|max)"
                    + "|memory\\.(memsw\\.|kmem\\.|kmem\\.tcp\\.)?(usage_in_bytes|max_usage_in_bytes|limit_in_bytes|failcnt)"
                    + "|cpuacct\\.(usage_percpu|usage_all)|cpuset\\.(?!cpus\\.exclusive).*|io\\.stat"
                    + "|blkio\\..*(_recursive|time|sectors)"
                    + "|hugetlb\\.[^.]+\\.(usage_in_bytes|max_usage_in_bytes|limit_in_bytes|failcnt|current|max|events)"
                    + "|rdma\\.current|(cpu|memory|io)\\.pressure");

    /** Those of a directory's files that these statistics are made of. */
    static List<StatFile> files(Hierarchy hierarchy, List<String> names) {
        List<StatFile> files = new ArrayList<>();
        for (String name : names) {
            String controller = name.substring(0, Math.max(0, name.indexOf('.')));
            boolean own = hierarchy.controllers().contains(controller);
            if (FILES.matcher(name).matches() && (own || name.endsWith(".pressure"))) {
                files.add(new StatFile(name.endsWith(".pressure") ? CgroupMounts.CORE : controller, name));
            }
        }
        return files;
    }

    static CgroupDetails parse(CgroupMounts mounts, Map<StatFile, String> contents) {
        StatText text = new StatText(contents);
        Map<String, Long> memoryStat = pairs(contents.getOrDefault(new StatFile("memory", "memory.stat"), ""), " ");
        Map<String, String> cpuset = new TreeMap<>();
        Map<String, List<Io>> io = new TreeMap<>();
        Map<String, Map<String, Long>> rdma = new TreeMap<>();
        Map<String, Pressure> pressure = new TreeMap<>();
        contents.forEach((file, content) -> {
            switch (file.controller()) {
                case "cpuset" -> cpuset.put(file.file().substring("cpuset.".length()), content.strip());
                case "blkio" -> {
                    boolean bfq = file.file().startsWith("blkio.bfq.");
                    io.merge(
                            operationsOf(file.file()),
                            ioOfV1(content),
                            (a, b) -> a.isEmpty() || (bfq && !b.isEmpty()) ? b : a); // what BFQ counted is finer
                }
                case "io" -> addIoOfV2(content, io);
                case "rdma" ->
                    content.lines().forEach(line -> {
                        String[] words = line.strip().split(" ", 2);
                        rdma.put(words[0], words.length < 2 ? Map.of() : pairs(words[1].replace(' ', '\n'), "="));
                    });
                default -> {
                    if (file.file().endsWith(".pressure")) {
                        pressure.put(file.file().replace(".pressure", ""), pressure(content));
                    }
                }
            }
        });
        io.values().removeIf(List::isEmpty);
        return new CgroupDetails(
                memory(mounts, text),
                memoryStat,
                numbers(contents.getOrDefault(new StatFile("cpuacct", "cpuacct.usage_percpu"), "")),
                column(contents.getOrDefault(new StatFile("cpuacct", "cpuacct.usage_all"), ""), 1),
                column(contents.getOrDefault(new StatFile("cpuacct", "cpuacct.usage_all"), ""), 2),
                cpuset,
                io,
                hugetlb(contents.keySet(), text),
                rdma,
                pressure,
                text.pairs("memory", "memory.events"),
                nodes(text.text("memory", "memory.numa_stat")),
                misc(text));
    }

    // ---- memory ----

    private static Map<String, Usage> memory(CgroupMounts mounts, StatText text) {
        Map<String, Usage> all = new TreeMap<>();
        if (mounts.version("memory").filter(v -> v == CgroupVersion.V1).isPresent()) {
            addIfThere("memory", usageV1("memory", "memory.", text), all);
            addIfThere("swap", usageV1("memory", "memory.memsw.", text), all);
            addIfThere("kernel", usageV1("memory", "memory.kmem.", text), all);
            addIfThere("kernelTCP", usageV1("memory", "memory.kmem.tcp.", text), all);
            return all;
        }
        Usage memory = new Usage(
                text.number("memory", "memory.current"),
                text.number("memory", "memory.peak"),
                text.number("memory", "memory.max"),
                text.keyed("memory", "memory.events", "max"));
        addIfThere("memory", memory, all);
        OptionalLong swap = text.number("memory", "memory.swap.current");
        if (swap.isPresent()) {
            OptionalLong limit = sum(memory.limit, text.number("memory", "memory.swap.max"));
            all.put("swap", new Usage(sum(memory.usage, swap), OptionalLong.empty(), limit, OptionalLong.empty()));
        }
        return all;
    }

    private static Usage usageV1(String controller, String prefix, StatText text) {
        return new Usage(
                text.number(controller, prefix + "usage_in_bytes"),
                text.number(controller, prefix + "max_usage_in_bytes"),
                MemoryController.unlimitedAsMinusOne(text.number(controller, prefix + "limit_in_bytes")),
                text.number(controller, prefix + "failcnt"));
    }

    private static void addIfThere(String name, Usage usage, Map<String, Usage> out) {
        if (usage.usage.isPresent()) {
            out.put(name, usage);
        }
    }

    /** No limit and a limit are no limit. */
    private static OptionalLong sum(OptionalLong a, OptionalLong b) {
        if (a.isEmpty() || b.isEmpty()) {
            return OptionalLong.empty();
        }
        boolean unlimited = a.getAsLong() == CgroupStats.UNLIMITED || b.getAsLong() == CgroupStats.UNLIMITED;
        return OptionalLong.of(unlimited ? CgroupStats.UNLIMITED : a.getAsLong() + b.getAsLong());
    }

    private static Map<String, Usage> hugetlb(Iterable<StatFile> files, StatText text) {
        Map<String, Usage> all = new TreeMap<>();
        for (StatFile file : files) {
            String[] parts = file.file().split("\\.");
            if (!file.controller().equals("hugetlb") || parts.length < 3) {
                continue;
            }
            String prefix = "hugetlb." + parts[1] + ".";
            Usage v2 = new Usage(
                    text.number("hugetlb", prefix + "current"),
                    OptionalLong.empty(),
                    text.number("hugetlb", prefix + "max"),
                    text.keyed("hugetlb", prefix + "events", "max"));
            addIfThere(parts[1], v2.usage.isPresent() ? v2 : usageV1("hugetlb", prefix, text), all);
        }
        return all;
    }

    /** {@code anon N0=4096 N1=0} of version 2, {@code total=7 N0=7} and {@code anon=3 N0=3} in pages of version 1. */
    private static Map<String, Map<Integer, Long>> nodes(String content) {
        Map<String, Map<Integer, Long>> kinds = new TreeMap<>();
        for (String line : content.split("\n")) {
            String[] words = line.split(" ");
            boolean pages = words[0].contains("=");
            Map<Integer, Long> nodes = new TreeMap<>();
            for (int i = 1; i < words.length; i++) {
                String[] node = words[i].substring(1).split("=");
                nodes.put(Integer.valueOf(node[0]), Long.parseLong(node[1]) * (pages ? PAGE_BYTES : 1));
            }
            if (!nodes.isEmpty() && !words[0].startsWith("hierarchical_")) {
                kinds.put(words[0].split("=")[0], nodes);
            }
        }
        return kinds;
    }

    public static final long PAGE_BYTES = 4096;

    private static Map<String, Usage> misc(StatText text) {
        Map<String, Long> peaks = text.pairs("misc", "misc.peak");
        Map<String, Long> limits = text.pairs("misc", "misc.max");
        Map<String, Long> events = text.pairs("misc", "misc.events");
        Map<String, Usage> all = new TreeMap<>();
        text.pairs("misc", "misc.current")
                .forEach((name, usage) -> all.put(
                        name,
                        new Usage(
                                OptionalLong.of(usage),
                                number(peaks.get(name)),
                                number(limits.get(name)),
                                number(events.get(name + ".max")))));
        return all;
    }

    private static OptionalLong number(@org.jspecify.annotations.Nullable Long number) {
        return number == null ? OptionalLong.empty() : OptionalLong.of(number);
    }

    // ---- devices ----

    private static String operationsOf(String file) {
        return file.replaceFirst("^blkio\\.(throttle\\.|bfq\\.)?", "").replace("_recursive", "");
    }

    /** {@code 8:0 Read 4096}; the total of all devices at the end is no device. */
    private static List<Io> ioOfV1(String content) {
        List<Io> all = new ArrayList<>();
        for (String line : content.split("\n")) {
            String[] words = line.split("[ :]");
            if (words.length == 4) {
                all.add(new Io(Long.parseLong(words[0]), Long.parseLong(words[1]), words[2], Long.parseLong(words[3])));
            }
        }
        return all;
    }

    private static final Pattern IO_OF_V2 = Pattern.compile("([rwd])(bytes|ios)=(\\d+)");

    /** {@code 8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0}, put as version 1 does. */
    private static void addIoOfV2(String content, Map<String, List<Io>> out) {
        for (String line : content.split("\n")) {
            String[] numbers = line.split(" ")[0].split(":");
            Matcher matcher = IO_OF_V2.matcher(line);
            while (numbers.length == 2 && matcher.find()) {
                String operation =
                        Map.of("r", "Read", "w", "Write", "d", "Discard").get(matcher.group(1));
                String what = matcher.group(2).equals("ios") ? "io_serviced" : "io_service_bytes";
                out.computeIfAbsent(what, w -> new ArrayList<>())
                        .add(new Io(
                                Long.parseLong(numbers[0]),
                                Long.parseLong(numbers[1]),
                                String.valueOf(operation),
                                Long.parseLong(matcher.group(3))));
            }
        }
    }

    // ---- lines ----

    private static final Pattern STALL =
            Pattern.compile("(some|full) avg10=([\\d.]+) avg60=([\\d.]+) avg300=([\\d.]+) total=(\\d+)");

    private static Pressure pressure(String content) {
        Stall some = Stall.NONE;
        Stall full = Stall.NONE;
        Matcher matcher = STALL.matcher(content);
        while (matcher.find()) {
            Stall stall = new Stall(
                    Double.parseDouble(matcher.group(2)),
                    Double.parseDouble(matcher.group(3)),
                    Double.parseDouble(matcher.group(4)),
                    Long.parseLong(matcher.group(5)));
            some = matcher.group(1).equals("some") ? stall : some;
            full = matcher.group(1).equals("full") ? stall : full;
        }
        return new Pressure(some, full);
    }

    private static Map<String, Long> pairs(String content, String between) {
        Map<String, Long> pairs = new TreeMap<>();
        for (String line : content.split("\n")) {
            String[] words = line.strip().split(between);
            if (words.length == 2) {
                pairs.put(words[0], words[1].equals("max") ? CgroupStats.UNLIMITED : Long.parseLong(words[1]));
            }
        }
        return pairs;
    }

    private static List<Long> numbers(String content) {
        List<Long> numbers = new ArrayList<>();
        for (String word : content.strip().split("\\s+")) {
            if (!word.isEmpty()) {
                numbers.add(Long.valueOf(word));
            }
        }
        return numbers;
    }

    /** Of a table with a head. */
    private static List<Long> column(String table, int column) {
        return table.lines()
                .skip(1)
                .map(line -> Long.valueOf(line.split(" ")[column]))
                .toList();
    }
}
