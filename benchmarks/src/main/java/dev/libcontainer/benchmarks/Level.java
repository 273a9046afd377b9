package dev.libcontainer.benchmarks;

import dev.libcontainer.ContainerSpec;
import dev.libcontainer.ContainerSpecBuilder;
import dev.libcontainer.Rootfs;
import dev.libcontainer.spec.NamespaceType;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;

/** How much isolation: each level adds to the one before it, up to {@link #FULL}, what a container has by default. */
public enum Level {
    /** A process, nothing else. */
    NONE,
    /** Pid, mount, uts, ipc, cgroup and time namespaces of its own, and a network namespace that was there before. */
    NAMESPACES,
    /** A private root that shows the host's programs, with /proc, /sys, /dev and /tmp. */
    ROOTFS,
    /** Memory, process and CPU limits. */
    CGROUP,
    /** Few capabilities, no_new_privs, and the default seccomp profile. */
    FULL,
    /** The same with a network namespace made for each spawn. */
    FULL_FRESH_NET;

    private static final Set<NamespaceType> OWN = EnumSet.of(
            NamespaceType.PID,
            NamespaceType.MOUNT,
            NamespaceType.UTS,
            NamespaceType.IPC,
            NamespaceType.CGROUP,
            NamespaceType.TIME);
    /** Where the program is seen in a private root. */
    static final String INSIDE = "/bench/true";

    static final long MEMORY_BYTES = 64L << 20;
    static final long PIDS = 32;
    static final double CPUS = 0.5;

    /** As in the report: {@code full-fresh-net}. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /**
     * The description of a container of this level.
     *
     * @param program a static executable of the host, which is run without arguments
     * @param network path of the network namespace to join
     */
    public ContainerSpec spec(Path program, Path network) {
        return builder(program, network).build();
    }

    /** The floor's name of {@link #pooledNetwork}. */
    static final String POOLED = "full-pooled-net";

    /** {@link #FULL} with a network namespace from the library's pool, as it is by default. */
    static ContainerSpec pooledNetwork(Path program) {
        return limited(ContainerSpec.builder(), program).build();
    }

    /** {@link #FULL} without limits. */
    static ContainerSpec unlimited(Path program, Path network) {
        return rooted(ContainerSpec.builder().join(NamespaceType.NETWORK, network.toString()), program)
                .build();
    }

    private static ContainerSpecBuilder rooted(ContainerSpecBuilder builder, Path program) {
        return builder.rootfs(Rootfs.hostView())
                .withSystemMounts()
                .bind(program.toString(), INSIDE, true)
                .command(INSIDE);
    }

    private static ContainerSpecBuilder limited(ContainerSpecBuilder builder, Path program) {
        return rooted(builder, program)
                .memoryLimitBytes(MEMORY_BYTES)
                .pidsLimit(PIDS)
                .cpus(CPUS);
    }

    private ContainerSpecBuilder builder(Path program, Path network) {
        ContainerSpecBuilder builder = ContainerSpec.builder();
        if (compareTo(FULL) < 0) {
            builder.noIsolation();
        }
        if (this != NONE) {
            Set<NamespaceType> own = EnumSet.copyOf(OWN);
            if (this == FULL_FRESH_NET) {
                own.add(NamespaceType.NETWORK);
            }
            builder.namespaces(own);
        }
        if (this == FULL_FRESH_NET) {
            builder.freshNetwork();
        } else if (this != NONE) {
            builder.join(NamespaceType.NETWORK, network.toString());
        }
        if (compareTo(ROOTFS) < 0) {
            return builder.command(program.toString());
        }
        return this == ROOTFS ? rooted(builder, program) : limited(builder, program);
    }
}
