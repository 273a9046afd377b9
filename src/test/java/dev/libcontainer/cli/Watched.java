package dev.libcontainer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.runtime.CgroupDriver;
import dev.libcontainer.runtime.CreateOptions;
import dev.libcontainer.runtime.OciRuntime;
import dev.libcontainer.runtime.RuntimeOptions;
import dev.libcontainer.runtime.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A running container, {@link #ID}, that verbs of jrunc look at; its limits are 64 MiB and 20 processes. */
final class Watched implements AutoCloseable {
    static final String ID = "watched";
    private static final int SIGKILL = 9;

    final OciRuntime runtime;
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Path here;

    /**
     * Starts it.
     *
     * @param here an empty directory
     * @param verbs of the program inside
     */
    Watched(Path here, String verbs) throws IOException {
        this.here = here;
        assumeTrue(CgroupMounts.read(Path.of("/")).hierarchy("memory").isPresent(), "no controller of memory");
        Path root = Files.createDirectory(here.resolve("rootfs"));
        Files.copy(Path.of(System.getProperty("libcontainer.inside", "target/helper/inside")), root.resolve("inside"));
        assertThat(root.resolve("inside").toFile().setExecutable(true, false)).isTrue();
        Files.writeString(here.resolve("config.json"), """
                {"ociVersion": "1.3.0", "root": {"path": "rootfs"},
                 "process": {"cwd": "/", "args": ["/inside", "%s"]},
                 "linux": {"namespaces": [{"type": "pid"}, {"type": "mount"}],
                           "resources": {"memory": {"limit": 67108864}, "cpu": {"shares": 512}, "pids": {"limit": 20}}}}
                """.formatted(verbs.replace(" ", "\", \"")));
        runtime = new OciRuntime(
                new RuntimeOptions(here.resolve("state"), CgroupDriver.CGROUPFS, here, Map.of(), true, warning -> {}));
        runtime.create(
                ID,
                new CreateOptions(
                        here,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        false,
                        List.of(),
                        List.of()));
        runtime.start(ID);
    }

    boolean isRunning() {
        return runtime.list().stream().anyMatch(state -> state.status() == Status.RUNNING);
    }

    /** Kills its first process, and waits until it is gone. */
    void end() {
        runtime.kill(ID, SIGKILL, false);
        runtime.await(ID);
    }

    /** Calls jrunc in this JVM and waits for it. */
    Called called(String... words) {
        return Called.in(here, all(words));
    }

    /** The same without waiting; what it prints comes to a stream of the test's own, and to {@link #err}. */
    CompletableFuture<Integer> calling(OutputStream out, int stdout, String... words) {
        var console = new Console(
                here,
                Map.of(),
                InputStream.nullInputStream(),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                List.of(0, stdout, 2),
                List.of());
        return CompletableFuture.supplyAsync(() -> Jrunc.run(console, List.of(all(words))));
    }

    private String[] all(String... words) {
        List<String> all = new ArrayList<>(List.of("--root=" + here.resolve("state")));
        all.addAll(List.of(words));
        return all.toArray(new String[0]);
    }

    @Override
    public void close() {
        if (!runtime.list().isEmpty()) {
            runtime.delete(ID, true);
        }
        runtime.close();
    }
}
