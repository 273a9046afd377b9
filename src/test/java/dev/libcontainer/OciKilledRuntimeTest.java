package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.cli.Jrunc;
import dev.libcontainer.runtime.ContainerState;
import dev.libcontainer.runtime.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A runtime that is killed at any time leaves a container that can be looked at and deleted, and nothing else. */
@NeedsRoot
class OciKilledRuntimeTest {
    private static final int ROUNDS = 12;

    private static Process create(OciBundle bundle) throws IOException {
        List<String> command = OtherJvm.command(
                Jrunc.class,
                "--root",
                bundle.directory.resolve("state").toString(),
                "create",
                "--bundle",
                bundle.directory.toString(),
                "one");
        return new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    void whatAKilledCreateLeavesCanBeDeleted() throws Exception {
        Random random = new Random(7);
        for (int round = 0; round < ROUNDS; round++) {
            try (OciBundle bundle = new OciBundle()) {
                bundle.runs("sleep 100000");
                Process runtime = create(bundle);
                TimeUnit.MILLISECONDS.sleep(150 + random.nextInt(700));
                runtime.destroyForcibly().waitFor();
                Thread.sleep(1500); // a child that waits looks every second whether its maker lives

                for (ContainerState state : bundle.runtime.list()) {
                    assertThat(state.status()).isIn(Status.CREATED, Status.STOPPED);
                }
                bundle.runtime.delete("one", true);
                assertThat(bundle.runtime.list()).isEmpty();
            }
        }
    }

    /** While a hook runs the container is being made: killed then, it never begins. */
    @Test
    void aContainerWhoseMakerDiesDuringAHookIsGone() throws Exception {
        try (OciBundle bundle = new OciBundle()) {
            bundle.with("'hooks':{'createRuntime':[{'path':'/bin/sh','args':['sh','-c','echo > " + bundle.out
                    + "/begun; exec sleep 1000']}]}");
            bundle.runs("sleep 100000");
            Process runtime = create(bundle);
            Path begun = bundle.out.resolve("begun");
            for (int i = 0; i < 1000 && !Files.exists(begun); i++) {
                Thread.sleep(10);
            }
            int pid = bundle.runtime.state("one").pid();
            assertThat(bundle.runtime.state("one").status()).isEqualTo(Status.CREATING);

            runtime.destroyForcibly().waitFor();
            for (int i = 0;
                    i < 300
                            && ProcessHandle.of(pid)
                                    .filter(ProcessHandle::isAlive)
                                    .isPresent();
                    i++) {
                Thread.sleep(10);
            }
            assertThat(bundle.runtime.state("one").status()).isEqualTo(Status.STOPPED);
            bundle.runtime.delete("one", true);
        }
    }
}
