package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.runtime.OciException;
import dev.libcontainer.runtime.OciRuntime;
import dev.libcontainer.runtime.Status;
import dev.libcontainer.spec.IntelRdt;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Operations on one container that meet each other. */
@NeedsRoot
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OciRaceTest {
    private static final int SIGKILL = 9;
    private static final int ROUNDS = 10;

    private final ExecutorService threads = Executors.newFixedThreadPool(6);
    private OciBundle bundle;

    @BeforeEach
    void open() throws IOException {
        bundle = new OciBundle();
    }

    @AfterEach
    void close() throws IOException {
        threads.shutdownNow();
        bundle.close();
    }

    private OciRuntime runtime() {
        return bundle.runtime;
    }

    private void running() throws IOException {
        runtime().create("one", bundle.runs("sleep 100000").options());
        runtime().start("one");
    }

    /** An exec either has its program's end, or was too late; none hangs, and none survives. */
    @Test
    void execsThatMeetAKillEndWithTheContainer() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            running();
            List<Future<Object>> execs = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                execs.add(threads.submit(() -> {
                    try {
                        return runtime().exec("one", OciBundle.exec("sleep 100000", false));
                    } catch (OciException e) {
                        return e;
                    }
                }));
            }
            TimeUnit.MILLISECONDS.sleep(round);
            runtime().kill("one", SIGKILL, false);
            for (Future<Object> exec : execs) {
                Object end = exec.get(20, TimeUnit.SECONDS);
                assertThat(end instanceof OciException || end.equals(128 + SIGKILL))
                        .as(String.valueOf(end))
                        .isTrue();
            }
            runtime().delete("one", true);
        }
    }

    @Test
    void onlyOneOfManyStartsIsTheStart() throws Exception {
        runtime().create("one", bundle.runs("sleep 100000").options());
        List<Future<Boolean>> starts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            starts.add(threads.submit(() -> {
                try (OciRuntime other = bundle.open()) { // locks between processes are on files
                    other.start("one");
                    return true;
                } catch (OciException e) {
                    assertThat(e).hasMessageContaining("already running");
                    return false;
                }
            }));
        }
        int begun = 0;
        for (Future<Boolean> start : starts) {
            begun += start.get(30, TimeUnit.SECONDS) ? 1 : 0;
        }
        assertThat(begun).isEqualTo(1);
        assertThat(runtime().state("one").status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void deletesThatMeetLeaveNothingAndNobodyHangs() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            running();
            List<Future<?>> deletes = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                deletes.add(threads.submit(() -> {
                    try {
                        runtime().delete("one", true);
                    } catch (OciException e) {
                        assertThat(e).hasMessageContaining("does not exist"); // while it waited for the lock
                    }
                }));
            }
            for (Future<?> delete : deletes) {
                delete.get(20, TimeUnit.SECONDS);
            }
            assertThat(runtime().list()).isEmpty();
        }
    }

    @Test
    void aPausedContainerIsDeletedAndAllOfItKilled() throws Exception {
        running();
        runtime().exec("one", OciBundle.exec("sleep 100000", true));
        List<Integer> all = runtime().processes("one");
        runtime().pause("one");

        assertThatThrownBy(() -> runtime().delete("one", false)).hasMessageContaining("not stopped: paused");
        runtime().delete("one", true);

        assertThat(all)
                .hasSize(2)
                .noneMatch(pid ->
                        ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent());
        assertThat(runtime().list()).isEmpty();
    }

    @Test
    void limitsOfCacheNeedAClassOfTheContainers() throws IOException {
        running();
        IntelRdt limits = new IntelRdt(Optional.empty(), List.of(), Optional.of("L3:0=f"), Optional.empty(), false);

        assertThatThrownBy(() -> runtime().update("one", limits)).hasMessageContaining("linux.intelRdt");
    }
}
