package dev.libcontainer.spec;

import java.util.List;
import java.util.Optional;

/**
 * A class of Intel Resource Director Technology (cache allocation, memory bandwidth).
 *
 * @param closID the class, a directory name below {@code /sys/fs/resctrl}; absent means one named after the container
 * @param schemata lines for its {@code schemata} file, written after the two older members
 * @param l3CacheSchema the {@code L3} line, e.g. {@code L3:0=ffff0;1=3ff}
 * @param memBwSchema the {@code MB} line, e.g. {@code MB:0=20;1=70}
 * @param enableMonitoring whether the container gets a monitoring group of its own
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#intelrdt">config-linux.md,
 *     IntelRdt</a>
 */
public record IntelRdt(
        Optional<String> closID,
        List<String> schemata,
        Optional<String> l3CacheSchema,
        Optional<String> memBwSchema,
        boolean enableMonitoring) {

    /** Keeps an unmodifiable copy of its list. */
    public IntelRdt {
        schemata = List.copyOf(schemata);
    }
}
