package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.io.FileUtils;

/** JVMs of a user without privileges, who gets copies of what they need: what was built may not be his to read. */
final class OtherUser {
    static final int NOBODY = 65534;

    private final String classPath;
    private final Path cache;
    /** The program for containers, where the other user can read it. */
    final Path inside;

    /**
     * Copies.
     *
     * @param directory an empty one
     */
    OtherUser(Path directory) throws IOException {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(":")) {
            Path to = directory.resolve(entries.size() + "-" + Path.of(entry).getFileName());
            if (Files.exists(Path.of(entry))) {
                copy(Path.of(entry), to);
                entries.add(to.toString());
            }
        }
        classPath = String.join(":", entries);
        inside = directory.resolve("inside");
        Files.copy(Path.of(Inside.HOST_PATH), inside, StandardCopyOption.COPY_ATTRIBUTES);
        cache = Files.createDirectory(directory.resolve("cache"));
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    static boolean isPossible() {
        return Files.isExecutable(Path.of("/usr/bin/setpriv"));
    }

    private static void copy(Path from, Path to) throws IOException {
        if (Files.isDirectory(from)) {
            FileUtils.copyDirectory(from.toFile(), to.toFile());
        } else {
            FileUtils.copyFile(from.toFile(), to.toFile());
        }
    }

    /** What a main class prints, which ends well. */
    List<String> lines(Class<?> main, String... args) throws IOException, InterruptedException {
        OtherJvm.Ended ended = run(List.of(), main, args);
        assertThat(ended.code()).as(ended.errors()).isZero();
        return ended.output().lines().toList();
    }

    /**
     * What becomes of a main class.
     *
     * @param prefix a command that runs its arguments; it is root's
     */
    OtherJvm.Ended run(List<String> prefix, Class<?> main, String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                "setpriv", "--reuid", "" + NOBODY, "--regid", "" + NOBODY, "--clear-groups", "--inh-caps=-all"));
        command.addAll(OtherJvm.command(classPath, inside.toString(), cache.toString(), main, args));
        return OtherJvm.run(command, "");
    }
}
