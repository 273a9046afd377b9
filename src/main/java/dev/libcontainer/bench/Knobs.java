package dev.libcontainer.bench;

import dev.libcontainer.ContainerSpec;
import dev.libcontainer.ContainerSpecBuilder;
import dev.libcontainer.Rootfs;
import dev.libcontainer.security.Arch;
import dev.libcontainer.security.CapabilitySet;
import dev.libcontainer.security.DefaultSeccompProfile;
import dev.libcontainer.security.SeccompCompiler;
import dev.libcontainer.spec.IdMapping;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Process;
import dev.libcontainer.spec.Seccomp;
import dev.libcontainer.spec.Spec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Which knobs there are, and the containers that have them. */
final class Knobs {
    static final String NONE = "none";
    static final String SPAWN = "spawn";

    private static final String MOUNT = "mount";
    private static final String ROOT = "root-host-view";
    private static final String SYSTEM = "system-mounts";
    private static final String PRIVILEGES = "no-new-privs";
    private static final String FEW = "10";
    private static final String MANY = "50";
    private static final long MEMORY_BYTES = 64L << 20;
    private static final long PIDS = 32;
    private static final long NOBODY = 65534;
    private static final Set<NamespaceType> ALONE =
            EnumSet.complementOf(EnumSet.of(NamespaceType.NETWORK, NamespaceType.USER));

    private final Workplace place;
    private final Optional<String> network;
    private final List<Knob> all = new ArrayList<>();

    private Knobs(Workplace place, Optional<String> network) {
        this.place = place;
        this.network = network;
    }

    /**
     * All of them, each after its base.
     *
     * @param network path of a network namespace that can be joined
     */
    static List<Knob> of(Workplace place, Optional<String> network) {
        Knobs knobs = new Knobs(place, network);
        knobs.add(NONE, "process", "", knobs.plain());
        knobs.namespaces();
        knobs.networks();
        knobs.mounts();
        knobs.cgroups();
        knobs.privileges();
        knobs.whole();
        return knobs.all;
    }

    private ContainerSpecBuilder plain() {
        return ContainerSpec.builder().noIsolation().command(place.probe().toString());
    }

    private ContainerSpecBuilder rooted(Set<NamespaceType> namespaces) {
        return place.inside(plain().namespaces(namespaces).rootfs(Rootfs.hostView()));
    }

    private void add(String name, String group, String base, ContainerSpecBuilder builder) {
        add(name, group, base, builder.build());
    }

    private void add(String name, String group, String base, ContainerSpec spec) {
        all.add(new Knob(name, group, base, spec));
    }

    private void namespaces() {
        for (NamespaceType type : ALONE) {
            String name = type == NamespaceType.CGROUP ? "cgroup-namespace" : type.jsonName();
            add(name, "namespaces", NONE, plain().namespaces(EnumSet.of(type)));
        }
        ContainerSpec user = plain().namespaces(EnumSet.of(NamespaceType.USER)).build();
        List<IdMapping> ids = List.of(new IdMapping(0, 0, 1));
        add("user", "namespaces", NONE, linux(user, linux -> Rewritten.ids(linux, ids)));
        add("all-namespaces", "namespaces", NONE, plain().namespaces(ALONE));
    }

    private void networks() {
        Set<NamespaceType> net = EnumSet.of(NamespaceType.NETWORK);
        network.ifPresent(path -> add("network-joined", "network", NONE, plain().join(NamespaceType.NETWORK, path)));
        add("network-pooled", "network", NONE, plain().namespaces(net));
        add("network-new", "network", NONE, plain().namespaces(net).freshNetwork());
    }

    private void mounts() {
        Set<NamespaceType> mount = EnumSet.of(NamespaceType.MOUNT);
        Set<NamespaceType> pid = EnumSet.of(NamespaceType.MOUNT, NamespaceType.PID, NamespaceType.IPC);
        add(ROOT, "mounts", MOUNT, rooted(mount));
        add("root-directory", "mounts", MOUNT, place.inDirectory(plain().namespaces(mount)));
        add("root-and-bind", "mounts", ROOT, place.withoutOverlay(rooted(mount)));
        add("overlay", "mounts", "root-and-bind", place.withOverlay(rooted(mount)));
        for (String count : List.of(FEW, MANY)) {
            ContainerSpecBuilder binds = rooted(mount);
            ContainerSpecBuilder fresh = rooted(mount);
            for (int i = 0; i < Integer.parseInt(count); i++) {
                binds.bind(place.probe().toString(), "/bench/bind" + i, true);
                fresh.mount(Mount.of("tmpfs", "/bench/tmpfs" + i));
            }
            add("binds-" + count, "mounts", ROOT, binds);
            add("tmpfs-" + count, "mounts", ROOT, fresh);
        }
        ContainerSpec system = rooted(pid).withSystemMounts().build();
        List<String> masked = system.oci().linux().orElseThrow().maskedPaths();
        List<String> readonly = system.oci().linux().orElseThrow().readonlyPaths();
        add(SYSTEM, "mounts", ROOT, linux(system, linux -> Rewritten.paths(linux, List.of(), List.of())));
        add("masked-paths-" + masked.size(), "mounts", SYSTEM, paths(system, masked, List.of()));
        add("readonly-paths-" + readonly.size(), "mounts", SYSTEM, paths(system, List.of(), readonly));
    }

