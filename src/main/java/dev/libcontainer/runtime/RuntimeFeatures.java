package dev.libcontainer.runtime;

import dev.libcontainer.plan.Annotations;
import dev.libcontainer.plan.MountWords;
import dev.libcontainer.security.Capability;
import dev.libcontainer.security.SeccompWords;
import dev.libcontainer.spec.Features;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.systemd.UnitAnnotations;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** What this runtime can do, whatever host it is on. Pure: nothing is asked of the kernel. */
public final class RuntimeFeatures {
    private static final String OLDEST = "1.0.0";

    // What the specification has and create still refuses: an area that is implemented turns its line around.
    private static final List<String> HOOKS =
            List.of("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop");
    private static final boolean APPARMOR = true;
    private static final boolean SELINUX = true;
    private static final boolean INTEL_RDT = true;
    private static final boolean IDMAP_MOUNTS = true;
    private static final boolean NET_DEVICES = true;
    private static final boolean RDMA = true;
    private static final boolean SYSTEMD = true;
    private static final boolean SYSTEMD_USER = false;
    private static final Features.MemoryPolicies MEMORY_POLICIES = new Features.MemoryPolicies(
            List.of(
                    "MPOL_DEFAULT",
                    "MPOL_BIND",
                    "MPOL_INTERLEAVE",
                    "MPOL_WEIGHTED_INTERLEAVE",
                    "MPOL_PREFERRED",
                    "MPOL_PREFERRED_MANY",
                    "MPOL_LOCAL"),
            List.of("MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"));

    private RuntimeFeatures() {}

    /** The document of the specification. */
    public static Features features(String version) {
        return new Features(
                OLDEST,
                Spec.OCI_VERSION,
                HOOKS,
                MountWords.all(),
                linux(),
                Map.of("dev.libcontainer.jrunc.version", version),
                List.of(UnitAnnotations.PREFIX, Annotations.KEEP_GROUPS));
    }

    private static Features.Linux linux() {
        return new Features.Linux(
                namespaces(),
                capabilities(),
                new Features.Cgroup(true, true, SYSTEMD, SYSTEMD_USER, RDMA),
                new Features.Seccomp(
                        SeccompWords.actions(),
                        SeccompWords.operators(),
                        SeccompWords.architectures(),
                        SeccompWords.flags(),
                        SeccompWords.flags()),
                APPARMOR,
                SELINUX,
                INTEL_RDT,
                MEMORY_POLICIES,
                IDMAP_MOUNTS,
                NET_DEVICES);
    }

    private static List<String> namespaces() {
        List<String> names = new ArrayList<>();
        for (NamespaceType type : NamespaceType.values()) {
            names.add(type.jsonName());
        }
        Collections.sort(names);
        return names;
    }

    private static List<String> capabilities() {
        List<String> names = new ArrayList<>();
        for (Capability capability : Capability.values()) {
            names.add(capability.fullName());
        }
        return names;
    }
}
