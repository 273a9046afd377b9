package dev.libcontainer.cgroup;

import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.spec.Resources;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Memory and swap.
 *
 * <p>The configuration counts as version 1 does: {@code swap} is memory and swap together. Version 2 counts swap alone.
 * A limit of 0 means that none was asked for, as in every runtime; -1 takes a limit away. Limits of kernel memory are
 * ignored: kernels from 5.16 on ignore them too, and version 2 never had them; so are limits of TCP buffers there, which
 * count as memory.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#memory">The kernel on memory</a>
 */
final class MemoryController {
    private static final String NAME = "memory";
    private static final String PATH = "linux.resources.memory.";
    private static final long UNSET = 0;

    /** Version 1 says "unlimited" with the largest number of whole pages a long holds; 64 KiB is the largest page. */
    private static final long V1_UNLIMITED = 0x7fff_ffff_ffff_0000L;

    private static final String HIERARCHY = "memory.use_hierarchy";

    private MemoryController() {}

    /**
     * Has a new cgroup of version 1 count, and limit, what is below it. From Linux 5.11 on it always does; before, only where
     * its file says so, which cgroups made below take over.
     *
     * @param at an open directory
     * @param directory the path of the cgroup from there
     * @see <a href="https://docs.kernel.org/5.10/admin-guide/cgroup-v1/memory.html#hierarchy-support">Hierarchy support</a>
     */
    static void countBelow(Hierarchy hierarchy, int at, String directory) {
        String file = directory + "/" + HIERARCHY;
        if (hierarchy.version() == CgroupVersion.V1
                && hierarchy.controllers().contains(NAME)
                && Kernel.readAt(at, file)
                        .filter(text -> text.strip().equals("0"))
                        .isPresent()) {
            Kernel.tryWriteAt(at, file, "1"); // EBUSY: another instance was faster, and what it made has it
        }
    }

    static void limits(Resources.Memory memory, Optional<CgroupStats> current, WriteList out) {
        OptionalLong currentLimit = OptionalLong.empty();
        if (current.isPresent()) {
            refuseLimitBelowUsage(memory, current.get().memory().usageBytes(), out);
            currentLimit = current.get().memory().limitBytes();
        }
        if (out.isV2(NAME)) {
            limitsV2(memory, current.isPresent(), currentLimit, out);
        } else {
            limitsV1(memory, current.isPresent(), currentLimit, out);
        }
    }

    static List<StatFile> files(CgroupMounts mounts) {
        Optional<CgroupVersion> version = mounts.version(NAME);
        if (version.isEmpty()) {
            return List.of();
        }
        return version.get() == CgroupVersion.V2
                ? List.of(
                        new StatFile(NAME, "memory.current"),
                        new StatFile(NAME, "memory.peak"),
                        new StatFile(NAME, "memory.max"),
                        new StatFile(NAME, "memory.events"))
                : List.of(
                        new StatFile(NAME, "memory.usage_in_bytes"),
                        new StatFile(NAME, "memory.max_usage_in_bytes"),
                        new StatFile(NAME, "memory.limit_in_bytes"),
                        new StatFile(NAME, "memory.oom_control"));
    }

    static CgroupStats.Memory stats(CgroupMounts mounts, StatText text) {
        if (mounts.version(NAME).orElse(CgroupVersion.V2) == CgroupVersion.V2) {
            return new CgroupStats.Memory(
                    text.number(NAME, "memory.current"),
                    text.number(NAME, "memory.peak"),
                    text.number(NAME, "memory.max"),
                    text.keyed(NAME, "memory.events", "oom_kill"));
        }
        return new CgroupStats.Memory(
                text.number(NAME, "memory.usage_in_bytes"),
                text.number(NAME, "memory.max_usage_in_bytes"),
                unlimitedAsMinusOne(text.number(NAME, "memory.limit_in_bytes")),
                text.keyed(NAME, "memory.oom_control", "oom_kill"));
    }

    static OptionalLong unlimitedAsMinusOne(OptionalLong limit) {
        return limit.isPresent() && limit.getAsLong() >= V1_UNLIMITED ? OptionalLong.of(CgroupStats.UNLIMITED) : limit;
    }

