package dev.libcontainer.spec;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A device node to be made in the container.
 *
 * @param type {@code c} or {@code u} (character), {@code b} (block), {@code p} (FIFO)
 * @param path where, an absolute path in the container
 * @param major the major number; 0 for a FIFO
 * @param minor the minor number; 0 for a FIFO
 * @param fileMode permissions in the low 12 bits; tools also leave the file type of {@code mknod(2)} above them
 * @param uid the owner, a uint32 of the container's user namespace
 * @param gid the owning group, a uint32 of the container's user namespace
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#devices">config-linux.md,
 *     Devices</a>
 */
public record Device(
        String type, String path, long major, long minor, OptionalInt fileMode, OptionalLong uid, OptionalLong gid) {}
