package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupVersion;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whoever is killed before its program has begun is said to have been, by what, and whether for want of memory. */
@NeedsRoot
@NeedsCgroups
class KilledOnTheWayTest {
    private static final int SIGSTOP = 19;
    private static final int SIGABRT = 6;
    private static final int SIGKILL = 9;
    private static final int SIGCONT = 18;
    /** The first page of its own that a child asks for is too much. */
    private static final long LITTLE = 4096;

    /** Enough, and so little that no child shares memory with the process that clones all. */
    private static final long PLENTY = 1024 * 1024;

    @RegisterExtension
    private final OpenContainers library = new OpenContainers();

    private Blueprint limited(long bytes) {
        return library.compile(Inside.sandbox("exit 0").memoryLimitBytes(bytes));
    }

    private static void assertOutOfMemory(org.assertj.core.api.ThrowableAssert.ThrowingCallable deed) {
        SpawnFailedException e = catchThrowableOfType(SpawnFailedException.class, deed);
        assertThat(e).hasMessageContaining("killed by signal 9 (out of memory)");
        assertThat(e.killedBy()).hasValue(SIGKILL);
        assertThat(e.hint()).hasValueSatisfying(hint -> assertThat(hint).contains("memory"));
    }

    @Test
    void aSpawnSaysThatItWasOutOfMemory() {
        try (Blueprint blueprint = limited(LITTLE)) {
            Launch plain = Launch.of(Stdio.nothing());
            assertOutOfMemory(() -> blueprint.spawn(plain));
            assertOutOfMemory(() -> blueprint.spawn(plain.id("named")));
            assertOutOfMemory(() -> blueprint.spawn(plain.limits(Limits.none().memoryBytes(LITTLE))));
        }
    }

    @Test
    void aSpawnInAUsedCgroupSaysItTooAndLeavesNothingOfItToTheNext() throws IOException {
        CgroupMounts mounts = CgroupMounts.read(Path.of("/"));
        assumeTrue(
                mounts.version("memory").filter(CgroupVersion.V1::equals).isPresent(),
                "version 2 makes a directory for each container");
        try (Blueprint blueprint = limited(PLENTY)) {
            assertThat(small(blueprint).isSuccess()).isTrue();
            Path limit = idle(Path.of(mounts.hierarchy("memory").orElseThrow().mountPoint()))
                    .resolve("memory.limit_in_bytes");
            assertThat(Patience.within(10, () -> isLimited(limit))).isTrue();
            assertOutOfMemory(() -> blueprint.spawn(Stdio.nothing()));
            Files.writeString(limit, Long.toString(PLENTY));

            ExitStatus after = small(blueprint);

            assertThat(after.isSuccess()).isTrue();
            assertThat(after.oomKilled()).isFalse();
        }
    }

    /** The kernel refuses while it has not uncharged what the container before has used. */
    private static boolean isLimited(Path limit) {
        try {
            Files.writeString(limit.resolveSibling("memory.force_empty"), "0");
            Files.writeString(limit, Long.toString(LITTLE));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static ExitStatus small(Blueprint blueprint) {
        try (Container container = blueprint.spawn(Stdio.nothing())) {
            return Inside.exit(container);
        }
    }

    /** The one that waits to serve again, as soon as the container before has left it. */
    private static Path idle(Path mount) {
        List<Path> found = new ArrayList<>();
        assertThat(Patience.within(10, () -> {
                    found.clear();
                    Holdings.directories(mount.resolve("libcontainer")).stream()
                            .filter(path -> path.getFileName().toString().startsWith("_c")
                                    && path.getParent().getFileName().toString().startsWith(Inside.owner() + "-")
                                    && Holdings.text(path.resolve("tasks")).isEmpty())
                            .forEach(found::add);
                    return found.size() == 1;
                }))
                .isTrue();
        return found.get(0);
    }

    @Test
    void aTakeNamesTheSignal() throws Exception {
        assertTakeNames(SIGABRT, Inside.bare("exit 0"));
        assertTakeNames(SIGKILL, Inside.sandbox("exit 0"));
    }

    private void assertTakeNames(int signal, ContainerSpecBuilder spec) throws Exception {
        try (Blueprint blueprint = library.compile(spec);
                ContainerPool pool = blueprint.pool(PoolOptions.of(1))) {
            assertThat(pool.awaitReady(1, Duration.ofSeconds(10))).isTrue();
            try (Fd sandbox = sandbox()) {
                Kernel.signal(sandbox.value(), SIGSTOP);
                Thread[] taker = new Thread[1];
                var taken = CompletableFuture.supplyAsync(() -> {
                    taker[0] = Thread.currentThread();
                    return pool.take(Stdio.nothing());
                });
                assertThat(Patience.within(10, () -> isIn(taker[0], "unpark"))).isTrue();
                TimeUnit.MILLISECONDS.sleep(100); // what it is to do has been sent

                Kernel.signal(sandbox.value(), signal);
                Kernel.signal(sandbox.value(), SIGCONT);

                ExecutionException e = catchThrowableOfType(ExecutionException.class, taken::get);
                assertThat(e.getCause()).hasMessageContaining("killed by signal " + signal + " ");
                assertThat(((SpawnFailedException) e.getCause()).killedBy()).hasValue(signal);
            }
        }
    }

    private static boolean isIn(Thread thread, String method) {
        return thread != null
                && Arrays.stream(thread.getStackTrace())
                        .anyMatch(frame -> frame.getMethodName().equals(method));
    }

    /** The one that waits in the pool. */
    private static Fd sandbox() {
        List<Long> helpers =
                new ArrayList<>(Processes.helpersOf(ProcessHandle.current().pid()));
        helpers.removeAll(Processes.spawners());
        helpers.removeAll(Processes.templates());
        assertThat(helpers).hasSize(1);
        return Kernel.pidfd((int) (long) helpers.get(0)).orElseThrow();
    }
}
