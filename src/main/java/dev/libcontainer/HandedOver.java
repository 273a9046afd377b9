package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupVersion;
import dev.libcontainer.cgroup.Delegation;
import dev.libcontainer.cgroup.Hierarchy;
import dev.libcontainer.plan.CgroupPlan;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Process;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.SpecException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * To whom a container's cgroups are given, and what of them. Refuses where their new owner could change its own limits.
 *
 * @param uid on the host
 * @param payload the cgroup below in which the program starts, empty for none
 */
record HandedOver(long uid, String payload) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_+-]{0,254}|");
    private static final String PATH = "linux.cgroupsPath";

    /** What a description asks for. */
    static Optional<HandedOver> of(ContainerSpec spec, Spec oci, CgroupMounts mounts) {
        if (spec.delegated().isEmpty()) {
            return Optional.empty();
        }
        String payload = spec.delegated().get();
        if (!NAME.matcher(payload).matches()) { // no dot: that would be a name of the kernel's files
            throw new SpecException(PATH, "\"" + payload + "\" is no name for a cgroup: letters, digits and _+- are");
        }
        Linux linux = oci.linux().orElseGet(() -> Linux.of(List.of()));
        boolean own = linux.namespaces().stream()
                .anyMatch(namespace -> namespace.type() == NamespaceType.CGROUP
                        && namespace.path().isEmpty());
        if (!own) {
            throw new SpecException(
                    PATH, "delegated cgroups need a cgroup namespace of their own, or its user sees all of the host's");
        }
        long uid = owner(oci.process().orElseThrow(), linux);
        boolean guarded = mounts.unified().isPresent() && mounts.hierarchies().size() == 1 && Delegation.isGuarded();
        if (uid == 0 && !guarded) {
            throw Delegation.refused("cgroups cannot be delegated to the host's root, who may change their limits");
        }
        return Optional.of(new HandedOver(uid, payload));
    }

    /** The host's id of the program's user; 0 too where it may come by the rights of the host's root. */
    private static long owner(Process process, Linux linux) {
        boolean mapped = linux.namespaces().stream().anyMatch(namespace -> namespace.type() == NamespaceType.USER);
        if (mapped) {
            return Delegation.onHost(process.user().uid(), linux.uidMappings())
                    .orElseThrow(() -> new SpecException("process.user.uid", "has no mapping"));
        }
        boolean harmless = process.noNewPrivileges()
                && process.capabilities()
                        .filter(sets ->
                                sets.effective().isEmpty() && sets.ambient().isEmpty())
                        .isPresent();
        return harmless ? process.user().uid() : 0;
    }

    /** What of one hierarchy is given away; nothing of one whose limits do not hold for everything below. */
    Optional<CgroupPlan.Delegated> of(Hierarchy hierarchy, Predicate<String> has) {
        List<String> all = Delegation.files(hierarchy);
        if (all.isEmpty()) {
            return Optional.empty();
        }
        List<String> there = all.stream().filter(has).toList();
        List<String> below = hierarchy.version() == CgroupVersion.V1
                ? there
                : there.stream()
                        .filter(file -> !file.contains(".") || file.startsWith("cgroup.") || file.equals("."))
                        .toList();
        return Optional.of(new CgroupPlan.Delegated(uid, there, payload, below));
    }
}
