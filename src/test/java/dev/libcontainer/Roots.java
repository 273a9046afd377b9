package dev.libcontainer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** Directories as roots, with the program {@code inside} and nothing else. */
final class Roots {
    private Roots() {}

    static Path make(Path directory) throws IOException {
        Files.createDirectory(directory);
        Path program = directory.resolve(Inside.PATH.substring(1));
        Files.copy(Path.of(Inside.HOST_PATH), program, StandardCopyOption.COPY_ATTRIBUTES);
        return directory;
    }

    /** What runs verbs in such a root. */
    static ContainerSpecBuilder container(Path root, String verbs) {
        return ContainerSpec.builder()
                .rootfs(Rootfs.directory(root))
                .command(Inside.verbs(verbs))
                .env(Holdings.OWNER_VARIABLE, Inside.owner());
    }

    /** All files below a directory, as paths relative to it. */
    static List<String> below(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(file -> !file.equals(directory))
                    .map(file -> directory.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }
}
