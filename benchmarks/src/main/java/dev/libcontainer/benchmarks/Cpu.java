package dev.libcontainer.benchmarks;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * CPU time at one moment, in clock ticks (proc(5)): of the whole machine, of the kernel's own threads, and of this
 * process with all its descendants. What is left between two moments was somebody else's.
 */
record Cpu(long busy, long idle, long stolen, long kernel, long own) {
    private static final int USER_HZ_FIELDS = 4; // utime, stime, cutime, cstime

    static Cpu now() {
        try {
            String[] all =
                    Files.readAllLines(Path.of("/proc/stat")).get(0).trim().split("\\s+");
            long busy = 0;
            for (int field : new int[] {1, 2, 3, 6, 7}) { // user nice system irq softirq
                busy += Long.parseLong(all[field]);
            }
            Map<Long, long[]> processes = processes();
            long own = 0;
            long kernel = 0;
            for (long pid : processes.keySet()) {
                if (descends(pid, ProcessHandle.current().pid(), processes)) {
                    own += processes.get(pid)[1];
                } else if (descends(pid, 2, processes)) { // kthreadd
                    kernel += processes.get(pid)[1];
                }
            }
            return new Cpu(busy, Long.parseLong(all[4]) + Long.parseLong(all[5]), Long.parseLong(all[8]), kernel, own);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** pid → parent, ticks. */
    private static Map<Long, long[]> processes() throws IOException {
        Map<Long, long[]> found = new HashMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path entry : entries) {
                String stat;
                try {
                    stat = Files.readString(entry.resolve("stat"));
                } catch (IOException e) {
                    continue; // has ended meanwhile
                }
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
                long ticks = 0;
                for (int i = 0; i < USER_HZ_FIELDS; i++) {
                    ticks += Long.parseLong(fields[11 + i]);
                }
                found.put(
                        Long.parseLong(entry.getFileName().toString()), new long[] {Long.parseLong(fields[1]), ticks});
            }
        }
        return found;
    }

    private static boolean descends(long pid, long ancestor, Map<Long, long[]> processes) {
        for (long at = pid; at > 0 && processes.containsKey(at); at = processes.get(at)[0]) {
            if (at == ancestor) {
                return true;
            }
        }
        return false;
    }

    private double share(Cpu later, long ticks) {
        double all = later.busy - busy + later.idle - idle + later.stolen - stolen;
        return all <= 0 ? 0 : Math.max(0, ticks / all);
    }

    /** The share of the machine's CPU time that others used until then, 0 to 1. */
    double foreignUntil(Cpu later) {
        return share(later, (later.busy - busy) - (later.kernel - kernel) - (later.own - own));
    }

    /** The share that the hypervisor gave to other machines. */
    double stolenUntil(Cpu later) {
        return share(later, later.stolen - stolen);
    }
}
