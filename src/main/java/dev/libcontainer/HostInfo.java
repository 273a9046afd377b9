package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelFeature;
import dev.libcontainer.kernel.Probe;
import dev.libcontainer.plan.CgroupPlan;
import dev.libcontainer.plan.HostFacts;
import dev.libcontainer.plan.Wishes;
import dev.libcontainer.report.ThisHost;
import dev.libcontainer.rootfs.HostView;
import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.Spec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What this host is like, asked once, and what follows from it for a spec. */
final class HostInfo {
    private static final String PRIVATE_ROOT_SIZE = "1m";

    private final Probe probe;
    private final CgroupMounts cgroups;

    HostInfo(Probe probe, CgroupMounts cgroups) {
        this.probe = probe;
        this.cgroups = cgroups;
    }

    static HostInfo read() {
        return new HostInfo(Kernel.probe(), CgroupMounts.read(Path.of("/")));
    }

    CgroupMounts cgroups() {
        return cgroups;
    }

    void refuseTooOld() {
        List<String> missing = ThisHost.missing(probe);
        if (!missing.isEmpty()) {
            throw new UnsupportedByHostException(
                    "kernel " + probe.release() + " lacks " + String.join(", ", missing),
                    "",
                    "Linux 5.10 or later is needed; in a container, its seccomp filter may hide them",
                    Optional.empty());
        }
    }

    HostFacts facts() {
        return ThisHost.facts(probe, cgroups);
    }

    /** Puts the mounts of a host view into the spec. */
    Spec expand(ContainerSpec spec) {
        if (!(spec.rootfs().orElse(Rootfs.host()) instanceof Rootfs.HostView view)) {
            return spec.oci();
        }
        Spec oci = spec.oci();
        List<Mount> mounts = new ArrayList<>();
        List<Mount> above = new ArrayList<>();
        for (Mount bind : hostView(view).mounts()) {
            (isBelowAny(bind, oci.mounts()) ? above : mounts).add(bind); // or it would be hidden
        }
        mounts.addAll(oci.mounts());
        mounts.addAll(above);
        return new Spec(
                oci.ociVersion(),
                oci.root(),
                mounts,
                oci.process(),
                oci.hostname(),
                oci.domainname(),
                oci.hooks(),
                oci.annotations(),
                oci.linux());
    }

    private static boolean isBelowAny(Mount bind, List<Mount> others) {
        return others.stream().anyMatch(other -> bind.destination().startsWith(other.destination() + "/"));
    }

    private HostView hostView(Rootfs.HostView view) {
        return HostView.of(Path.of("/"), view.more(), probe.has(KernelFeature.MOUNT_SETATTR));
    }

    Wishes wishes(ContainerSpec spec, CgroupPlan plan) {
        Optional<Wishes.PrivateRoot> root = spec.rootfs()
                .filter(Rootfs.HostView.class::isInstance)
                .map(Rootfs.HostView.class::cast)
                .map(view ->
                        new Wishes.PrivateRoot(PRIVATE_ROOT_SIZE, hostView(view).symlinks()));
        return new Wishes(root, plan, false, spec.dieWithJvm());
    }
}
