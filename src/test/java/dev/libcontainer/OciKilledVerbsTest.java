package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.cli.Jrunc;
import dev.libcontainer.runtime.OciException;
import dev.libcontainer.runtime.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A runtime that is killed while it works on a container that was there before: the container can be used and deleted. */
@NeedsRoot
@Timeout(value = 3, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OciKilledVerbsTest {
    private static final int ROUNDS = 8;
    private static final int SIGKILL = 9;

    private static Process jrunc(OciBundle bundle, String words) throws IOException {
        List<String> all = new ArrayList<>(
                List.of("--root", bundle.directory.resolve("state").toString()));
        all.addAll(List.of(words.split(" ")));
        return new ProcessBuilder(OtherJvm.command(Jrunc.class, all.toArray(String[]::new)))
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void make(OciBundle bundle, boolean start) throws IOException {
        bundle.linux("'cgroupsPath':'" + cgroup() + "'").runs("sleep 100000");
        bundle.runtime.create("one", bundle.options());
        if (start) {
            bundle.runtime.start("one");
        }
    }

    private static String cgroup() {
        return "/libcontainer-killed-" + ProcessHandle.current().pid();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "start one",
                "exec one /inside sleep 100000",
                "exec -d one /inside sleep 100000",
                "delete --force one"
            })
    void whatItWasDoingIsDoneOrNot(String words) throws Exception {
        boolean started = !words.startsWith("start");
        Random random = new Random(words.hashCode());
        long whole = howLong(words, started);
        for (int round = 0; round < ROUNDS; round++) {
            try (OciBundle bundle = new OciBundle()) {
                make(bundle, started);
                int pid = bundle.runtime.state("one").pid();
                Process runtime = jrunc(bundle, words);
                // The first third is the JVM's own start.
                TimeUnit.NANOSECONDS.sleep(whole / 3 + (long) (random.nextDouble() * whole));
                runtime.destroyForcibly().waitFor();

                lookAt(bundle);
                bundle.runtime.delete("one", true);
                nothingIsLeft(bundle, pid);
            }
        }
    }

    private static long howLong(String words, boolean started) throws Exception {
        try (OciBundle bundle = new OciBundle()) {
            make(bundle, started);
            long begin = System.nanoTime();
            Process process = jrunc(bundle, words);
            if (words.startsWith("exec one")) { // which waits
                while (bundle.runtime.processes("one").size() < 2 && process.isAlive()) {
                    Thread.sleep(2);
                }
            } else {
                assertThat(process.waitFor()).isZero();
            }
            long took = System.nanoTime() - begin;
            process.destroyForcibly().waitFor();
            return took;
        }
    }

    private static void lookAt(OciBundle bundle) throws InterruptedException {
        if (bundle.runtime.list().isEmpty()) {
            return; // a delete that had come far enough
        }
        Status status = bundle.runtime.state("one").status();
        assertThat(status).isIn(Status.CREATED, Status.RUNNING, Status.STOPPED);
        if (status == Status.RUNNING) {
            try {
                assertThat(bundle.runtime.exec("one", OciBundle.exec("exit 4", false)))
                        .isEqualTo(4);
                bundle.runtime.kill("one", SIGKILL, false);
            } catch (OciException e) { // a delete had killed it already
                assertThat(e).hasMessageMatching("(?s).*(not running|stopped|exec one).*");
            }
            for (int i = 0; i < 500 && bundle.runtime.state("one").status() != Status.STOPPED; i++) {
                Thread.sleep(10);
            }
            assertThat(bundle.runtime.state("one").status()).isEqualTo(Status.STOPPED);
        }
    }

    private static void nothingIsLeft(OciBundle bundle, int pid) throws IOException {
        assertThat(bundle.runtime.list()).isEmpty();
        assertThat(bundle.directory.resolve("state/one")).doesNotExist();
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
        for (Path hierarchy : Holdings.cgroupMounts()) {
            assertThat(Files.exists(Path.of(hierarchy + cgroup())))
                    .as(hierarchy.toString())
                    .isFalse();
        }
    }
}
