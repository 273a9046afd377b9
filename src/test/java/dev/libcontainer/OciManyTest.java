package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.runtime.OciException;
import dev.libcontainer.runtime.OciRuntime;
import dev.libcontainer.runtime.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many calls of the OCI runtime at once. */
@NeedsRoot
class OciManyTest {
    private OciBundle bundle;

    @BeforeEach
    void open() throws IOException {
        bundle = new OciBundle();
    }

    @AfterEach
    void close() throws IOException {
        bundle.close();
    }

    private OciRuntime runtime() {
        return bundle.runtime;
    }

    private void create(String id, String verbs) throws IOException {
        runtime().create(id, bundle.runs(verbs).options());
    }

    @Test
    void manyExecsAtOnceAllArrive() throws Exception {
        create("one", "sleep 100000");
        runtime().start("one");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int code = i;
            all.add(threads.submit(() -> runtime().exec("one", OciBundle.exec("exit " + code, false))));
        }
        for (int i = 0; i < 40; i++) {
            assertThat(all.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(i);
        }
        threads.shutdown();
    }

    @Test
    void aHundredContainersAreCreatedAtOnce() throws Exception {
        bundle.runs("sleep 100000");
        ExecutorService threads = Executors.newFixedThreadPool(16);
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String id = "c" + i;
            all.add(threads.submit(() -> {
                runtime().create(id, bundle.options());
                runtime().start(id);
            }));
        }
        for (Future<?> each : all) {
            each.get(50, TimeUnit.SECONDS);
        }
        assertThat(runtime().list()).hasSize(100).allMatch(state -> state.status() == Status.RUNNING);
        all.clear();
        for (int i = 0; i < 100; i++) {
            String id = "c" + i;
            all.add(threads.submit(() -> runtime().delete(id, true)));
        }
        for (Future<?> each : all) {
            each.get(50, TimeUnit.SECONDS);
        }
        threads.shutdown();
        assertThat(runtime().list()).isEmpty();
    }

    @Test
    void onlyOneOfManyCreatesGetsTheId() throws Exception {
        bundle.runs("sleep 100000");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        List<Future<Boolean>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(threads.submit(() -> {
                try {
                    runtime().create("one", bundle.options());
                    return true;
                } catch (OciException e) {
                    assertThat(e).hasMessageContaining("already exists");
                    return false;
                }
            }));
        }
        int made = 0;
        for (Future<Boolean> each : all) {
            made += each.get(30, TimeUnit.SECONDS) ? 1 : 0;
        }
        threads.shutdown();
        assertThat(made).isEqualTo(1);
    }
}
