package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupVersion;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits that one launch has beside those of its blueprint hold from the program's first instruction on, or it never runs. */
@NeedsRoot
@NeedsCgroups
@Tag("vm")
class LaunchLimitsTest {
    private static final long MIB = 1 << 20;

    @RegisterExtension
    private final OpenContainers library = new OpenContainers();

    private Blueprint roomy(String verbs) {
        return library.compile(Inside.sandbox(verbs).memoryLimitBytes(256 * MIB).pidsLimit(100));
    }

    private static Launch limited(Limits limits) {
        return Launch.of(Stdio.capture()).limits(limits);
    }

    private static ExitStatus end(Container container) {
        try (container) {
            return Inside.exit(container);
        }
    }

    @Test
    void aTakenSandboxIsKilledAtItsOwnLimitAndNoOtherIs() throws Exception {
        try (Blueprint blueprint = roomy("memhog 64");
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(3).waitWhenEmpty(Pools.LONG))) {
            for (int i = 0; i < 3; i++) {
                assertThat(end(pool.take(limited(Limits.none().memoryBytes(16 * MIB))))
                                .oomKilled())
                        .isTrue();
                ExitStatus other = end(pool.take(Stdio.nothing()));
                assertThat(other.isSuccess()).as(other.toString()).isTrue();
            }
            assertThat(pool.figures().spawned()).isZero();
            assertThat(pool.figures().died()).isZero();
        }
    }

    @Test
    void aSpawnedContainerIsKilledAtItsOwnLimitAndNoOtherIs() {
        try (Blueprint blueprint = roomy("memhog 64")) {
            for (int i = 0; i < 3; i++) {
                assertThat(end(blueprint.spawn(limited(Limits.none().memoryBytes(16 * MIB))))
                                .oomKilled())
                        .isTrue();
                ExitStatus other = end(blueprint.spawn(Stdio.nothing()));
                assertThat(other.isSuccess()).as(other.toString()).isTrue();
            }
        }
    }

    private static void assertLimits(Container container, long memory, long pids) {
        assertThat(container.stats().orElseThrow().memory().limitBytes()).hasValue(memory);
        assertThat(container.stats().orElseThrow().pids().limit()).hasValue(pids);
    }

    @Test
    void whatTheLaunchDoesNotNameIsAsTheSpecHasIt() throws Exception {
        try (Blueprint blueprint = roomy("sleep 100000");
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(1))) {
            try (Container taken = pool.take(limited(Limits.none().pids(7)))) {
                assertLimits(taken, 256 * MIB, 7);
            }
            Launch named = limited(Limits.none().pids(8)).id("limited-launch").hostname("own");
            try (Container spawned = blueprint.spawn(named)) {
                assertLimits(spawned, 256 * MIB, 8);
            }
            try (Container next = blueprint.spawn(Stdio.nothing())) {
                assertLimits(next, 256 * MIB, 100);
            }
        }
    }

    @Test
    void whatCannotBeLimitedDoesNotRunAndChangesNobody() throws Exception {
        try (Blueprint blueprint = roomy("sleep 100000");
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(2).failWhenEmpty())) {
            Limits none = Limits.none().pids(7).cpuset("0-4095");
            assertThatThrownBy(() -> pool.take(limited(none)))
                    .isInstanceOf(UnsupportedByHostException.class)
                    .hasMessageContaining("linux.resources.cpu.cpus");
            assertThatThrownBy(() -> blueprint.spawn(limited(none)))
                    .isInstanceOf(UnsupportedByHostException.class)
                    .hasMessageContaining("linux.resources.cpu.cpus");

            assertThat(library.containers().runningCount()).isZero();
            try (Container taken = pool.take(Stdio.nothing())) {
                assertLimits(taken, 256 * MIB, 100);
            }
        }
    }

    @Test
    void aLaunchsLimitOfAKindThatTheSpecHasNotIsRefusedNamingIt() {
        try (Blueprint blueprint = library.compile(Inside.sandbox("exit 0").hostNetwork())) {
            assertThatThrownBy(() -> blueprint.spawn(limited(Limits.none().pids(7))))
                    .isInstanceOf(UnsupportedByHostException.class)
                    .hasMessageContaining("linux.resources.pids.limit: the container has no cgroup for this");
        }
    }

    @Test
    void aNameInUseIsRefusedAndItsOwnerLivesOn() {
        try (Blueprint blueprint = roomy("sleep 100000");
                Container first = blueprint.spawn(limited(Limits.none().pids(7)).cgroupName("mine"))) {
            assertThatThrownBy(
                            () -> blueprint.spawn(limited(Limits.none().pids(9)).cgroupName("mine")))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("EEXIST");
            assertThat(first.isAlive()).isTrue();
            assertLimits(first, 256 * MIB, 7);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4096, 65536})
    void hardlyAnyMemoryEndsOneLaunchAndNotTheLibrary(long bytes) throws Exception {
        List<Long> spawners = Processes.spawners();
        assertThat(spawners).isNotEmpty();
        try (Blueprint blueprint = roomy("pid");
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(1).waitWhenEmpty(Pools.LONG))) {
            Launch tight = limited(Limits.none().memoryBytes(bytes));
            assertEndsOrIsRefused(() -> pool.take(tight));
            assertEndsOrIsRefused(() -> blueprint.spawn(tight));
            assertThat(Processes.spawners()).containsAll(spawners); // a child has its name at first
            assertThat(Pools.see(pool, Pools.verbs("pid"))).isEqualTo("1\n");
            assertThat(Inside.see(blueprint, "pid").line()).isEqualTo("1");
        }
    }

    /** What version 1 refuses to write, version 2 sets, and kills the sandbox: a spawn instead would end likewise. */
    @Test
    void aTakeOnVersion2ThatStarvesItsSandboxSaysSoAndTakesNoOther() throws Exception {
        assumeTrue(
                CgroupMounts.read(Path.of("/"))
                        .version("memory")
                        .filter(CgroupVersion.V2::equals)
                        .isPresent(),
                "version 1 refuses a limit below what is used");
        try (Blueprint blueprint = roomy("pid");
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(2).waitWhenEmpty(Pools.LONG))) {
            assertThatThrownBy(() -> pool.take(limited(Limits.none().memoryBytes(4096))))
                    .isInstanceOf(UnsupportedByHostException.class)
                    .hasMessageContaining("too small even for a sandbox that waits")
                    .hasMessageContaining("give it a megabyte")
                    .satisfies(e ->
                            assertThat(((ContainerException) e).jsonPath()).hasValue("linux.resources.memory.limit"));

            assertThat(Pools.see(pool, Pools.verbs("pid"))).isEqualTo("1\n");
            assertThat(pool.figures().spawned()).isZero();
            assertThat(pool.figures().died()).as("of those that wait").isZero();
        }
    }

    private static void assertEndsOrIsRefused(java.util.function.Supplier<Container> launch) {
        try (Container container = launch.get()) {
            Inside.exit(container);
        } catch (SpawnFailedException | UnsupportedByHostException e) {
            assertThat(e.toString()).containsPattern("memory|killed|KILL");
        }
    }
}
