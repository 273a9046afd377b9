package dev.libcontainer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an install with the Java of this JVM makes for starting {@code jrunc}: an ahead-of-time cache or an archive of classes. */
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ArchiveTest {
    private static final boolean AHEAD_OF_TIME = Runtime.version().feature() >= 25;
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin/java");

    @TempDir
    static Path prefix;

    private static Path lib;
    private static Path archive;
    private static byte[] made;

    @TempDir
    Path here;

    @BeforeAll
    static void install() throws Exception {
        lib = prefix.resolve("lib/jrunc");
        archive = lib.resolve(AHEAD_OF_TIME ? "jrunc.aot" : "jrunc.jsa");
        Files.createDirectory(prefix.resolve("bin"));
        Files.copy(Path.of("bin/jrunc"), prefix.resolve("bin/jrunc"));
        var environment = Map.of("JAVA_HOME", System.getProperty("java.home"), "PATH", System.getenv("PATH"));

        var assembled = call(environment, List.of("scripts/assemble", lib.toString()));

        assertThat(assembled.code()).as(assembled.err()).isZero();
        assertThat(assembled.err()).isEmpty();
        made = Files.readAllBytes(archive);
    }

    @BeforeEach
    void whole() throws IOException {
        replace(made);
        Files.writeString(lib.resolve("java"), JAVA + "\n");
    }

    /** It is read-only. */
    private static void replace(byte[] content) throws IOException {
        Files.deleteIfExists(archive);
        Files.write(archive, content);
    }

    @Test
    void oneOfTheTwoIsMade() {
        assertThat(archive).isRegularFile();
        assertThat(lib.resolve(AHEAD_OF_TIME ? "jrunc.jsa" : "jrunc.aot")).doesNotExist();
    }

    @Test
    void itHoldsTheClassesOfAVerbAndNoneIsJavaCpps() throws Exception {
        // A class that the archive lacks is read from the jar: the archive is in use if next to none is.
        var command = launched("list");
        var home = prefix.resolve("bin") + "/../lib/jrunc/";
        assertThat(command)
                .contains(
                        AHEAD_OF_TIME
                                ? "-XX:AOTCache=" + home + "jrunc.aot"
                                : "-XX:SharedArchiveFile=" + home + "jrunc.jsa");
        command.addAll(
                command.indexOf("-cp"),
                List.of("-Xlog:class+load:stdout", AHEAD_OF_TIME ? "-XX:AOTMode=on" : "-Xshare:on"));
        command.add(0, JAVA.toString());

        var called = call(Map.of("LC_ALL", "C.UTF-8"), command);

        assertThat(called.code()).as(called.out() + called.err()).isZero();
        var loaded =
                called.out().lines().filter(line -> line.contains("source:")).toList();
        assertThat(loaded).hasSizeGreaterThan(400);
        assertThat(loaded.stream().filter(line -> !line.contains("shared objects file")))
                .hasSizeLessThan(10);
        assertThat(loaded.stream().filter(line -> line.contains("cli.Jrunc "))).hasSize(1);
        assertThat(loaded.stream().filter(line -> line.contains("bytedeco"))).isEmpty();
    }

    /** The options and words that the launcher gives to the JVM. */
    private List<String> launched(String... words) throws Exception {
        var spy = Files.writeString(here.resolve("java"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        Files.setPosixFilePermissions(spy, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(lib.resolve("java"), spy + "\n");
        var called = jrunc(words);
        assertThat(called.code()).as(called.err()).isZero();
        return new ArrayList<>(called.out().lines().toList());
    }

    @Test
    void oneThatDoesNotFitIsNotHeardOf() throws Exception {
        byte[] header = made.clone();
        for (int i = 0; i < 64; i++) {
            header[i] ^= 0x55;
        }
        List<byte[]> contents = new ArrayList<>(List.of(new byte[0], header, new byte[1 << 20]));
        if (AHEAD_OF_TIME) { // JDK 17's JVM aborts on a static archive that is cut off
            contents.addAll(List.of(Arrays.copyOf(made, 4096), Arrays.copyOf(made, made.length / 2)));
        }
        for (byte[] content : contents) {
            replace(content);

            assertVersion(jrunc("--version"));
        }
    }

    @Test
    void oneOfAnotherJarIsNotHeardOf() throws Exception {
        var jar = lib.resolve("jrunc.jar");
        var time = Files.getLastModifiedTime(jar);
        try {
            Files.setLastModifiedTime(jar, FileTime.fromMillis(time.toMillis() - 3_600_000));

            assertVersion(jrunc("--version"));
        } finally {
            Files.setLastModifiedTime(jar, time);
        }
    }

    @Test
    void anotherJavaInThePlaceOfTheOneThatMadeItIsNotHeardOf() throws Exception {
        for (Path java : javas()) {
            Files.writeString(lib.resolve("java"), java + "\n");

            assertVersion(jrunc("--version"));
        }
    }

    private static List<Path> javas() throws IOException {
        try (var homes = Files.list(Path.of("/usr/lib/jvm"))) {
            return homes.map(home -> home.resolve("bin/java"))
                    .filter(Files::isExecutable)
                    .toList();
        }
    }

    private static void assertVersion(Called called) {
        assertThat(called.code()).as(called.err()).isZero();
        assertThat(called.out()).startsWith("jrunc version ");
        assertThat(called.err()).isEmpty();
    }

    private static Called jrunc(String... words) throws Exception {
        var command = new ArrayList<>(List.of(prefix.resolve("bin/jrunc").toString()));
        command.addAll(List.of(words));
        return call(Map.of(), command);
    }

    private static Called call(Map<String, String> environment, List<String> command) throws Exception {
        var out = Files.createTempFile(prefix, "out", "");
        var err = Files.createTempFile(prefix, "err", "");
        var builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        int code = builder.start().waitFor();
        var called = new Called(code, Files.readString(out, UTF_8), Files.readString(err, UTF_8));
        Files.delete(out);
        Files.delete(err);
        return called;
    }
}
