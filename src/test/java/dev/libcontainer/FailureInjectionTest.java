package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.spec.NamespaceType;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/**
 * Whichever step fails, the exception names it and nothing is left. The native library of the tests can be told which;
 * each plan is tried first without and then with its template.
 */
@NeedsRoot
class FailureInjectionTest {
    private static final ContainersOptions OPTIONS = ContainersOptions.DEFAULT.networkPoolSize(0);

    /** What came of the spawns of one blueprint that was told to fail. */
    private record Outcome(int step, List<Optional<Throwable>> spawns, List<String> leaked) {}

    private static ContainerSpec sandboxWithEverything() {
        ContainerSpecBuilder builder = Inside.sandbox("exit 0")
                .user(1000, 1000, 7L, 8L)
                .umask(027)
                .oomScoreAdj(500)
                .sysctl("net.ipv4.ip_forward", "0")
                .sysctl("kernel.shmmni", "100")
                .rlimit("RLIMIT_CORE", 0, 0)
                .capabilities(java.util.Set.of("CAP_CHOWN", "CAP_NET_BIND_SERVICE"))
                .memoryLimitBytes(64 << 20)
                .pidsLimit(32)
                .cpus(0.5);
        return Amended.of(builder)
                .with("domainname", "'example'")
                .with("process.scheduler", "{'policy': 'SCHED_BATCH', 'nice': 5}")
                .with("process.ioPriority", "{'class': 'IOPRIO_CLASS_BE', 'priority': 6}")
                .with("process.capabilities.inheritable", "['CAP_CHOWN']")
                .with("process.capabilities.ambient", "['CAP_CHOWN']")
                .with("linux.personality", "{'domain': 'LINUX'}")
                .with("linux.timeOffsets", "{'boottime': {'secs': 10}}")
                .with("linux.devices", "[{'type': 'p', 'path': '/dev/pipe', 'uid': 5, 'gid': 6}]")
                .plus("mounts", "{'destination': '/mnt', 'type': 'tmpfs', 'source': 'tmpfs', 'options': ['rslave']}")
                .build();
    }

    private static ContainerSpec userNamespace() {
        return Amended.of(Inside.sandbox("exit 0"))
                .plus("linux.namespaces", "{'type': 'user'}")
                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 65536}]")
                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 65536}]")
                .build();
    }

    @Test
    void anyStepOfASandboxWithEverythingCanFail() {
        assertThat(problems(sandboxWithEverything(), OPTIONS)).isEmpty();
    }

    @Test
    void anyStepOfAUserNamespaceCanFail() {
        assertThat(problems(userNamespace(), OPTIONS)).isEmpty();
    }

    @Test
    void anyStepOfAContainerThatJoinsNamespacesCanFail() {
        ContainerSpec spec = Inside.bare("exit 0")
                .join(NamespaceType.NETWORK, "/proc/self/ns/net")
                .join(NamespaceType.UTS, "/proc/self/ns/uts")
                .build();

        assertThat(problems(spec, OPTIONS)).isEmpty();
    }

    @Test
    void anyStepWithoutIsolationCanFail() {
        assertThat(problems(Inside.bare("exit 0").build(), OPTIONS)).isEmpty();
    }

    @Test
    void anyStepOfTheInProcessEngineCanFail() {
        ContainersOptions inProcess = OPTIONS.engine(ContainersOptions.EngineKind.IN_PROCESS);

        ContainerSpec spec = Inside.sandbox("exit 0")
                .namespaces(EnumSet.of(NamespaceType.MOUNT, NamespaceType.PID))
                .cgroup()
                .build();

        assertThat(problems(spec, inProcess)).isEmpty();
    }

    private static List<String> problems(ContainerSpec spec, ContainersOptions options) {
        String plan;
        try (Containers containers = Containers.open(options)) {
            plan = containers.explain(spec);
        }
        List<String> steps =
                plan.lines().filter(line -> line.matches(" +\\d+  .*")).toList();
        List<String> problems = new ArrayList<>();
        boolean obeyed = false;
        for (int i = 0; i < steps.size(); i++) {
            Outcome outcome = failAt(i, spec, options);
            obeyed |= outcome.spawns().stream().anyMatch(Optional::isPresent);
            problems.addAll(problems(steps.get(i), outcome, options));
        }
        assumeTrue(obeyed, "the native library was built without fault injection");
        return problems;
    }

    private static Outcome failAt(int step, ContainerSpec spec, ContainersOptions options) {
        List<Optional<Throwable>> spawns = new ArrayList<>();
        LeakAudit.Running audit = LeakAudit.begin();
        try (Containers containers = Containers.open(options.failAtStep(step));
                Blueprint blueprint = containers.compile(spec)) {
            for (int i = 0; i < 2; i++) {
                Stdio stdio = Stdio.terminal(Stdio.TerminalSize.DEFAULT);
                try (Container container = blueprint.spawn(stdio)) {
                    assertThat(Inside.exit(container).isSuccess()).isTrue();
                    spawns.add(Optional.empty());
                } catch (RuntimeException | AssertionError e) {
                    spawns.add(Optional.of(e));
                }
            }
        }
        return new Outcome(step, spawns, audit.leaked());
    }

    private static List<String> problems(String step, Outcome outcome, ContainersOptions options) {
        List<String> problems = new ArrayList<>();
        outcome.leaked().forEach(leak -> problems.add(step + ": leaked " + leak));
        for (int i = 0; i < outcome.spawns().size(); i++) {
            String where = step + ", spawn " + (i + 1) + ": ";
            if (outcome.spawns().get(i).isEmpty()) {
                boolean template = i > 0 && options.engine() == ContainersOptions.EngineKind.SPAWNER;
                if (template || !step.contains("(template only)")) {
                    problems.add(where + "did not fail");
                }
            } else {
                problem(outcome.spawns().get(i).get(), outcome.step()).ifPresent(p -> problems.add(where + p));
            }
        }
        return problems;
    }

    private static Optional<String> problem(Throwable thrown, int step) {
        boolean right = thrown instanceof SpawnFailedException e
                && e.step().equals(OptionalInt.of(step))
                && e.errno().equals(Optional.of("ENOTRECOVERABLE (State not recoverable)"));
        return right ? Optional.empty() : Optional.of(thrown.toString());
    }
}
