package dev.libcontainer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.io.FileUtils;

/** JVMs of a user without privileges, who may not be allowed to read where this was built. */
final class OtherUser {
    private final int id;
    /** The program for containers, where the other user can read it. */
    final Path inside;

    private final Path cache;
    private final List<String> classPath = new ArrayList<>();

    /** Copies what they need. */
    OtherUser(Path shared, int id) throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv");
        this.id = id;
        for (String entry : System.getProperty("java.class.path").split(":")) {
            Path to = shared.resolve(classPath.size() + "-" + Path.of(entry).getFileName());
            if (Files.exists(Path.of(entry))) {
                copy(Path.of(entry), to);
                classPath.add(to.toString());
            }
        }
        inside = shared.resolve("inside");
        Files.copy(Path.of(Inside.HOST_PATH), inside, StandardCopyOption.COPY_ATTRIBUTES);
        cache = Files.createDirectory(shared.resolve("cache"));
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.setPosixFilePermissions(shared, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void copy(Path from, Path to) throws IOException {
        if (Files.isDirectory(from)) {
            FileUtils.copyDirectory(from.toFile(), to.toFile());
        } else {
            FileUtils.copyFile(from.toFile(), to.toFile());
        }
    }

    OtherJvm.Ended run(Class<?> main, String... args) throws Exception {
        return run(List.of(), main, args);
    }

    /**
     * Runs one to its end.
     *
     * @param prefix a command that runs its arguments; it is root's
     */
    OtherJvm.Ended run(List<String> prefix, Class<?> main, String... args) throws Exception {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of("setpriv", "--reuid", "" + id, "--regid", "" + id, "--clear-groups", "--inh-caps=-all"));
        command.addAll(command(main, args));
        return OtherJvm.run(command, "");
    }

    /** What the other user runs one by. */
    List<String> command(Class<?> main, String... args) {
        return OtherJvm.command(String.join(":", classPath), inside.toString(), cache.toString(), main, args);
    }
}
