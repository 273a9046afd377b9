package dev.libcontainer.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a container is created, besides what its bundle says.
 *
 * @param bundle the directory with the root file system
 * @param config the configuration, if not the bundle's {@code config.json}
 * @param consoleSocket where the terminal's master goes, for a detached container with a terminal
 * @param pidFile where the first process's pid goes
 * @param noPivot move the root and chroot instead of pivot_root, for hosts whose root is a ramdisk
 * @param noNewKeyring leave the caller's session keyring
 * @param preservedFds the numbers of this process's fds, from 3 on, that the process gets under the same ones
 * @param stdio the caller's fds that become the container's streams
 */
public record CreateOptions(
        Path bundle,
        Optional<Path> config,
        Optional<Path> consoleSocket,
        Optional<Path> pidFile,
        boolean noPivot,
        boolean noNewKeyring,
        List<Integer> preservedFds,
        List<Integer> stdio) {
    public CreateOptions {
        preservedFds = List.copyOf(preservedFds);
        stdio = List.copyOf(stdio);
    }
}
