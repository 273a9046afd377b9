package dev.libcontainer.bench;

import dev.libcontainer.ContainerSpec;
import dev.libcontainer.ContainerSpecBuilder;
import dev.libcontainer.Rootfs;
import dev.libcontainer.security.CapabilitySet;
import dev.libcontainer.security.SeccompCompiler;
import dev.libcontainer.spec.IdMapping;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Process;
import dev.libcontainer.spec.Resources;
import dev.libcontainer.spec.Spec;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Which knobs there are, and the containers that have them. */
final class Knobs {
    static final String NONE = "none";
    static final String SPAWN = "spawn";

    private static final String CGROUPS = "cgroups";
    private static final String NETWORK = "network";
    private static final String NEW_NETWORK = "network-new";
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
    private final Networks network;
    private final List<Knob> all = new ArrayList<>();

    private Knobs(Workplace place, Networks network) {
        this.place = place;
        this.network = network;
    }

    /**
     * All of them, each after its base.
     *
     * @param network what can be joined, and a bridge
     */
    static List<Knob> of(Workplace place, Networks network) {
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
        all.add(new Knob(name, group, base, spec, Surroundings.NONE));
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
        network.joinable()
                .ifPresent(path -> add("network-joined", NETWORK, NONE, plain().join(NamespaceType.NETWORK, path)));
        add("network-pooled", NETWORK, NONE, plain().namespaces(net));
        ContainerSpec fresh = plain().namespaces(net).freshNetwork().build();
        add(NEW_NETWORK, NETWORK, NONE, fresh);
        ContainerSpec moved = linux(fresh, linux -> Rewritten.netDevice(linux, Networks.inner(), "eth0"));
        network.pairs()
                .ifPresent(pairs -> all.add(new Knob("network-veth-bridge", NETWORK, NEW_NETWORK, moved, pairs)));
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
        add("cgroup", CGROUPS, NONE, plain().cgroup());
        add("memory-limit", CGROUPS, NONE, plain().memoryLimitBytes(MEMORY_BYTES));
        add("pids-limit", CGROUPS, NONE, plain().pidsLimit(PIDS));
        add("cpu-limit", CGROUPS, NONE, plain().cpus(1));
        add("cpuset", CGROUPS, NONE, plain().cpuset("0"));
        add("device-rules", CGROUPS, NONE, resources(Controllers.devices()));
        add("hugepage-limit", CGROUPS, NONE, resources(Controllers.hugepages()));
        Controllers.disk().ifPresent(disk -> add("io-limit", CGROUPS, NONE, resources(disk)));
        add("all-limits", CGROUPS, NONE, limited(plain()).cpuset("0"));
    }

    private ContainerSpec resources(Resources resources) {
        return linux(plain().build(), linux -> Rewritten.resources(linux, resources));
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
        Filters.all()
                .forEach((name, filter) -> add(
                        "seccomp-" + name,
                        "filter of "
                                + SeccompCompiler.compile(filter, Filters.arch())
                                        .instructions(),
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
        return with(spec, oci.withLinux(change.apply(oci.linux().orElseThrow())));
    }

    private static ContainerSpec process(ContainerSpec spec, UnaryOperator<Process> change) {
        return with(
                spec, spec.oci().withProcess(change.apply(spec.oci().process().orElseThrow())));
    }

    private static ContainerSpec with(ContainerSpec spec, Spec oci) {
        return new ContainerSpec(
                oci, spec.rootfs(), spec.networkPool(), spec.dieWithJvm(), spec.managed(), spec.delegated());
    }
}
