package dev.libcontainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sandboxes made ahead: what they are given, and what they are not. */
@NeedsRoot
@Tag("vm")
class ContainerPoolTest {
    @Test
    void aTakenSandboxRunsWhatItIsGiven() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 7").build());
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(2).waitWhenEmpty(Pools.LONG))) {
            assertThat(Pools.see(pool, Pools.verbs("args one two"))).isEqualTo("one\ntwo\n");
            assertThat(Pools.see(pool, Pools.verbs("env").env(List.of("A=1", "B=2"))))
                    .isEqualTo("A=1\nB=2\n");
            assertThat(Pools.see(pool, Pools.verbs("cwd").cwd("/usr"))).isEqualTo("/usr\n");
            try (Container asCompiled = pool.take(Launch.of(Stdio.nothing()).id("mine"))) {
                assertThat(asCompiled.id()).isEqualTo("mine");
                assertThat(Inside.exit(asCompiled).code()).isEqualTo(7);
            }
            assertThat(pool.figures().spawned()).isZero();
        }
    }

    @Test
    void aTakenSandboxIsAsIsolatedAsASpawnedOne() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Inside.sandbox("ids")
                        .memoryLimitBytes(64L << 20)
                        .pidsLimit(9)
                        .build());
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(2).waitWhenEmpty(Pools.LONG))) {
            for (String verb : List.of(
                    "ids groups caps seccomp nnp",
                    "pid ppid sid fds signals",
                    "umask cwd pdeathsig nice sched ioprio oom personality affinity",
                    "rlimit NOFILE",
                    "mounts",
                    "hostname",
                    "mount-try")) {
                for (String one : verb.startsWith("rlimit") ? List.of(verb) : List.of(verb.split(" "))) {
                    assertThat(comparable(Pools.see(pool, Pools.verbs(one))))
                            .as(one)
                            .isEqualTo(comparable(spawned(blueprint, one)));
                }
            }
        }
    }

    /** Without inodes, and /sys last: it is mounted ahead of the rest where a network was ready in time. */
    private static List<String> comparable(String text) {
        return text.replaceAll("\\[\\d+]", "[]")
                .replaceAll("(?m)^\\d+ \\d+ \\d+:\\d+ ", "")
                .lines()
                .sorted(Comparator.comparing(line -> line.startsWith("/sys"))) // stable
                .toList();
    }

    private static String spawned(Blueprint blueprint, String verb) {
        Inside.Seen seen = Inside.see(blueprint, verb);
        assertThat(seen.exit().isSuccess()).as(seen.toString()).isTrue();
        return seen.output();
    }

    /** An unshared time namespace an exec enters from Linux 6.3 on; before it, whoever has not may not vfork. */
    @Test
    void aTakenSandboxIsInItsTimeNamespaceAndMayVfork() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build());
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(2).waitWhenEmpty(Pools.LONG))) {
            Launch links = Launch.of(Stdio.capture())
                    .args("/usr/bin/readlink", "/proc/self/ns/time", "/proc/self/ns/time_for_children");
            List<String> namespaces = Pools.see(pool, links).lines().toList();
            assertThat(namespaces).hasSize(2).doesNotContain(Processes.link("/proc/self/ns/time"));
            assertThat(namespaces.get(0)).isEqualTo(namespaces.get(1));

            assertThat(Pools.see(
                            pool, Launch.of(Stdio.capture()).args("/bin/sh", "-c", "/usr/bin/env true; echo started")))
                    .isEqualTo("started\n");
            assertThat(pool.figures().spawned()).isZero();
        }
    }

    @Test
    void noSandboxServesTwice() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build());
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(4).waitWhenEmpty(Pools.LONG))) {
            Set<Long> pids = new HashSet<>();
            for (int i = 0; i < 40; i++) {
                try (Container container = pool.take(Launch.of(Stdio.nothing()))) {
                    assertThat(pids.add(container.pid())).isTrue();
                    assertThat(Inside.exit(container).isSuccess()).isTrue();
                }
            }
            assertThat(pool.figures().taken()).isEqualTo(40);
        }
    }

    @Test
    void streamsOfEveryKindReachATakenSandbox() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build());
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(2))) {
            try (Container container = pool.take(Launch.of(Stdio.pipes()).args(Inside.verbs("stdin")))) {
                try (var in = container.stdin()) {
                    in.write("through the pipe".getBytes(UTF_8));
                }
                assertThat(new String(container.stdout().readAllBytes(), UTF_8)).isEqualTo("through the pipe");
                assertThat(Inside.exit(container).isSuccess()).isTrue();
            }
        }
    }

    @Test
    void aProgramThatIsNotThereIsTheTakersToHear() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build());
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(1).waitWhenEmpty(Pools.LONG))) {
            assertThatThrownBy(() -> pool.take(Launch.of(Stdio.pipes()).args("/missing")))
                    .isInstanceOf(SpawnFailedException.class)
                    .hasMessageContaining("execve")
                    .satisfies(
                            e -> assertThat(((SpawnFailedException) e).errno().orElseThrow())
                                    .startsWith("ENOENT"));
            assertThatThrownBy(() -> pool.take(Launch.of(Stdio.nothing()).cwd("/nowhere")))
                    .isInstanceOf(SpawnFailedException.class)
                    .hasMessageContaining("await task");
            assertThatThrownBy(() -> pool.take(Launch.of(Stdio.nothing()).cwd("relative")))
                    .isInstanceOf(InvalidSpecException.class);
        }
    }

    @Test
    void whatASandboxCannotBeGivenIsSpawned() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("hostname").build());
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(1))) {
            assertThat(Pools.see(pool, Launch.of(Stdio.capture()).hostname("other")))
                    .isEqualTo("other\n");
            assertThat(pool.figures().spawned()).isEqualTo(1);
            assertThat(pool.figures().taken()).isZero();
        }
    }

    @Test
    void aSandboxThatWaitsHoldsNothingOfTheHostsAndCannotBeRead() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build());
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(1))) {
            String proc = "/proc/" + Pools.waiting().get(0);
            List<String> open = new ArrayList<>();
            try (var fds = Files.newDirectoryStream(Path.of(proc, "fd"))) {
                fds.forEach(fd -> open.add(Processes.link(fd.toString()).replaceAll("\\d+", "#")));
            }
            assertThat(open).containsExactlyInAnyOrder("/dev/null", "/dev/null", "/dev/null", "socket:[#]");
            Map<String, String> status = new ConcurrentHashMap<>();
            Holdings.lines(Path.of(proc, "status"))
                    .forEach(line -> status.put(line.split(":")[0], line.split(":", 2)[1].strip()));
            assertThat(status).containsEntry("NoNewPrivs", "1").containsEntry("Seccomp", "2");
            assertThat(Holdings.lines(Path.of(proc, "maps"))).noneMatch(line -> line.contains("lc:arena"));
        }
    }

    @Test
    void aSandboxThatWaitsIsNotDumpableWhateverItsUser() throws Exception {
        Amended mapped = Amended.of(Inside.sandbox("sleep 100000"))
                .plus("linux.namespaces", "{'type': 'user'}")
                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 65536}]")
                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 200000, 'size': 65536}]");
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(mapped.build());
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(1).perSecond(0.01))) {
            long pid = Pools.waiting().get(0);
            assertThat(owner(pid))
                    .as("of what belongs to root when its process is not dumpable")
                    .isZero();

            try (Container taken = pool.take(Stdio.nothing())) {
                assertThat(taken.pid()).isEqualTo(pid);
                assertThat(owner(pid)).isEqualTo(100_000);
            }
        }
    }

    private static int owner(long pid) throws java.io.IOException {
        return (int) Files.getAttribute(Path.of("/proc/" + pid + "/mem"), "unix:uid");
    }

    @Test
    void aFilterThatWouldNotLetASandboxStartIsLoadedAfterTheWaitOrRefused() throws Exception {
        String strict = "{'defaultAction': 'SCMP_ACT_ALLOW', 'syscalls': [{'names': ['recvmsg', 'munmap'],"
                + " 'action': 'SCMP_ACT_KILL_PROCESS'}]}";
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Amended.of(Inside.sandbox("seccomp"))
                        .with("linux.seccomp", strict)
                        .build());
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(1))) {
            List<String> waits =
                    Holdings.lines(Path.of("/proc/" + Pools.waiting().get(0) + "/status"));
            assertThat(waits).contains("Seccomp:\t0");
            assertThat(Pools.see(pool, Launch.of(Stdio.capture()))).isEqualTo(spawned(blueprint, "seccomp"));
            assertThat(pool.figures().taken()).isEqualTo(1);

            ContainerSpec privileged = Amended.of(Inside.sandbox("seccomp"))
                    .with("linux.seccomp", strict)
                    .with("process.noNewPrivileges", "false")
                    .build();
            try (Blueprint other = containers.compile(privileged)) {
                assertThatThrownBy(() -> other.pool(PoolOptions.of(1)))
                        .isInstanceOf(InvalidSpecException.class)
                        .hasMessageContaining("linux.seccomp")
                        .hasMessageContaining("munmap");
            }
        }
    }

    @Test
    void aSandboxThatRunsOutOfMemoryTakesNobodyWithIt() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint tight = containers.compile(
                        Inside.sandbox("memhog 64").memoryLimitBytes(4L << 20).build());
                ContainerPool pool = Pools.full(tight, PoolOptions.of(3).failWhenEmpty())) {
            Set<Long> others = new HashSet<>(Pools.waiting());
            try (Container container = pool.take(Stdio.nothing())) {
                others.remove(container.pid());
                assertThat(Inside.exit(container).oomKilled()).isTrue();
            }
            assertThat(Pools.waiting()).containsAll(others);
            assertThat(pool.figures().died()).isZero();
        }
    }

    @Test
    @Tag("not-vm")
    void manyThreadsTakeFromOnePool() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(
                        Inside.sandbox("exit 0").pidsLimit(20).build());
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(16).lowWater(8))) {
            inThreads(Executors.newFixedThreadPool(8), 8, pool);
            PoolFigures figures = pool.figures();
            assertThat(figures.taken() + figures.spawned()).isEqualTo(8 * 50);
            assertThat(figures.taken()).isGreaterThan(16);
            assertThat(containers.runningCount()).isZero();
        }
    }

    @Test
    void virtualThreadsTakeFromOnePool() throws Exception {
        ExecutorService threads;
        try {
            threads = (ExecutorService)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (NoSuchMethodException e) {
            org.junit.jupiter.api.Assumptions.abort("this JDK has no virtual threads");
            return;
        }
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build());
                ContainerPool pool = Pools.full(blueprint, PoolOptions.of(16).waitWhenEmpty(Pools.LONG))) {
            inThreads(threads, 20, pool);
            assertThat(pool.figures().taken()).isEqualTo(20 * 50);
        }
    }

    private static void inThreads(ExecutorService threads, int count, ContainerPool pool) throws Exception {
        List<Future<?>> all = new ArrayList<>();
        for (int t = 0; t < count; t++) {
            int mine = t;
            all.add(threads.submit(() -> {
                for (int i = 0; i < 50; i++) {
                    String word = mine + "-" + i;
                    assertThat(Pools.see(pool, Pools.verbs("args " + word))).isEqualTo(word + "\n");
                }
            }));
        }
        for (Future<?> each : all) {
            each.get(Patience.seconds(60), TimeUnit.SECONDS);
        }
        threads.shutdown();
    }

    @Test
    void theInProcessEngineHasNoPools() {
        ContainersOptions inProcess = ContainersOptions.DEFAULT.engine(ContainersOptions.EngineKind.IN_PROCESS);
        try (Containers containers = Containers.open(inProcess);
                Blueprint blueprint = containers.compile(Inside.bare("exit 0").build())) {
            assertThatThrownBy(() -> blueprint.pool(PoolOptions.of(1))).isInstanceOf(UnsupportedByHostException.class);
        }
    }
}
