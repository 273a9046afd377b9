package dev.libcontainer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.commons.io.IOUtils;

/** Another JVM that runs a main class of the tests: to be killed, to be without privileges, to have streams of its own. */
final class OtherJvm {
    /** What became of it. */
    record Ended(int code, String output, String errors) {}

    /** Where they have their temporary files, so that one that is killed is found to have left some. */
    static final Path TEMPORARY_FILES = temporaryFiles();

    private OtherJvm() {}

    private static Path temporaryFiles() {
        try {
            Path directory = Path.of(System.getProperty("java.io.tmpdir")).resolve(Holdings.TEMPORARY + "other-jvms");
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx")); // for other users
            directory.toFile().deleteOnExit();
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The command line: the class path and the properties of this JVM, and little memory. */
    static List<String> command(Class<?> main, String... args) {
        return command(System.getProperty("java.class.path"), Inside.HOST_PATH, cache(), main, args);
    }

    static String cache() {
        return System.getProperty("org.bytedeco.javacpp.cachedir", "target/javacpp");
    }

    static List<String> command(String classPath, String inside, String cache, Class<?> main, String... args) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Djava.io.tmpdir=" + TEMPORARY_FILES,
                "-Dlibcontainer.inside=" + inside,
                "-Dorg.bytedeco.javacpp.cachedir=" + cache));
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(args));
        return command;
    }

    /** Runs one to its end. */
    static Ended run(Class<?> main, String input, String... args) throws IOException, InterruptedException {
        return run(command(main, args), input);
    }

    static Ended run(List<String> command, String input) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).start();
        try {
            CompletableFuture<String> errors = CompletableFuture.supplyAsync(() -> all(process.getErrorStream()));
            try (OutputStream in = process.getOutputStream()) {
                in.write(input.getBytes(UTF_8));
            }
            String output = all(process.getInputStream());
            return new Ended(process.waitFor(), output, errors.join());
        } finally {
            end(process);
        }
    }

    /** Kills it and closes what the JDK keeps open of it. */
    static void end(Process process) {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        IOUtils.closeQuietly(process.getInputStream(), process.getErrorStream(), process.getOutputStream());
    }

    private static String all(java.io.InputStream in) {
        try {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
