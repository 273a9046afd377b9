package dev.libcontainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file system that a test mounts on the host, and that goes with the test. */
record HostMount(Path path) implements AutoCloseable {
    static HostMount tmpfs(Path below, String options) throws IOException {
        Path path = Files.createDirectory(below.resolve("mounted"));
        run("mount", "-t", "tmpfs", "-o", options, "test", path.toString());
        return new HostMount(path);
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": exit status " + process.exitValue());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        run("umount", path.toString());
    }
}
