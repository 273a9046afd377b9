package dev.libcontainer.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.NeedsRoot;
import dev.libcontainer.kernel.Fd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@NeedsRoot
class NetworkNamespacePoolTest {
    private static final int SIZE = 4;
    private static final int ATTEMPTS = 5000;

    private static void awaitFull(NetworkNamespacePool pool) throws InterruptedException {
        for (int i = 0; i < ATTEMPTS && pool.available() < SIZE; i++) {
            Thread.sleep(1);
        }
        assertThat(pool.available()).isEqualTo(SIZE);
    }

    @Test
    void isFilledAgainHoweverManyAreTaken() throws Exception {
        List<Fd> taken = new ArrayList<>();
        try (var pool = new NetworkNamespacePool(SIZE)) {
            for (int takes = 1; takes <= SIZE; takes++) {
                awaitFull(pool);
                for (int i = 0; i < takes; i++) {
                    pool.poll().ifPresent(taken::add);
                }
            }
            awaitFull(pool);
            Thread.sleep(20);
            assertThat(pool.available()).isEqualTo(SIZE);

            assertThat(taken).hasSize(1 + 2 + 3 + 4);
            assertThat(taken.stream().map(NetworkNamespacePoolTest::inode).distinct())
                    .hasSameSizeAs(taken)
                    .doesNotContain(target(Path.of("/proc/self/ns/net")));
        } finally {
            taken.forEach(Fd::close);
        }
    }

    @Test
    void whoFindsItEmptyIsToldSoAndNeverKeptWaiting() throws Exception {
        List<Fd> taken = new ArrayList<>();
        try (var pool = new NetworkNamespacePool(SIZE)) {
            awaitFull(pool);
            Optional<Fd> one = pool.poll();
            for (int i = 0; i < 100 * SIZE && one.isPresent(); i++) { // faster than they can be made
                taken.add(one.get());
                one = pool.poll();
            }
            assertThat(one).isEmpty();
            awaitFull(pool);
        } finally {
            taken.forEach(Fd::close);
        }
    }

    private static String inode(Fd fd) {
        return target(Path.of("/proc/self/fd/" + fd.value()));
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
