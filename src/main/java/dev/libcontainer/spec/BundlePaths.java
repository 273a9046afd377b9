package dev.libcontainer.spec;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Paths of a configuration that are relative to its bundle. */
public final class BundlePaths {
    private BundlePaths() {}

    /** The same configuration without such paths: of the root, and of the sources of binds. */
    public static Spec absolute(Spec spec, Path bundle) {
        List<Mount> mounts = new ArrayList<>();
        for (Mount mount : spec.mounts()) {
            mounts.add(absolute(mount, bundle));
        }
        Optional<Root> root = spec.root()
                .map(r -> new Root(bundle.resolve(r.path()).normalize().toString(), r.readonly()));
        return new Spec(
                spec.ociVersion(),
                root,
                mounts,
                spec.process(),
                spec.hostname(),
                spec.domainname(),
                spec.hooks(),
                spec.annotations(),
                spec.linux());
    }

    /** config.md, "mounts": the source of a bind may be relative to the bundle. */
    private static Mount absolute(Mount mount, Path bundle) {
        boolean bind = mount.options().contains("bind")
                || mount.options().contains("rbind")
                || mount.type().filter("bind"::equals).isPresent();
        Optional<String> source = mount.source();
        if (!bind || source.isEmpty() || source.get().startsWith("/")) {
            return mount;
        }
        return new Mount(
                mount.destination(),
                mount.type(),
                Optional.of(bundle.resolve(source.get()).normalize().toString()),
                mount.options(),
                mount.uidMappings(),
                mount.gidMappings());
    }
}