    private static void limitsV1(Resources.Memory memory, boolean update, OptionalLong currentLimit, WriteList out) {
        if (memory.useHierarchy().orElse(false)) {
            out.add(NAME, HIERARCHY, "1", PATH + "useHierarchy"); // the only way from Linux 5.11 on
        }
        long limit = memory.limit().orElse(UNSET);
        long swap = memory.swap().orElse(UNSET);
        if (limit == -1 && swap == UNSET && update) {
            swap = -1; // the kernel wants memory + swap never below memory
        }
        if (swap > 0 && limit == UNSET && !update) {
            throw swapNeedsLimit(out);
        }
        boolean swapFirst = update && (swap == -1 || isBelow(currentLimit, swap));
        if (swapFirst) {
            addSet("memory.memsw.limit_in_bytes", swap, "swap", out);
        }
        addSet("memory.limit_in_bytes", limit, "limit", out);
        if (!swapFirst) {
            addSet("memory.memsw.limit_in_bytes", swap, "swap", out);
        }
        addSet("memory.soft_limit_in_bytes", memory.reservation().orElse(UNSET), "reservation", out);
        addSet("memory.kmem.tcp.limit_in_bytes", memory.kernelTCP().orElse(UNSET), "kernelTCP", out);
        if (memory.swappiness().isPresent()) {
            out.add(NAME, "memory.swappiness", memory.swappiness().getAsLong(), PATH + "swappiness");
        }
        if (memory.disableOOMKiller().orElse(false)) {
            out.add(NAME, "memory.oom_control", "1", PATH + "disableOOMKiller");
        }
    }

    private static boolean isBelow(OptionalLong currentLimit, long swap) {
        return currentLimit.isPresent() && currentLimit.getAsLong() >= 0 && currentLimit.getAsLong() < swap;
    }

    private static void limitsV2(Resources.Memory memory, boolean update, OptionalLong currentLimit, WriteList out) {
        long limit = memory.limit().orElse(UNSET);
        String swap = swapAlone(memory, update, limit == UNSET ? currentLimit.orElse(UNSET) : limit, out);
        if (!swap.isEmpty()) {
            out.add(NAME, "memory.swap.max", swap, PATH + (memory.swap().orElse(UNSET) == UNSET ? "limit" : "swap"));
        }
        addMax("memory.max", limit, "limit", out);
        addMax("memory.low", memory.reservation().orElse(UNSET), "reservation", out);
        if (memory.swappiness().isPresent()) {
            throw out.onlyV1(NAME, PATH + "swappiness");
        }
        if (memory.disableOOMKiller().orElse(false)) {
            throw out.onlyV1(NAME, PATH + "disableOOMKiller");
        }
    }

    /** What version 2 calls the swap limit; empty if it is to stay as it is. */
    private static String swapAlone(Resources.Memory memory, boolean update, long limit, WriteList out) {
        long swap = memory.swap().orElse(UNSET);
        if (swap == -1) {
            return "max";
        }
        if (swap == UNSET) {
            return update && memory.limit().orElse(UNSET) == -1 ? "max" : ""; // as version 1 has to
        }
        if (limit == UNSET) {
            throw swapNeedsLimit(out);
        }
        if (limit == -1) {
            return Long.toString(swap);
        }
        if (swap < limit) {
            throw out.refusal(NAME, PATH + "swap", swap + " is below the memory limit " + limit, "");
        }
        return Long.toString(swap - limit);
    }

    private static CgroupException swapNeedsLimit(WriteList out) {
        return out.refusal(
                NAME,
                PATH + "swap",
                "counts memory and swap together, so it needs a limit of memory",
                "Set " + PATH + "limit as well.");
    }

    private static void refuseLimitBelowUsage(Resources.Memory memory, OptionalLong usage, WriteList out) {
        if (!memory.checkBeforeUpdate().orElse(false) || usage.isEmpty()) {
            return;
        }
        refuseBelowUsage("swap", memory.swap(), usage.getAsLong(), out);
        refuseBelowUsage("limit", memory.limit(), usage.getAsLong(), out);
    }

    private static void refuseBelowUsage(String member, OptionalLong limit, long usage, WriteList out) {
        if (limit.orElse(UNSET) > 0 && limit.getAsLong() <= usage) {
            throw out.refusal(
                    NAME,
                    PATH + member,
                    limit.getAsLong() + " is not above the " + usage + " bytes in use",
                    "checkBeforeUpdate asks to refuse that.");
        }
    }

    private static void addSet(String file, long value, String member, WriteList out) {
        if (value != UNSET) {
            out.add(NAME, file, value, PATH + member);
        }
    }

    private static void addMax(String file, long value, String member, WriteList out) {
        if (value != UNSET) {
            out.add(NAME, file, value < 0 ? "max" : Long.toString(value), PATH + member);
        }
    }
}
