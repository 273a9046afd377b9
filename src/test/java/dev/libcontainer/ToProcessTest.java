package dev.libcontainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A container in the clothes of a java.lang.Process behaves like one. */
@NeedsRoot
class ToProcessTest {
    private static final int KILLED = 128 + 9;
    private static final int TERMINATED = 128 + 15;

    private static void with(ContainerSpecBuilder builder, Check check) throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(builder.build());
                Container container = blueprint.spawn(Stdio.pipes())) {
            check.accept(container.toProcess(), container);
        }
    }

    private interface Check {
        void accept(Process process, Container container) throws Exception;
    }

    private static void compare(ContainerSpecBuilder builder, Consumer<Process> check) throws Exception {
        with(builder, (process, container) -> check.accept(process));
        Process ofTheJdk = new ProcessBuilder(builder.build().command()).start();
        try {
            check.accept(ofTheJdk);
        } finally {
            OtherJvm.end(ofTheJdk);
        }
    }

    @Test
    @SuppressWarnings("try") // closing stdin is part of the test
    void itsStreamsAreThoseOfTheContainer() throws Exception {
        compare(Inside.bare("").command("sh", "-c", "cat; echo err >&2; exit 3"), process -> {
            try (var writer = process.outputWriter();
                    BufferedReader reader = process.inputReader();
                    BufferedReader errors = process.errorReader()) {
                writer.write("hello\nworld\n");
                writer.flush();
                assertThat(reader.readLine()).isEqualTo("hello");
                assertThat(reader.readLine()).isEqualTo("world");
                writer.close();
                assertThat(reader.readLine()).isNull();
                assertThat(errors.readLine()).isEqualTo("err");
                assertThat(process.waitFor()).isEqualTo(3);
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void allOfItsOutputCanBeReadAtOnce() throws Exception {
        compare(Inside.bare("").command("seq", "1", "20000"), process -> {
            try {
                assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
                        .endsWith("\n20000\n");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void itsExitValueIsThereWhenItHasEnded() throws Exception {
        compare(Inside.bare("").command("sh", "-c", "read x; exit 9"), process -> {
            assertThat(process.isAlive()).isTrue();
            assertThatThrownBy(process::exitValue).isInstanceOf(IllegalThreadStateException.class);
            try {
                assertThat(process.waitFor(10, TimeUnit.MILLISECONDS)).isFalse();
                process.getOutputStream().close();
                assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
            assertThat(process.exitValue()).isEqualTo(9);
            assertThat(process.isAlive()).isFalse();
        });
    }

    @Test
    void itCanBeDestroyed() throws Exception {
        compare(Inside.bare("").command("sleep", "1000"), process -> {
            process.destroy();
            assertThat(process.onExit().join().exitValue()).isEqualTo(TERMINATED);
            process.destroy();
            assertThat(process.destroyForcibly()).isSameAs(process);
        });
    }

    @Test
    void itCanBeDestroyedForcibly() throws Exception {
        compare(Inside.bare("").command("sh", "-c", "trap '' TERM; exec sleep 1000"), process -> {
            assertThat(process.supportsNormalTermination()).isTrue();
            assertThat(process.destroyForcibly()).isSameAs(process);
            assertThat(process.onExit().join().exitValue()).isEqualTo(KILLED);
        });
    }

    @Test
    void itsHandleTellsOfIt() throws Exception {
        compare(Inside.bare("").command("/usr/bin/sleep", "1000"), process -> {
            ProcessHandle handle = process.toHandle();

            assertThat(handle.pid()).isEqualTo(process.pid());
            assertThat(handle.isAlive()).isTrue();
            assertThat(handle.parent().map(ProcessHandle::pid))
                    .contains(ProcessHandle.current().pid());
            assertThat(handle.info().command())
                    .hasValueSatisfying(command -> assertThat(command).endsWith("sleep"));
            assertThat(handle.info().arguments().orElseThrow()).containsExactly("1000");
            assertThat(process.info().user()).contains("root");
            assertThat(process.info().startInstant()).isPresent();
            assertThat(process.toHandle()).isEqualTo(handle).hasSameHashCodeAs(handle);
            assertThat(process.toString()).contains("not exited");

            handle.destroyForcibly();
            assertThat(handle.onExit().join()).isEqualTo(handle);
            assertThat(handle.isAlive()).isFalse();
            assertThat(handle.destroy()).isFalse();
        });
    }

    @Test
    void itsDescendantsAreListed() throws Exception {
        with(
                Inside.bare("")
                        .command("sh", "-c", "sleep 1000 & sleep 1000 & echo ready; wait")
                        .cgroup(),
                (process, container) -> {
                    assertThat(process.inputReader().readLine()).isEqualTo("ready");

                    assertThat(process.children().count()).isEqualTo(2);
                    assertThat(process.descendants().count()).isEqualTo(2);
                });
    }

    @Test
    void onExitIsTheProcessItself() throws Exception {
        with(Inside.sandbox("exit 4"), (process, container) -> {
            assertThat(process.onExit().get(5, TimeUnit.SECONDS)).isSameAs(process);
            assertThat(process.exitValue()).isEqualTo(4);
            assertThat(process.toString()).contains("exitValue=4");
            assertThat(process.info().command()).isEmpty();
            assertThat(process.children()).isEmpty();
        });
    }

    @Test
    void aHandleOfTheJdkDoesNotStealTheExitCode() throws Exception {
        with(Inside.bare("sleep 100 -- exit 5"), (process, container) -> {
            ProcessHandle ofTheJdk = ProcessHandle.of(process.pid()).orElseThrow();
            var gone = ofTheJdk.onExit();

            assertThat(container.waitFor().exitCode()).hasValue(5);
            assertThat(gone.get(5, TimeUnit.SECONDS).isAlive()).isFalse();
        });
    }
}
