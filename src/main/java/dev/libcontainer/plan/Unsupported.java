package dev.libcontainer.plan;

import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.SpecException;
import java.util.List;

/** Members that the spec knows and this version does not execute: refused, never ignored. */
final class Unsupported {
    private Unsupported() {}

    static void refuse(Spec spec) {
        refuse(spec.hooks().isPresent(), "hooks");
        spec.linux().ifPresent(Unsupported::refuse);
        List<Mount> mounts = spec.mounts();
        if (!mounts.isEmpty() && !ownsMounts(spec)) {
            throw new SpecException(
                    "mounts",
                    "need a new mount namespace, or they would be mounts of the host",
                    "add {\"type\": \"mount\"} to linux.namespaces");
        }
    }

    private static boolean ownsMounts(Spec spec) {
        return spec.linux()
                .flatMap(linux -> linux.namespace(NamespaceType.MOUNT))
                .filter(namespace -> namespace.path().isEmpty())
                .isPresent();
    }

    private static void refuse(Linux linux) {
        linux.seccomp().ifPresent(s -> refuse(s.listenerPath().isPresent(), "linux.seccomp.listenerPath"));
    }

    private static void refuse(boolean present, String path) {
        if (present) {
            throw new SpecException(path, "is not supported by this version", "leave the member out");
        }
    }
}
