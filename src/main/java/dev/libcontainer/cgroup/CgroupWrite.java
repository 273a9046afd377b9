package dev.libcontainer.cgroup;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * A value to be written to a file of a control group.
 *
 * @param controller whose file it is, e.g. {@code memory}; its {@linkplain CgroupMounts#hierarchy hierarchy} says where
 * @param file the name of the file, e.g. {@code memory.max}
 * @param value what is written, in one {@code write}
 * @param jsonPath the member of the configuration that asks for it, e.g. {@code linux.resources.memory.limit}
 * @param otherwise what says the same on a kernel that does not have the file
 */
public record CgroupWrite(
        String controller, String file, String value, String jsonPath, Optional<CgroupWrite> otherwise) {

    /** A write that there is no other way for. */
    public CgroupWrite(String controller, String file, String value, String jsonPath) {
        this(controller, file, value, jsonPath, Optional.empty());
    }

    /**
     * The write for a kernel with certain files; empty if nothing needs to be written there.
     *
     * @param exists whether the cgroup has a file of that name
     * @throws CgroupException if it has none that would do
     */
    public Optional<CgroupWrite> on(Predicate<String> exists) {
        for (Optional<CgroupWrite> write = Optional.of(this); write.isPresent(); write = write.get().otherwise) {
            if (exists.test(write.get().file)) {
                return write;
            }
        }
        if (harmlessIfAbsent()) {
            return Optional.empty();
        }
        String alternative = otherwise.isPresent() ? " or " + otherwise.get().file : "";
        throw CgroupException.refused(
                jsonPath, controller, "needs " + file + alternative + ", which this kernel does not have", hint());
    }

    private String hint() {
        if (file.contains("leaf_weight")) {
            return "Leaf weights went with the scheduler CFQ in Linux 5.0.";
        }
        if (file.startsWith("blkio.") || file.startsWith("io.")) {
            return file.contains("throttle") || file.equals("io.max")
                    ? "The kernel needs CONFIG_BLK_DEV_THROTTLING."
                    : "Weights need the BFQ scheduler (module bfq).";
        }
        if (file.startsWith("hugetlb.")) {
            return "Sizes of huge pages are those in /sys/kernel/mm/hugepages.";
        }
        if (file.startsWith("cpu.rt_")) {
            return "The kernel needs CONFIG_RT_GROUP_SCHED.";
        }
        return file.contains("swap") || file.contains("memsw")
                ? "The kernel needs swap accounting (swapaccount=1)."
                : "";
    }

    /**
     * Whether nothing is lost if the kernel does not have the file: without swap accounting, neither "no limit of swap"
     * nor "no swap" needs to be said; there are no huge pages of a size that is not there; a reservation limit
     * accompanies another; and a limit of TCP buffers is a part of that of memory in newer kernels.
     */
    public boolean harmlessIfAbsent() {
        return switch (file) {
            case "memory.swap.max" -> value.equals("max") || value.equals("0");
            case "memory.memsw.limit_in_bytes" -> value.equals("-1");
            case "memory.kmem.tcp.limit_in_bytes", "memory.use_hierarchy" -> true;
            case "cpu.idle", "cpu.cfs_burst_us", "cpu.max.burst" -> value.equals("0");
            default -> file.startsWith("hugetlb.") && (file.contains(".rsvd.") || value.equals("0"));
        };
    }
}
