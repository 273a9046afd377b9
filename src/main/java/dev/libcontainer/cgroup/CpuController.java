package dev.libcontainer.cgroup;

import dev.libcontainer.spec.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * CPU time: relative weight, bandwidth, real-time budget, and how much was used.
 *
 * <p>A value of 0 means that none was asked for, as in every runtime; a quota of -1 takes the limit away.
 *
 * @see <a href="https://docs.kernel.org/scheduler/sched-bwc.html">The kernel on CPU bandwidth</a>
 */
final class CpuController {
    private static final String NAME = "cpu";
    private static final String ACCOUNTING = "cpuacct";
    private static final String PATH = "linux.resources.cpu.";
    private static final long UNSET = 0;
    private static final long DEFAULT_PERIOD = 100_000; // the kernel's

    private static final long LEAST_SHARES = 2;
    private static final long MOST_SHARES = 262_144;
    private static final long LEAST_WEIGHT = 1;
    private static final long MOST_WEIGHT = 10_000;

    private CpuController() {}

    static void limits(Resources.Cpu cpu, Optional<CgroupStats> current, WriteList out) {
        if (out.isV2(NAME)) {
            limitsV2(cpu, current, out);
        } else {
            limitsV1(cpu, current.isPresent(), out);
        }
    }

    static List<StatFile> files(CgroupMounts mounts) {
        List<StatFile> files = new ArrayList<>();
        Optional<CgroupVersion> version = mounts.version(NAME);
        if (version.equals(Optional.of(CgroupVersion.V1))) {
            files.add(new StatFile(NAME, "cpu.stat"));
            files.add(new StatFile(NAME, "cpu.cfs_quota_us"));
            files.add(new StatFile(NAME, "cpu.cfs_period_us"));
        } else if (version.isPresent()) {
            files.add(new StatFile(NAME, "cpu.max"));
        }
        if (mounts.hierarchy(ACCOUNTING).isPresent()) {
            files.add(new StatFile(ACCOUNTING, "cpuacct.usage"));
            files.add(new StatFile(ACCOUNTING, "cpuacct.usage_user"));
            files.add(new StatFile(ACCOUNTING, "cpuacct.usage_sys"));
        } else if (mounts.unified().isPresent()) {
            files.add(new StatFile(CgroupMounts.CORE, "cpu.stat")); // times are there even without the controller
        }
        return files;
    }

    static CgroupStats.Cpu stats(CgroupMounts mounts, StatText text) {
        boolean v1 = mounts.version(NAME).equals(Optional.of(CgroupVersion.V1));
        boolean accounted = mounts.hierarchy(ACCOUNTING).isPresent();
        String core = CgroupMounts.CORE;
        String throttling = v1 ? NAME : core;
        return new CgroupStats.Cpu(
                accounted
                        ? micros(text.number(ACCOUNTING, "cpuacct.usage"))
                        : text.keyed(core, "cpu.stat", "usage_usec"),
                accounted
                        ? micros(text.number(ACCOUNTING, "cpuacct.usage_user"))
                        : text.keyed(core, "cpu.stat", "user_usec"),
                accounted
                        ? micros(text.number(ACCOUNTING, "cpuacct.usage_sys"))
                        : text.keyed(core, "cpu.stat", "system_usec"),
                text.keyed(throttling, "cpu.stat", "nr_periods"),
                text.keyed(throttling, "cpu.stat", "nr_throttled"),
                v1
                        ? micros(text.keyed(NAME, "cpu.stat", "throttled_time"))
                        : text.keyed(core, "cpu.stat", "throttled_usec"),
                v1 ? text.number(NAME, "cpu.cfs_quota_us") : text.word(NAME, "cpu.max", 0),
                v1 ? text.number(NAME, "cpu.cfs_period_us") : text.word(NAME, "cpu.max", 1));
    }

    private static OptionalLong micros(OptionalLong nanos) {
        return nanos.isPresent() ? OptionalLong.of(nanos.getAsLong() / 1000) : nanos;
    }

