package dev.libcontainer.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** The file that engines read a pid from: there only when it is whole. */
final class PidFile {
    private PidFile() {}

    static void write(RuntimeOptions options, Optional<Path> wanted, int pid) {
        if (wanted.isEmpty()) {
            return;
        }
        Path file = options.directory().resolve(wanted.get());
        try {
            Path fresh = file.resolveSibling("." + file.getFileName() + "." + pid);
            Files.writeString(fresh, Integer.toString(pid));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new OciException("cannot write the pid file " + file + ": " + e, e);
        }
    }
}
