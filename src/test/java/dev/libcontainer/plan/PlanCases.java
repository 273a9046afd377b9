package dev.libcontainer.plan;

import dev.libcontainer.ContainerSpec;
import dev.libcontainer.security.Arch;
import dev.libcontainer.security.CapabilitySet;
import dev.libcontainer.security.DefaultSeccompProfile;
import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.SpecReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Specs with a plan each, for made-up hosts: what a plan looks like must not depend on where it is compiled. */
enum PlanCases {
    NONE("none"),
    NAMESPACES("namespaces"),
    USER_NAMESPACE("user-namespace"),
    JOINED_NAMESPACES("joined-namespaces"),
    DIRECTORY("directory"),
    DIRECTORY_READ_ONLY("directory-read-only"),
    MOUNT_OPTIONS("mount-options"),
    CGROUP_MOUNTS("cgroup-mounts"),
    CGROUP2_MOUNTS("cgroup-mounts"),
    OLD_KERNEL("old-kernel"),
    TERMINAL("terminal"),
    PROCESS("process"),
    SHARED_ROOT("shared-root"),
    CHANGED_ROOT("changed-root"),
    UNPRIVILEGED("unprivileged"),
    MAPPED_MOUNTS("mapped-mounts"),
    LABELS("labels"),
    RESCTRL("resctrl"),
    PLACEMENT("placement"),
    PLACEMENT_OF_EXEC("placement"),
    SANDBOX("sandbox"),
    SANDBOX_WITH_READY_NETWORK("sandbox"),
    SANDBOX_WITH_V1_CGROUPS("sandbox"),
    SANDBOX_WITH_V2_CGROUP("sandbox"),
    SANDBOX_WITH_BOTH_CGROUPS("sandbox"),
    SANDBOX_DELEGATED("sandbox"),
    SANDBOX_DELEGATED_WITH_PAYLOAD("sandbox"),
    SANDBOX_DETACHED("sandbox"),
    SANDBOX_AHEAD("sandbox"),
    SANDBOX_ON_OLD_KERNEL("sandbox");

    static final HostFacts HOST = host(0, true, false, List.of("memory", "cpu,cpuacct", "name=systemd"), false);
    static final HostFacts OLD_HOST = host(0, false, false, List.of("memory", "cpu,cpuacct"), false);

    private static HostFacts host(int euid, boolean isNew, boolean v2, List<String> v1, boolean labels) {
        return new HostFacts(Arch.X86_64, euid, isNew, isNew, isNew, 40, 20000, v2, v1, labels, labels);
    }

    private static final CgroupPlan.Hierarchy MEMORY = new CgroupPlan.Hierarchy(
            "memory",
            false,
            List.of(new CgroupPlan.Write("memory.limit_in_bytes", "1000000", "linux.resources.memory.limit")));
    private static final CgroupPlan.Hierarchy PIDS = new CgroupPlan.Hierarchy(
            "pids", false, List.of(new CgroupPlan.Write("pids.max", "9", "linux.resources.pids.limit")));
    private static final CgroupPlan.Hierarchy UNIFIED = new CgroupPlan.Hierarchy(
            "unified",
            true,
            List.of(
                    new CgroupPlan.Write("memory.max", "1000000", "linux.resources.memory.limit"),
                    new CgroupPlan.Write("pids.max", "9", "linux.resources.pids.limit")));

    /** A hierarchy of which a user gets these files of the container's directory, and of the payload's. */
    private static CgroupPlan.Hierarchy delegated(CgroupPlan.Hierarchy hierarchy, String payload, String... files) {
        List<String> own = Stream.concat(Stream.of("."), Stream.of(files)).toList();
        List<String> below =
                own.stream().filter(file -> !file.startsWith("memory.")).toList();
        return new CgroupPlan.Hierarchy(
                hierarchy.name(),
                hierarchy.v2(),
                hierarchy.writes(),
                Optional.of(new CgroupPlan.Delegated(1000, own, payload, below)));
    }

    private static CgroupPlan delegated(String payload) {
        return new CgroupPlan(
                "c",
                List.of(
                        delegated(PIDS, payload, "cgroup.procs"),
                        MEMORY, // as one that cannot be delegated
                        delegated(UNIFIED, payload, "cgroup.procs", "cgroup.subtree_control", "memory.oom.group")));
    }

    private final String input;

    PlanCases(String input) {
        this.input = input;
    }

    /** The name of its golden file. */
    String file() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-') + ".txt";
    }

    Plan compile() {
        return new PlanCompiler(host()).compile(spec(), wishes());
    }

    HostFacts host() {
        return switch (this) {
            case OLD_KERNEL, SANDBOX_ON_OLD_KERNEL -> OLD_HOST;
            case UNPRIVILEGED -> host(1000, true, true, List.of(), false);
            case CGROUP2_MOUNTS -> host(0, true, true, List.of(), false);
            case LABELS -> host(0, true, false, HOST.cgroupV1Hierarchies(), true);
            default -> HOST;
        };
    }

    Spec spec() {
        return input.equals("sandbox") ? sandbox(this == SANDBOX_ON_OLD_KERNEL) : read(input);
    }

    Wishes wishes() {
        Optional<Wishes.PrivateRoot> root = input.equals("sandbox")
                ? Optional.of(new Wishes.PrivateRoot("1m", Map.of("/bin", "usr/bin")))
                : Optional.empty();
        CgroupPlan cgroups = switch (this) {
            case SANDBOX_WITH_V1_CGROUPS -> new CgroupPlan("c", List.of(MEMORY, PIDS));
            case SANDBOX_WITH_V2_CGROUP -> new CgroupPlan("c", List.of(UNIFIED));
            case SANDBOX_WITH_BOTH_CGROUPS -> new CgroupPlan("c", List.of(MEMORY, UNIFIED));
            case SANDBOX_DELEGATED -> delegated("");
            case SANDBOX_DELEGATED_WITH_PAYLOAD -> delegated("payload");
            default -> CgroupPlan.NONE;
        };
        return new Wishes(root, cgroups, this == SANDBOX_WITH_READY_NETWORK, this != SANDBOX_DETACHED)
                .withExec(this == PLACEMENT_OF_EXEC)
                .withAhead(this == SANDBOX_AHEAD);
    }

    /** What {@link ContainerSpec#builder} makes by default, with the filter of one architecture. */
    private static Spec sandbox(boolean old) {
        Mount usr = old
                ? Mount.bind("/usr", "/usr", "ro", "nosuid", "nodev")
                : Mount.bind("/usr", "/usr", "rro", "rnosuid", "rnodev");
        Spec spec = ContainerSpec.builder()
                .command("true")
                .seccomp(DefaultSeccompProfile.forCapabilities(CapabilitySet.CONTAINER_DEFAULT, Arch.X86_64))
                .build()
                .oci();
        List<Mount> mounts =
                Stream.concat(Stream.of(usr), spec.mounts().stream()).toList();
        return new Spec(
                spec.ociVersion(),
                spec.root(),
                mounts,
                spec.process(),
                spec.hostname(),
                spec.domainname(),
                spec.hooks(),
                spec.annotations(),
                spec.linux());
    }

    static Spec read(String name) {
        try (InputStream in = Objects.requireNonNull(PlanCases.class.getResourceAsStream(name + ".json"), name)) {
            return SpecReader.read(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
