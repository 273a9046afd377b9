package dev.libcontainer.rootfs;

import dev.libcontainer.spec.Mount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The programs of this host as a root: selected directories and files, read-only, in a private tmpfs. Nothing of the
 * host can be written, and what is not listed (homes, /var, secrets below /etc) is not there.
 *
 * @param symlinks path → target, as the host has them ({@code /bin → usr/bin})
 * @param mounts read-only binds
 */
public record HostView(Map<String, String> symlinks, List<Mount> mounts) {
    /** Programs and libraries. */
    private static final List<String> TREES = List.of("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32");
    /** What programs commonly need of /etc; none of it is secret. */
    private static final List<String> SETTINGS = List.of(
            "/etc/passwd",
            "/etc/group",
            "/etc/nsswitch.conf",
            "/etc/ld.so.cache",
            "/etc/alternatives",
            "/etc/ssl/certs");

    public HostView {
        symlinks = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(symlinks));
        mounts = List.copyOf(mounts);
    }

    /**
     * Looks at a host.
     *
     * @param host its root, {@code /} for this one
     * @param more absolute paths to show besides, read-only
     * @param recursive whether what is mounted below them is shown too; needs Linux 5.12 to be read-only then
     * @throws UncheckedIOException if a link cannot be read
     */
    public static HostView of(Path host, List<String> more, boolean recursive) {
        Map<String, String> symlinks = new LinkedHashMap<>();
        List<Mount> mounts = new ArrayList<>();
        List<String> paths = new ArrayList<>(TREES);
        paths.addAll(SETTINGS);
        paths.addAll(more);
        for (String path : paths) {
            Path there = host.resolve(path.substring(1));
            if (Files.isSymbolicLink(there) && TREES.contains(path)) {
                symlinks.put(path, link(there));
            } else if (Files.exists(there)) {
                mounts.add(bind(path, recursive));
            }
        }
        return new HostView(symlinks, mounts);
    }

    private static String link(Path path) {
        try {
            return Files.readSymbolicLink(path).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Mount bind(String path, boolean recursive) {
        List<String> options =
                recursive ? List.of("rbind", "rro", "rnosuid", "rnodev") : List.of("bind", "ro", "nosuid", "nodev");
        return new Mount(path, Optional.of("bind"), Optional.of(path), options, List.of(), List.of());
    }
}
