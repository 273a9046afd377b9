package dev.libcontainer.runtime;

import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.kernel.SpawnException;
import dev.libcontainer.plan.Binding;
import dev.libcontainer.plan.Plan;
import dev.libcontainer.plan.Wishes;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Namespace;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Root;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.SpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** One exec: a process that joins the namespaces and cgroups of a container's first one. */
final class Execution implements AutoCloseable {
    private static final int LONGEST_END_MILLIS = 500;

    private final Spawner spawner;
    private final StoredContainer container;
    private final Bundle bundle;
    private final ExecOptions exec;
    private Optional<EnteredCgroups> entered = Optional.empty();

    Execution(Spawner spawner, StoredContainer container, Bundle bundle, ExecOptions exec) {
        this.spawner = spawner;
        this.container = container;
        this.bundle = bundle;
        this.exec = exec;
    }

    /** Starts it; the call's fds are then the caller's. */
    void run(dev.libcontainer.spec.Process process, SpawnCall call) {
        Plan plan = spawner.compile(spec(process), Wishes.of(life()).withExec(true));
        try (Spawner.Spawning spawning = spawner.begin(plan, call, this::bind)) {
            while (spawning.isWaiting()) {
                new SeccompListener(bundle, call).handOver(container.state(Status.RUNNING));
                spawning.proceed();
            }
        } catch (SpecException e) { // its namespaces are found by its pid
            if (!isOnItsWayOut()) {
                throw e;
            }
            throw new OciException("cannot exec in a stopped container: it has just ended", e);
        } catch (SpawnException e) {
            throw Spawner.failure("exec " + container.id(), plan, e);
        }
    }

    /** A process that ends has lost its namespaces a moment before it is seen to be gone. */
    private boolean isOnItsWayOut() {
        for (int i = 0; i < LONGEST_END_MILLIS && container.process().lives(); i++) {
            LockSupport.parkNanos(1_000_000);
        }
        return !container.process().lives();
    }

    private Spec spec(dev.libcontainer.spec.Process process) {
        List<Namespace> joined = new ArrayList<>();
        Optional<Linux> linux = bundle.spec().linux();
        for (Namespace namespace : linux.map(Linux::namespaces).orElse(List.of())) {
            NamespaceType type = namespace.type();
            String file = "/proc/" + container.process().pid() + "/ns/" + type.procName();
            joined.add(new Namespace(type, Optional.of(file)));
        }
        Linux inside = Linux.of(joined);
        return new Spec(
                bundle.spec().ociVersion(),
                Optional.of(new Root("/", false)),
                List.of(),
                Optional.of(process),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.of(
                        linux.flatMap(Linux::seccomp).map(inside::withSeccomp).orElse(inside)));
    }

    private Wishes.Life life() {
        ContainerCgroup whole = ContainerCgroup.open(spawner.mounts(), container.cgroups());
        Map<String, String> paths = exec.subCgroups().isEmpty()
                ? EnteredCgroups.besideFirst(
                        spawner.mounts(), whole.paths(), container.process().pid())
                : whole.subCgroup(exec.subCgroups()).paths();
        EnteredCgroups cgroups = new EnteredCgroups(spawner.mounts(), paths);
        entered = Optional.of(cgroups);
        return new Wishes.Life(false, false, Optional.empty(), exec.preservedFds(), cgroups.wishes());
    }

    private int bind(Binding binding) {
        if (binding instanceof Binding.ReadyCgroup ready) {
            return entered.orElseThrow().fd(ready);
        }
        if (binding instanceof Binding.PreservedFd preserved) {
            return preserved.number();
        }
        throw new IllegalArgumentException("an exec does not bind " + binding);
    }

    @Override
    public void close() {
        entered.ifPresent(EnteredCgroups::close);
    }
}
