package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.cli.Jrunc;
import dev.libcontainer.runtime.Status;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A command that waits for a program stands for it: signals sent to the one arrive at the other. */
@NeedsRoot
class OciSignalsTest {
    /** HUP INT QUIT USR1 USR2 TERM ALRM CONT, and SIGRTMIN+3, by which systemd is told to halt. */
    private static final List<Integer> FORWARDED = List.of(1, 2, 3, 10, 12, 15, 14, 18, 37);

    private static final int SIGUSR1 = 10;

    private OciBundle bundle;

    @BeforeEach
    void open() throws IOException {
        bundle = new OciBundle();
    }

    @AfterEach
    void close() throws IOException {
        bundle.close();
    }

    private Process jrunc(String... words) throws IOException {
        List<String> all = new ArrayList<>(
                List.of("--root", bundle.directory.resolve("state").toString()));
        all.addAll(List.of(words));
        return new ProcessBuilder(OtherJvm.command(Jrunc.class, all.toArray(String[]::new)))
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static void send(Process process, int signal) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void aProgramThatIsRunGetsTheSignalsOfTheCommand() throws Exception {
        bundle.runs("catch " + FORWARDED.size() + " -- exit 5");
        Process run = jrunc("run", "--bundle", bundle.directory.toString(), "one");
        try (BufferedReader said = run.inputReader()) {
            assertThat(said.readLine()).isEqualTo("ready");
            for (int signal : FORWARDED) {
                send(run, signal);
                assertThat(said.readLine()).isEqualTo(Integer.toString(signal));
            }
            assertThat(run.waitFor()).isEqualTo(5);
            assertThat(bundle.runtime.list()).isEmpty();
        } finally {
            OtherJvm.end(run);
        }
    }

    @Test
    void aProgramThatIsExecutedEndsByTheSignalAndSoDoesTheCommand() throws Exception {
        bundle.runs("sleep 100000");
        bundle.runtime.create("one", bundle.options());
        bundle.runtime.start("one");
        for (int signal : List.of(1, 2, 3, 12, 15)) {
            Process exec = jrunc("exec", "one", "/inside", "args", "ready", "--", "sleep", "100000");
            try (BufferedReader said = exec.inputReader()) {
                assertThat(said.readLine()).isEqualTo("ready");
                send(exec, signal);
                assertThat(exec.waitFor()).isEqualTo(128 + signal);
            } finally {
                OtherJvm.end(exec);
            }
        }
        assertThat(bundle.runtime.state("one").status()).isEqualTo(Status.RUNNING);
    }

    /**
     * A signal that comes while the container is being made waits until there is somebody to get it: the program, if it is
     * ready for it already, or else it is ended by it. (The first process of a pid namespace would not be: pid_namespaces(7).)
     */
    @Test
    void aSignalThatComesEarlyIsNotLost() throws Exception {
        bundle.with("'hooks':{'createRuntime':[{'path':'/bin/sh','args':['sh','-c','echo > " + bundle.out
                + "/begun; sleep 1']}]}");
        bundle.withoutNamespace("pid").runs("catch 1 -- exit 6");
        Process run = jrunc("run", "--bundle", bundle.directory.toString(), "one");
        try (BufferedReader said = run.inputReader()) {
            while (bundle.written("begun").isEmpty()
                    && !bundle.out.resolve("begun").toFile().exists()) {
                Thread.sleep(10);
            }
            send(run, SIGUSR1);
            List<String> lines = said.lines().toList();
            if (run.waitFor() != 128 + SIGUSR1) {
                assertThat(run.waitFor()).isEqualTo(6);
                assertThat(lines).containsExactly("ready", "10");
            }
        } finally {
            OtherJvm.end(run);
        }
    }
}
