package dev.libcontainer.cli;

import dev.libcontainer.cgroup.CgroupDetails;
import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.cgroup.CgroupStats;
import dev.libcontainer.runtime.ContainerState;
import dev.libcontainer.runtime.OciException;
import dev.libcontainer.runtime.OciRuntime;
import dev.libcontainer.runtime.Status;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Statistics again and again, and what changed between two looks. On a terminal each table takes the place of the one
 * before.
 */
final class LiveStats {
    private static final String HOME_AND_CLEAR = "\033[H\033[J";
    private static final Duration FIRST_LOOK = Duration.ofMillis(500);
    private static final double NANOS_PER_MICRO = 1000;

    /** What a container used at a moment. */
    record Look(String id, CgroupStats stats, long nanos) {}

    private final OciRuntime runtime;
    private final List<String> ids;
    private Map<String, Look> before = new HashMap<>();
    private boolean looked;

    /** Of these containers, or, if there are none, of all that live at each look. */
    LiveStats(OciRuntime runtime, List<String> ids) {
        this.runtime = runtime;
        this.ids = ids;
    }

    /** Whether a person looks at what is printed. */
    static boolean isTerminal(Console console) {
        try {
            Path target = Files.readSymbolicLink(
                    Path.of("/proc/self/fd", Integer.toString(console.stdio().get(1))));
            return target.startsWith("/dev/pts") || target.toString().matches("/dev/(tty.*|console)");
        } catch (IOException e) {
            return false;
        }
    }

    /** Tables until nobody is left of those that were named. */
    void tables(PrintStream out, boolean clear, Duration interval) {
        tables(out, clear, interval, Long.MAX_VALUE);
    }

    void tables(PrintStream out, boolean clear, Duration interval, long times) {
        remember(look());
        LockSupport.parkNanos(Math.min(interval.toNanos(), FIRST_LOOK.toNanos()));
        for (long i = 1; i <= times && !Thread.currentThread().isInterrupted(); i++) {
            List<Look> now = look();
            if (now.isEmpty() && !ids.isEmpty()) {
                return;
            }
            out.print((clear ? HOME_AND_CLEAR : "") + table(before, now));
            out.flush();
            remember(now);
            if (i < times) {
                LockSupport.parkNanos(interval.toNanos());
            }
        }
    }

    /** A line of JSON for each container, until nobody is left. */
    void lines(PrintStream out, Duration interval) {
        while (!Thread.currentThread().isInterrupted()) {
            List<Look> now = look();
            if (now.isEmpty()) {
                return;
            }
            now.forEach(one -> out.println(StatsText.json(one.id, one.stats)));
            out.flush();
            LockSupport.parkNanos(interval.toNanos());
        }
    }

    private void remember(List<Look> looks) {
        Map<String, Look> all = new HashMap<>();
        looks.forEach(look -> all.put(look.id, look));
        before = all;
    }

    /** All at this moment; whoever has ended is left out, but an id that is not there at first is the caller's mistake. */
    List<Look> look() {
        List<Look> looks = new ArrayList<>();
        for (String id : ids.isEmpty() ? living(runtime) : ids) {
            try {
                looks.add(new Look(id, runtime.stats(id), System.nanoTime()));
            } catch (OciException e) {
                if (!ids.isEmpty() && !looked) {
                    throw e;
                }
            } catch (CgroupException e) {
                if (living(runtime).contains(id)) {
                    throw e;
                }
            }
        }
        looked = true;
        return looks;
    }

    static List<String> living(OciRuntime runtime) {
        List<String> ids = new ArrayList<>();
        for (ContainerState state : runtime.list()) {
            if (state.status() != Status.STOPPED) {
                ids.add(state.id());
            }
        }
        return ids;
    }

    /** The busiest first. */
    static String table(Map<String, Look> before, List<Look> now) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ID", "CPU %", "THROTTLED %", "MEMORY", "LIMIT", "READ/s", "WRITTEN/s", "OOM KILLS", "PIDS"));
        List<Look> sorted = new ArrayList<>(now);
        sorted.sort(Comparator.comparingDouble(
                        (Look look) -> -share(look, before, look.stats.cpu().totalMicros()))
                .thenComparing(Look::id));
        for (Look look : sorted) {
            CgroupStats stats = look.stats;
            rows.add(List.of(
                    look.id,
                    percent(share(look, before, stats.cpu().totalMicros())),
                    percent(throttled(look, before)),
                    StatsText.bytes(stats.memory().usageBytes()),
                    StatsText.bytes(stats.memory().limitBytes()),
                    rate(look, before, "Read"),
                    rate(look, before, "Write"),
                    StatsText.plain(stats.memory().oomKills()),
                    StatsText.plain(stats.pids().current())));
        }
        return StateText.aligned(rows);
    }

    private static double seconds(Look look, Map<String, Look> before) {
        Look old = before.get(look.id);
        return old == null ? 0 : (look.nanos - old.nanos) / 1e9;
    }

    /** CPU time per time, -1 if it is not known yet. */
    private static double share(Look look, Map<String, Look> before, OptionalLong micros) {
        Look old = before.get(look.id);
        if (old == null || micros.isEmpty() || old.stats.cpu().totalMicros().isEmpty()) {
            return -1;
        }
        long used = micros.getAsLong() - old.stats.cpu().totalMicros().getAsLong();
        return used * NANOS_PER_MICRO / (look.nanos - old.nanos);
    }

    /** Of the periods with a limit, how many it stopped somebody in. */
    private static double throttled(Look look, Map<String, Look> before) {
        Look old = before.get(look.id);
        if (old == null || look.stats.cpu().periods().isEmpty()) {
            return -1;
        }
        long periods = look.stats.cpu().periods().getAsLong()
                - old.stats.cpu().periods().orElse(0);
        long stopped = look.stats.cpu().throttledPeriods().orElse(0)
                - old.stats.cpu().throttledPeriods().orElse(0);
        return periods == 0 ? 0 : (double) stopped / periods;
    }

    private static String percent(double share) {
        return share < 0 ? "-" : String.format(Locale.ROOT, "%.1f", share * 100);
    }

    private static String rate(Look look, Map<String, Look> before, String operation) {
        Look old = before.get(look.id);
        double seconds = seconds(look, before);
        if (old == null || seconds <= 0) {
            return "-";
        }
        long change = ioBytes(look.stats, operation) - ioBytes(old.stats, operation);
        return StatsText.bytes(OptionalLong.of(Math.round(change / seconds)));
    }

    private static long ioBytes(CgroupStats stats, String operation) {
        return stats.details().io().getOrDefault("io_service_bytes", List.of()).stream()
                .filter(io -> io.operation().equals(operation))
                .mapToLong(CgroupDetails.Io::value)
                .sum();
    }
}