    private static ContainerSpec paths(ContainerSpec spec, List<String> masked, List<String> readonly) {
        return linux(spec, linux -> Rewritten.paths(linux, masked, readonly));
    }

    private void cgroups() {
        add("cgroup", "cgroups", NONE, plain().cgroup());
        add("memory-limit", "cgroups", NONE, plain().memoryLimitBytes(MEMORY_BYTES));
        add("pids-limit", "cgroups", NONE, plain().pidsLimit(PIDS));
        add("cpu-limit", "cgroups", NONE, plain().cpus(1));
        add("cpuset", "cgroups", NONE, plain().cpuset("0"));
        add("all-limits", "cgroups", NONE, limited(plain()).cpuset("0"));
    }

    /** The default sandbox with limits. */
    static ContainerSpec sandbox(Workplace place) {
        return limited(place.inside(ContainerSpec.builder())).build();
    }

    private static ContainerSpecBuilder limited(ContainerSpecBuilder builder) {
        return builder.memoryLimitBytes(MEMORY_BYTES).pidsLimit(PIDS).cpus(1);
    }

    private void privileges() {
        add(
                "capabilities",
                "privileges",
                NONE,
                plain().capabilities(Set.copyOf(CapabilitySet.CONTAINER_DEFAULT.names())));
        add("ids", "privileges", NONE, plain().user(NOBODY, NOBODY));
        add(PRIVILEGES, "privileges", NONE, plain().noNewPrivileges(true));
        Arch arch = Arch.fromOsArch(System.getProperty("os.arch")).orElseThrow();
        Seccomp profile = DefaultSeccompProfile.forCapabilities(CapabilitySet.CONTAINER_DEFAULT, arch);
        Seccomp.SyscallRule rule =
                new Seccomp.SyscallRule(List.of("reboot"), "SCMP_ACT_ERRNO", OptionalInt.empty(), List.of());
        Seccomp oneCall = new Seccomp(
                "SCMP_ACT_ALLOW",
                OptionalInt.empty(),
                List.of(arch.ociName()),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                List.of(rule));
        Map<String, Seccomp> filters = new java.util.LinkedHashMap<>();
        filters.put("one-call", oneCall);
        filters.put("default", profile);
        filters.put("compatible", DefaultSeccompProfile.withCompatible(profile, arch));
        filters.forEach((name, filter) -> add(
                "seccomp-" + name,
                "filter of " + SeccompCompiler.compile(filter, arch).instructions(),
                PRIVILEGES,
                plain().noNewPrivileges(true).seccomp(filter)));
        modules();
    }

    private void modules() {
        ContainerSpec spec = plain().build();
        if (place.appArmor()) {
            add("apparmor", "label", NONE, process(spec, process -> Rewritten.appArmor(process, "unconfined")));
        }
        place.seLinuxLabel()
                .ifPresent(label ->
                        add("selinux", "label", NONE, process(spec, process -> Rewritten.seLinux(process, label))));
    }

    private void whole() {
        add("sandbox", "whole", NONE, place.inside(ContainerSpec.builder()));
        add(SPAWN, "whole", "sandbox", sandbox(place));
        add(
                "spawn-new-network",
                "whole",
                SPAWN,
                limited(place.inside(ContainerSpec.builder())).freshNetwork());
    }

    private static ContainerSpec linux(ContainerSpec spec, UnaryOperator<Linux> change) {
        Spec oci = spec.oci();
        return with(spec, Rewritten.spec(oci, change.apply(oci.linux().orElseThrow())));
    }

    private static ContainerSpec process(ContainerSpec spec, UnaryOperator<Process> change) {
        return with(
                spec, spec.oci().withProcess(change.apply(spec.oci().process().orElseThrow())));
    }

    private static ContainerSpec with(ContainerSpec spec, Spec oci) {
        return new ContainerSpec(oci, spec.rootfs(), spec.networkPool(), spec.dieWithJvm(), spec.managed());
    }
}
