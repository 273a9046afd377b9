package dev.libcontainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A JVM that gets SIGKILL takes its containers with it, but for those that were promised to live on. */
@NeedsRoot
class KilledJvmTest {
    private static final int ROUNDS = 5;

    @ParameterizedTest
    @ValueSource(strings = {"sandbox", "bare", "pool"})
    void nothingOutlivesAKilledJvm(String kind) throws Exception {
        Random random = new Random(kind.hashCode());
        for (int round = 0; round < ROUNDS; round++) {
            Process jvm = start(kind);
            try (BufferedReader lines = jvm.inputReader(UTF_8)) {
                assertThat(lines.readLine()).isEqualTo("first");
                TimeUnit.MILLISECONDS.sleep(random.nextInt(250));

                List<Long> helpers = Processes.helpersOf(jvm.pid());
                assertThat(helpers).isNotEmpty();
                jvm.destroyForcibly().waitFor();

                assertThat(leftAfterTwoSeconds(jvm.pid(), helpers)).isEmpty();
            } finally {
                OtherJvm.end(jvm);
                Processes.ownedBy(jvm.pid()).forEach(Processes::kill);
            }
        }
    }

    private static Process start(String kind) throws java.io.IOException {
        return new ProcessBuilder(OtherJvm.command(SpawningMain.class, kind))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static List<String> leftAfterTwoSeconds(long jvm, List<Long> helpers) throws InterruptedException {
        List<String> left = left(jvm, helpers);
        for (int i = 0; i < 200 && !left.isEmpty(); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
            left = left(jvm, helpers);
        }
        return left;
    }

    /** Zombies are no longer ours but of whoever inherits them. */
    private static List<String> left(long jvm, List<Long> helpers) {
        List<String> left = new ArrayList<>();
        Processes.ownedBy(jvm).forEach(pid -> left.add("program " + pid));
        Processes.all().stream()
                .filter(process -> process.name().startsWith("lc:") && process.state() != 'Z')
                .filter(process -> process.parent() == 1 || helpers.contains(process.pid()))
                .forEach(process -> left.add(process.toString()));
        return left;
    }

    @Test
    void aDetachedContainerOutlivesAKilledJvm() throws Exception {
        Process jvm = start("detached");
        try (BufferedReader lines = jvm.inputReader(UTF_8)) {
            long promised = Long.parseLong(lines.readLine());
            assertThat(lines.readLine()).isEqualTo("first");
            List<Long> helpers = Processes.helpersOf(jvm.pid());

            jvm.destroyForcibly().waitFor();

            for (int i = 0; i < 200 && left(jvm.pid(), helpers).size() > 1; i++) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            assertThat(left(jvm.pid(), helpers)).containsExactly("program " + promised);
        } finally {
            OtherJvm.end(jvm);
            Processes.ownedBy(jvm.pid()).forEach(Processes::kill);
        }
    }

    @Test
    void containersOfAJvmThatEndsWithoutClosingEndToo() throws Exception {
        OtherJvm.Ended ended = OtherJvm.run(SpawningMain.class, "", "exit");

        assertThat(ended.code()).as(ended.errors()).isEqualTo(3);
        assertThat(leftAfterTwoSeconds(
                        Long.parseLong(ended.output().lines().findFirst().orElseThrow()), List.of()))
                .isEmpty();
    }

    /** Spawns sleepers for ever, at most fifty alive; says so when the first runs. */
    static final class SpawningMain {
        public static void main(String[] args) throws Exception {
            Containers containers = Containers.open();
            if (args[0].equals("detached")) {
                Container promised = containers
                        .compile(Inside.sandbox("sleep 100000").detached().build())
                        .spawn(Stdio.nothing());
                System.out.println(promised.pid());
            }
            boolean bare = args[0].equals("bare");
            Blueprint blueprint =
                    containers.compile((bare ? Inside.bare("sleep 100000") : Inside.sandbox("sleep 100000")).build());
            List<Container> running = new ArrayList<>();
            if (args[0].equals("pool")) {
                ContainerPool pool = blueprint.pool(PoolOptions.of(200));
                pool.take(Stdio.nothing());
                System.out.println("first");
                pool.awaitReady(100_000, java.time.Duration.ofHours(1));
            }
            for (int i = 0; i < 100_000; i++) {
                running.add(blueprint.spawn(Stdio.nothing()));
                if (i == 0 && args[0].equals("exit")) {
                    System.out.println(ProcessHandle.current().pid());
                    System.exit(3);
                }
                if (i == 0) {
                    System.out.println("first");
                }
                if (running.size() == 50) {
                    running.remove(0).close();
                }
            }
        }
    }
}
