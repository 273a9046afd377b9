package dev.libcontainer.plan;

import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.SpecException;
import java.util.List;

/** Members that cannot be executed where they stand: refused, never ignored. */
final class Unsupported {
    private Unsupported() {}

    static void refuse(Spec spec, Wishes wishes) {
        if (wishes.life().isEmpty()) {
            refuseOutsideRuntime(spec);
        }
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

    /** What happens while others watch: a spawn is one call, and asks nobody. */
    private static void refuseOutsideRuntime(Spec spec) {
        String hint = "use OciRuntime, which runs containers whose life others take part in";
        if (spec.hooks().isPresent()) {
            throw new SpecException("hooks", "belong to containers of an OCI runtime", hint);
        }
        if (spec.linux()
                .flatMap(Linux::seccomp)
                .filter(s -> s.listenerPath().isPresent())
                .isPresent()) {
            throw new SpecException("linux.seccomp.listenerPath", "belongs to containers of an OCI runtime", hint);
        }
    }
}
