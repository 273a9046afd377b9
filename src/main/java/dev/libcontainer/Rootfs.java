package dev.libcontainer;

import java.nio.file.Path;
import java.util.List;

/** A container's root file system, as wished for; compiled into mounts. */
public sealed interface Rootfs {
    /** The programs of the host, read-only, in a private tmpfs; private /tmp, /dev and /proc. */
    static HostView hostView() {
        return new HostView(List.of());
    }

    /** A directory of the host, writable. */
    static Directory directory(Path path) {
        return new Directory(path, false);
    }

    /** The host's own root: no isolation of files. */
    static Host host() {
        return new Host();
    }

    /**
     * See {@link #hostView()}.
     *
     * @param more absolute paths to show besides, read-only
     */
    record HostView(List<String> more) implements Rootfs {
        public HostView {
            more = List.copyOf(more);
        }

        /** Shows another file or directory of the host, read-only, at the same place. */
        public HostView with(String path) {
            return new HostView(java.util.stream.Stream.concat(more.stream(), java.util.stream.Stream.of(path))
                    .toList());
        }
    }

    /** See {@link #directory}. */
    record Directory(Path path, boolean readonly) implements Rootfs {
        /** The same directory, which the container cannot write to. */
        public Directory readOnly() {
            return new Directory(path, true);
        }
    }

    /** See {@link #host()}. */
    record Host() implements Rootfs {}
}