    private static void limitsV1(Resources.Cpu cpu, boolean update, WriteList out) {
        addIdle(cpu, out);
        if (hasWeight(cpu)) {
            out.add(NAME, "cpu.shares", Long.toUnsignedString(cpu.shares().getAsLong()), PATH + "shares");
        }
        long period = cpu.period().orElse(UNSET);
        long quota = cpu.quota().orElse(UNSET);
        if (update) {
            resetBurst("cpu.cfs_burst_us", cpu, out);
        }
        if (update && period != UNSET && quota > 0) {
            // The old quota in a shorter new period may be more than the parent has.
            out.add(NAME, "cpu.cfs_quota_us", -1, PATH + "quota");
        }
        addUnsigned("cpu.cfs_period_us", period, "period", out);
        if (quota != UNSET) {
            out.add(NAME, "cpu.cfs_quota_us", quota, PATH + "quota");
        }
        addBurst("cpu.cfs_burst_us", cpu, out);
        if (update
                && cpu.realtimeRuntime().orElse(UNSET) != UNSET
                && cpu.realtimePeriod().orElse(UNSET) != UNSET) {
            out.add(NAME, "cpu.rt_runtime_us", 0, PATH + "realtimeRuntime"); // the old one may not fit the new period
        }
        addUnsigned("cpu.rt_period_us", cpu.realtimePeriod().orElse(UNSET), "realtimePeriod", out);
        if (cpu.realtimeRuntime().orElse(UNSET) != UNSET) {
            out.add(NAME, "cpu.rt_runtime_us", cpu.realtimeRuntime().getAsLong(), PATH + "realtimeRuntime");
        }
    }

    private static void limitsV2(Resources.Cpu cpu, Optional<CgroupStats> current, WriteList out) {
        addIdle(cpu, out);
        if (hasWeight(cpu)) {
            out.add(NAME, "cpu.weight", weight(cpu.shares().getAsLong()), PATH + "shares");
        }
        if (current.isPresent()) {
            resetBurst("cpu.max.burst", cpu, out);
        }
        boolean quotaAsked = cpu.quota().orElse(UNSET) != UNSET;
        boolean periodAsked = cpu.period().orElse(UNSET) != UNSET;
        if (quotaAsked || periodAsked) {
            OptionalLong oldQuota = current.isPresent() ? current.get().cpu().quotaMicros() : OptionalLong.empty();
            OptionalLong oldPeriod = current.isPresent() ? current.get().cpu().periodMicros() : OptionalLong.empty();
            long quota = quotaAsked ? cpu.quota().getAsLong() : oldQuota.orElse(CgroupStats.UNLIMITED);
            long period = periodAsked ? cpu.period().getAsLong() : oldPeriod.orElse(DEFAULT_PERIOD);
            String value = (quota < 0 ? "max" : Long.toString(quota)) + " " + Long.toUnsignedString(period);
            out.add(NAME, "cpu.max", value, PATH + (quotaAsked ? "quota" : "period"));
        }
        addBurst("cpu.max.burst", cpu, out);
        if (cpu.realtimePeriod().orElse(UNSET) != UNSET) {
            throw out.onlyV1(NAME, PATH + "realtimePeriod");
        }
        if (cpu.realtimeRuntime().orElse(UNSET) != UNSET) {
            throw out.onlyV1(NAME, PATH + "realtimeRuntime");
        }
    }

    private static void addIdle(Resources.Cpu cpu, WriteList out) {
        if (cpu.idle().isPresent()) {
            out.add(NAME, "cpu.idle", cpu.idle().getAsLong(), PATH + "idle");
        }
    }

    /** The kernel refuses a weight for an idle group, and one that stops being idle gets its weight afterwards. */
    private static boolean hasWeight(Resources.Cpu cpu) {
        return cpu.shares().orElse(UNSET) != UNSET && cpu.idle().orElse(0) == 0;
    }

    /** A burst may never be above the quota, so an update takes the old one away before it touches the quota. */
    private static void resetBurst(String file, Resources.Cpu cpu, WriteList out) {
        if (cpu.burst().isPresent()) {
            out.add(NAME, file, 0, PATH + "burst");
        }
    }

    private static void addBurst(String file, Resources.Cpu cpu, WriteList out) {
        if (cpu.burst().isPresent()) {
            out.add(NAME, file, Long.toUnsignedString(cpu.burst().getAsLong()), PATH + "burst");
        }
    }

    private static void addUnsigned(String file, long value, String member, WriteList out) {
        if (value != UNSET) {
            out.add(NAME, file, Long.toUnsignedString(value), PATH + member);
        }
    }

    /**
     * Shares of version 1 as weight of version 2: the curve through the least (2 → 1), the default (1024 → 100) and the
     * most (262144 → 10000) of both, rounded up; what lies outside is moved to the ends.
     *
     * @see <a href="https://github.com/kubernetes/kubernetes/issues/131216">Why the straight line was given up</a>
     */
    static long weight(long shares) {
        if (Long.compareUnsigned(shares, LEAST_SHARES) <= 0) {
            return LEAST_WEIGHT;
        }
        if (Long.compareUnsigned(shares, MOST_SHARES) >= 0) {
            return MOST_WEIGHT;
        }
        double log2 = Math.log((double) shares) / Math.log(2);
        double exponent = (log2 * log2 + 125 * log2) / 612 - 7.0 / 34;
        double rounding = 1e-9; // so that 100.00000000000001 stays 100
        return (long) Math.ceil(Math.pow(10, exponent) - rounding);
    }
}
