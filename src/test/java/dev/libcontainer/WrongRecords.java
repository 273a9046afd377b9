package dev.libcontainer;

import dev.libcontainer.spec.IdMapping;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Namespace;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Seccomp;
import dev.libcontainer.spec.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Configurations that no reader would hand out, made by hand. */
final class WrongRecords {
    private WrongRecords() {}

    static ContainerSpec with(ContainerSpec spec, String member) {
        Spec oci = spec.oci();
        Linux linux = oci.linux().orElseThrow();
        List<Namespace> namespaces = new ArrayList<>(linux.namespaces());
        List<IdMapping> mappings = linux.uidMappings();
        Optional<Seccomp> seccomp = linux.seccomp();
        switch (member) {
            case "linux.namespaces" -> namespaces.add(new Namespace(NamespaceType.PID, Optional.empty()));
            case "linux.uidMappings" -> mappings = List.of(new IdMapping(0, 1000, 1));
            case "linux.seccomp" ->
                seccomp = Optional.of(new Seccomp(
                        "SCMP_ACT_FLY",
                        OptionalInt.empty(),
                        List.of(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of()));
            default -> throw new AssertionError(member);
        }
        Linux wrong = new Linux(
                namespaces,
                mappings,
                linux.gidMappings(),
                linux.timeOffsets(),
                linux.devices(),
                linux.cgroupsPath(),
                linux.resources(),
                linux.rootfsPropagation(),
                seccomp,
                linux.sysctl(),
                linux.maskedPaths(),
                linux.readonlyPaths(),
                linux.mountLabel(),
                linux.intelRdt(),
                linux.personality(),
                linux.netDevices(),
                linux.memoryPolicy());
        Spec all = new Spec(
                oci.ociVersion(),
                oci.root(),
                oci.mounts(),
                oci.process(),
                oci.hostname(),
                oci.domainname(),
                oci.hooks(),
                oci.annotations(),
                Optional.of(wrong));
        return new ContainerSpec(
                all, spec.rootfs(), spec.networkPool(), spec.dieWithJvm(), spec.managed(), spec.delegated());
    }
}
