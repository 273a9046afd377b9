package dev.libcontainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.libcontainer.NeedsRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script that runs benchmarks, called from elsewhere. */
@NeedsRoot
class BenchmarksTest {
    private static final Path SCRIPT = Path.of("benchmarks/run").toAbsolutePath();
    /** Says that the library is built: what is tested is the newest there is, and no build may run beside a test. */
    private static final Path BUILT = Path.of("benchmarks/target/.library");

    @TempDir
    Path elsewhere;

    @BeforeEach
    void isBuilt() throws IOException {
        Files.createDirectories(BUILT.toAbsolutePath().getParent());
        Files.deleteIfExists(BUILT);
        Files.createFile(BUILT);
    }

    private String call(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
        command.addAll(List.of(words));
        Path output = elsewhere.resolve("output");
        Process process = new ProcessBuilder(command)
                .directory(elsewhere.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int code = process.waitFor();
        String said = Files.readString(output);
        assertThat(code).as(said).isZero();
        return said;
    }

    @Test
    void aJvmThatJmhForksFindsTheLibrary() throws Exception {
        String said = call("peers", "--try");

        Map<String, String> programs = Map.of(
                "bwrap", "bwrap",
                "runc", "runc",
                "lxc", "lxc-start",
                "nspawn", "systemd-nspawn",
                "podman", "podman");
        programs.forEach((row, program) -> assertThat(said.lines())
                .anyMatch(
                        isInstalled(program)
                                ? (row + " works")::equals
                                : line -> line.startsWith(row + " is left out: ")));
        assertThat(said.lines()).contains("jrunc works");
    }

    @Test
    void eachTrialIsMeasuredOrLeftOutWithAReason() throws Exception {
        Path json = elsewhere.resolve("trials.json");

        String said = call("trials", "--try", "--json", json.toString());

        for (String variant : List.of(
                "mounts/inherited",
                "tmpfs/bind",
                "loopback/one-message",
                "veth/one-message",
                "cgroup2/clone-into",
                "cgroup1/child-io-uring",
                "cgroup1-four/parent-tasks",
                "exec/fd-deep",
                "filter/one-interface")) {
            assertThat(said.lines())
                    .anyMatch(line -> line.matches(variant + "\\S* +[0-9.]+ +[0-9.]+ .*")
                            || line.matches(variant + " is left out: .+"));
        }
        assertThat(Files.readString(json)).contains("\"mounts/inherited\"", "\"left_out\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cgroup1", "cgroup2"})
    void aTrialLeavesNoCgroupAlsoWhenItFails(String trial) throws Exception {
        call("trials", "--try", "filter"); // builds the program
        Path programs = Path.of("benchmarks/target/programs").toAbsolutePath();
        Process process = new ProcessBuilder(programs.resolve("trials").toString(), trial, programs + "/true")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> variants = process.inputReader()
                .lines()
                .takeWhile(line -> !line.isEmpty())
                .filter(line -> line.endsWith(" idle"))
                .toList();
        assumeThat(variants).as("variants that this host can do").isNotEmpty();
        assertThat(cgroups(process.pid())).isNotEmpty();

        process.outputWriter().append("no-such-variant 1 0\n").flush();

        assertThat(process.waitFor()).isEqualTo(2);
        assertThat(cgroups(process.pid())).isEmpty();
    }

    private static List<Path> cgroups(long pid) throws IOException {
        try (Stream<Path> hierarchies = Files.list(Path.of("/sys/fs/cgroup"))) {
            return Stream.concat(Stream.of(Path.of("/sys/fs/cgroup")), hierarchies)
                    .map(hierarchy -> hierarchy.resolve("libcontainer-trials/" + pid))
                    .filter(Files::exists)
                    .toList();
        }
    }

    @Test
    void theDocumentsShowTheResults() throws Exception {
        call("tables", "--check");
    }

    @Test
    void theResultsHaveEveryPeer() throws IOException {
        String results = Files.readString(Path.of("benchmarks/results/peers.json"));

        for (String row : List.of(
                "bare",
                "parked",
                "cold",
                "cold-fresh-net",
                "bwrap-level",
                "crun",
                "crun-seccomp",
                "runc",
                "runc-seccomp",
                "bwrap",
                "processbuilder",
                "nuprocess",
                "jrunc")) {
            assertThat(results).contains("\"name\": \"" + row + "\"");
        }
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
