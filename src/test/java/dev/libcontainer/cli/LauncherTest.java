package dev.libcontainer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/jrunc} of this checkout, the way engines call it. */
@Timeout(
        value = 2,
        unit = TimeUnit.MINUTES,
        threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // the first call makes the archive of classes
class LauncherTest {
    private static final Path LAUNCHER = Path.of("bin/jrunc").toAbsolutePath();

    @TempDir
    Path here;

    /** The first call builds what the others run from. */
    @BeforeAll
    static void build(@TempDir Path elsewhere) throws Exception {
        assertThat(call(elsewhere, System.getenv(), LAUNCHER.toString(), "--version")
                        .code())
                .isZero();
    }

    private static Called call(Path directory, Map<String, String> environment, String... command) throws Exception {
        var out = Files.createTempFile(directory, "out", "");
        var err = Files.createTempFile(directory, "err", "");
        var builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        int code = builder.start().waitFor();
        var called = new Called(code, Files.readString(out, UTF_8), Files.readString(err, UTF_8));
        Files.delete(out);
        Files.delete(err);
        return called;
    }

    @Test
    void anEmptyEnvironmentIsEnough() throws Exception {
        var called = call(here, Map.of(), LAUNCHER.toString(), "--version");

        assertThat(called.code()).isZero();
        assertThat(called.out()).startsWith("jrunc version ");
        assertThat(called.err()).isEmpty();
    }

    @Test
    void aSymbolicLinkIsFollowed() throws Exception {
        var far = Files.createDirectory(here.resolve("far"));
        Files.createSymbolicLink(far.resolve("absolute"), LAUNCHER);
        Files.createSymbolicLink(here.resolve("relative"), Path.of("far/absolute"));

        var check = call(far, Map.of(), "../relative", "check"); // loads the native library

        assertThat(check.err()).isEmpty();
        assertThat(check.out()).contains("clone3");
        assertThat(call(far, Map.of("PATH", here + ":/usr/bin:/bin"), "sh", "-c", "relative --version")
                        .code())
                .isZero();
    }

    @Test
    void theJvmIsNotHeard() throws Exception {
        var loud = Map.of("JAVA_TOOL_OPTIONS", "-Dx=y", "JDK_JAVA_OPTIONS", "-Dx=y", "_JAVA_OPTIONS", "-Dx=y");

        var called = call(
                here, loud, LAUNCHER.toString(), "--root", here.resolve("none").toString(), "list", "-q");

        assertThat(called.err()).doesNotContain("Picked up");
        assertThat(call(here, loud, LAUNCHER.toString(), "--version").err()).isEmpty();
    }

    @Test
    void namesAreUtf8WithoutALocale() throws Exception {
        var bundle = Files.createDirectory(here.resolve("bündel"));

        var called = call(here, Map.of(), LAUNCHER.toString(), "spec", "--bundle", "bündel");
        var again = call(here, Map.of(), LAUNCHER.toString(), "spec", "--bundle", "bündel");

        assertThat(called.code()).isZero();
        assertThat(bundle.resolve("config.json")).exists();
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("bündel");
    }

    @Test
    void wordsReachTheVerbAsTheyAre() throws Exception {
        var called = call(here, Map.of(), LAUNCHER.toString(), "nosuch  verb*");

        assertThat(called.code()).isEqualTo(1);
        assertThat(called.err()).contains("\"nosuch  verb*\"");
    }

    @Test
    void anotherJavaDoesWithoutTheArchive() throws Exception {
        for (Path java : javas()) {
            var called = call(here, Map.of("JRUNC_JAVA", java.toString()), LAUNCHER.toString(), "check");

            assertThat(called.code()).as("%s: %s", java, called.err()).isZero();
            assertThat(called.err()).isEmpty();
        }
    }

    private static List<Path> javas() throws IOException {
        try (var homes = Files.list(Path.of("/usr/lib/jvm"))) {
            return homes.map(home -> home.resolve("bin/java"))
                    .filter(Files::isExecutable)
                    .toList();
        }
    }
}
