package dev.libcontainer.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A filesystem to be mounted in the container.
 *
 * @param destination where, in the container; a relative path is taken from {@code /}, as the specification asks
 * @param type a filesystem type of the kernel; not needed for bind mounts
 * @param source a device or directory of the host, absolute or relative to the bundle, or a word for the filesystem
 * @param options mount options as in {@code fstab(5)}, bind and propagation flags among them
 * @param uidMappings user ids of an id-mapped mount
 * @param gidMappings group ids of an id-mapped mount
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#mounts">config.md, Mounts</a>
 */
public record Mount(
        String destination,
        Optional<String> type,
        Optional<String> source,
        List<String> options,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings) {

    /** Keeps unmodifiable copies of its lists. */
    public Mount {
        options = List.copyOf(options);
        uidMappings = List.copyOf(uidMappings);
        gidMappings = List.copyOf(gidMappings);
    }

    /** A new filesystem of the given type; its source is the type's own name. */
    public static Mount of(String type, String destination, String... options) {
        return new Mount(destination, Optional.of(type), Optional.of(type), List.of(options), List.of(), List.of());
    }

    /** A recursive bind mount of a host directory or file, with the given options besides {@code rbind}. */
    public static Mount bind(String source, String destination, String... options) {
        List<String> all = new ArrayList<>(options.length + 1);
        all.add("rbind");
        all.addAll(List.of(options));
        return new Mount(destination, Optional.of("bind"), Optional.of(source), all, List.of(), List.of());
    }
}
