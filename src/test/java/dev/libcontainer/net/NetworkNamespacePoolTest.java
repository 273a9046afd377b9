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
import java.util.stream.Stream;
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

    @Test
    void whatWasJoinedIsLetGoInAQuietMoment() throws Exception {
        long before = networks();
        try (var pool = new NetworkNamespacePool(SIZE)) {
            awaitFull(pool);
            for (int i = 0; i < SIZE; i++) {
                pool.giveBack(pool.poll().orElseThrow());
            }
            for (int i = 0; i < ATTEMPTS && (networks() != before + SIZE || pool.available() < SIZE); i++) {
                Thread.sleep(1);
            }
            assertThat(networks()).as("those that are ready").isEqualTo(before + SIZE);
        }
        assertThat(networks()).isEqualTo(before);
    }

    @Test
    void noMoreOfThemAreHeldThanThePoolIsLarge() throws Exception {
        long before = networks();
        int given = 0;
        long most = 0;
        try (var pool = new NetworkNamespacePool(SIZE)) {
            awaitFull(pool);
            for (int i = 0; i < ATTEMPTS && given < 10 * SIZE; i++) { // never a quiet moment
                Optional<Fd> taken = pool.poll();
                taken.ifPresent(pool::giveBack);
                given += taken.isPresent() ? 1 : 0;
                most = Math.max(most, networks());
            }
        }
        assertThat(given).isEqualTo(10 * SIZE);
        assertThat(most - before).isLessThanOrEqualTo(SIZE + 2 * SIZE);
        assertThat(networks()).isEqualTo(before);
    }

    @Test
    void whatComesBackToAClosedPoolIsClosed() throws Exception {
        long before = networks();
        var pool = new NetworkNamespacePool(SIZE);
        awaitFull(pool);
        Fd taken = pool.poll().orElseThrow();
        pool.close();
        assertThat(networks()).isEqualTo(before + 1);
        pool.giveBack(taken);
        assertThat(networks()).isEqualTo(before);
    }

    /** How many network namespaces this process has open. */
    private static long networks() throws IOException {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.filter(fd -> Files.isSymbolicLink(fd) && target(fd).startsWith("net:["))
                    .count();
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
