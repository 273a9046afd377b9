package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.Poller;
import dev.libcontainer.runtime.CgroupDriver;
import dev.libcontainer.runtime.OciRuntime;
import dev.libcontainer.runtime.RuntimeOptions;
import dev.libcontainer.runtime.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A container tells a host like systemd that it is ready (sd_notify(3)), through a socket of its own. */
@NeedsRoot
class OciNotifyTest {
    private OciBundle bundle;
    private Fd host;
    private Path socket;

    @BeforeEach
    void open() throws IOException {
        bundle = new OciBundle();
        socket = bundle.directory.resolve("host.sock");
        try (Fd directory = Kernel.open(bundle.directory.toString(), Kernel.O_PATH | Kernel.O_DIRECTORY)) {
            host = Kernel.bindDatagrams(directory.value(), "host.sock");
        }
    }

    @AfterEach
    void close() throws IOException {
        host.close();
        bundle.close();
    }

    private OciRuntime runtime(Map<String, String> environment) {
        return new OciRuntime(new RuntimeOptions(
                bundle.directory.resolve("state"),
                CgroupDriver.CGROUPFS,
                bundle.directory,
                environment,
                true,
                bundle.warnings::add));
    }

    private OciRuntime notifying() {
        return runtime(Map.of("NOTIFY_SOCKET", socket.toString()));
    }

    /** What the host was told and has not read; a fd that comes along is closed by that, as systemd does. */
    private List<String> told() {
        List<String> all = new ArrayList<>();
        boolean[] more = {true};
        try (Poller poller = new Poller()) {
            poller.add(host.value(), 0);
            while (more[0]) {
                more[0] = false;
                poller.await(0, token -> {
                    all.add(next());
                    more[0] = true;
                });
            }
        }
        return all;
    }

    private String next() {
        ByteBuffer message = ByteBuffer.allocateDirect(4096);
        byte[] bytes = new byte[Kernel.read(host.value(), message)];
        message.get(0, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void aStartWaitsUntilTheContainerIsReadyAndNamesItsProcess() throws Exception {
        bundle.runs("notify STATUS=booting -- sleep 300 -- notify READY=1 -- sleep 100000");
        int pid;
        try (OciRuntime creating = notifying()) {
            creating.create("one", bundle.options());
            pid = creating.state("one").pid();
        }
        try (OciRuntime starting = notifying()) { // another process, as engines do
            CompletableFuture<Void> started = CompletableFuture.runAsync(() -> starting.start("one"));
            assertThat(next()).isEqualTo("STATUS=booting");
            assertThat(starting.state("one").status()).isEqualTo(Status.RUNNING);
            assertThat(started).isNotDone();
            assertThat(next()).isEqualTo("READY=1");
            assertThat(next()).isEqualTo("MAINPID=" + pid);
            assertThat(next()).isEqualTo("BARRIER=1"); // it waits for this to be read
            started.get(20, TimeUnit.SECONDS);
        }
        assertThat(told()).isEmpty();
    }

    @Test
    void whoDiesBeforeItIsReadyDoesNotHoldUpTheStart() throws Exception {
        bundle.runs("notify STATUS=no -- exit 1");
        try (OciRuntime runtime = notifying()) {
            assertThat(runtime.run("one", bundle.options(), true, false)).isZero();
            assertThat(told()).noneMatch(message -> message.contains("READY") || message.contains("MAINPID"));
        }
    }

    @Test
    void aContainerCannotNameAnotherProcessOrPassFds() throws Exception {
        bundle.runs("notify MAINPID=1 READY=1 WATCHDOG=1 FDSTORE=1 BARRIER=1 STATUS=done -- exit 7");
        try (OciRuntime runtime = notifying()) {
            assertThat(runtime.run("one", bundle.options(), false, false)).isEqualTo(7);
        }
        assertThat(told())
                .containsExactly("READY=1", "MAINPID=" + ProcessHandle.current().pid(), "WATCHDOG=1", "STATUS=done");
    }

    @Test
    void theContainerSeesASocketOfItsOwn() throws Exception {
        bundle.process("'env':['NOTIFY_SOCKET=/other']");
        bundle.runs("write /out/env x -- exit 0");
        Files.createFile(bundle.out.resolve("env"));
        bundle.runs("notify READY=1 -- sleep 100000");
        try (OciRuntime runtime = notifying()) {
            CompletableFuture<Integer> started =
                    CompletableFuture.supplyAsync(() -> runtime.run("one", bundle.options(), true, false));
            next(); // ready
            next(); // whom to watch
            next(); // the barrier
            started.get(20, TimeUnit.SECONDS);
            int pid = runtime.state("one").pid();
            assertThat(Files.readString(Path.of("/proc/" + pid + "/environ")).split("\0"))
                    .contains("NOTIFY_SOCKET=" + socket + "/notify")
                    .doesNotContain("NOTIFY_SOCKET=/other");
            assertThat(Files.readString(Path.of("/proc/" + pid + "/mounts")))
                    .containsPattern(socket + " \\w+ ro,nosuid,nodev,noexec");
            runtime.delete("one", true);
        }
        assertThat(bundle.directory.resolve("state/one")).doesNotExist();
    }

    /** A variable that somebody has left behind keeps no container from its work. */
    @Test
    void aHostThatDoesNotListenIsAWarning() throws Exception {
        bundle.runs("notify READY=1 -- sleep 100000");
        try (OciRuntime runtime = runtime(Map.of("NOTIFY_SOCKET", "/nowhere/sock"))) {
            runtime.create("one", bundle.options());
            runtime.start("one");
            assertThat(runtime.state("one").status()).isEqualTo(Status.RUNNING);
            assertThat(bundle.warnings)
                    .singleElement()
                    .asString()
                    .contains("cannot connect to the notify socket /nowhere/sock");
        }
    }

    @Test
    void aSocketWithoutAPathIsSeenInRun() throws Exception {
        bundle.runs("sleep 100000");
        try (OciRuntime runtime = runtime(Map.of("NOTIFY_SOCKET", "@libcontainer/nobody"))) {
            runtime.run("one", bundle.options(), true, false);
            assertThat(Files.readString(Path.of("/proc/" + runtime.state("one").pid() + "/environ"))
                            .split("\0"))
                    .contains("NOTIFY_SOCKET=/run/notify/notify");
        }
    }

    @Test
    void socketsThatAreHandedOnAreTheProcessesOwn() throws Exception {
        bundle.runs("env LISTEN_FDS -- env LISTEN_PID -- env LISTEN_FDNAMES -- fds -- exit 0");
        Path said = bundle.out.resolve("said");
        List<String> command = new ArrayList<>(List.of(
                "sh",
                "-c",
                "exec 3< /etc/passwd; LISTEN_FDS=1 LISTEN_FDNAMES=web LISTEN_PID=$$ exec \"$@\" > " + said,
                "sh"));
        command.addAll(OtherJvm.command(
                dev.libcontainer.cli.Jrunc.class,
                "--root",
                bundle.directory.resolve("state").toString(),
                "run",
                "--bundle",
                bundle.directory.toString(),
                "one"));
        OtherJvm.Ended ended = OtherJvm.run(command, "");

        assertThat(ended.errors()).isEmpty();
        assertThat(Files.readAllLines(said)).contains("1", "web", "3 /etc/passwd");
    }
}
