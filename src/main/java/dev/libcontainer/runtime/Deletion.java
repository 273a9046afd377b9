package dev.libcontainer.runtime;

import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.cgroup.Hierarchy;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.spec.Hooks;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Namespace;
import dev.libcontainer.spec.NamespaceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** The end of a container: what still runs is killed, its cgroups and its state go, poststop hooks are told. */
final class Deletion {
    private static final int SIGKILL = 9;
    private static final Duration DEATH_AT_MOST = Duration.ofSeconds(10);
    private static final long PAUSE_NANOS = 1_000_000;

    private final RuntimeOptions options;
    private final StateStore store;
    private final StoredContainer container;

    Deletion(RuntimeOptions options, StateStore store, StoredContainer container) {
        this.options = options;
        this.store = store;
        this.container = container;
    }

    /** Ends its processes and waits until the first one is gone. */
    void kill() {
        Signals.send(container.process(), SIGKILL);
        if (bundle().filter(Deletion::ownsPids).isEmpty()) {
            cgroup().kill(SIGKILL);
        } else if (cgroup().frozen()) {
            cgroup().thaw(); // or it would never see the signal (version 1)
        }
        thawElsewhere();
        long end = System.nanoTime() + DEATH_AT_MOST.toNanos();
        while (container.process().lives()) {
            if (System.nanoTime() > end) {
                throw new OciException("container " + container.id() + " does not die: process "
                        + container.process().pid() + " is still there after " + DEATH_AT_MOST.toSeconds() + " s");
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Somebody may have moved it to a frozen cgroup (version 1), where it would never see the signal. */
    private void thawElsewhere() {
        try {
            for (String line :
                    Files.readAllLines(Path.of("/proc/" + container.process().pid() + "/cgroup"))) {
                String[] parts = line.split(":", 3);
                Optional<Hierarchy> freezer = CgroupMounts.read(Path.of("/")).hierarchy("freezer");
                if (parts[1].equals("freezer") && freezer.isPresent()) {
                    Path state = Path.of(freezer.get().directory(parts[2]), "freezer.state");
                    if (Files.exists(state) && Files.readString(state).startsWith("FR")) { // FREEZING or FROZEN
                        Files.writeString(state, "THAWED");
                    }
                }
            }
        } catch (IOException e) {
            return; // it is gone, or there is nothing that could hold it
        }
    }

    /** A first process that this JVM has cloned would stay a zombie for as long as the JVM lives. */
    private void reap() {
        if (container.process().pid() == 0) {
            return; // its maker was killed before it was cloned
        }
        Spawner.loadKernel();
        Kernel.pidfd(container.process().pid()).ifPresent(pidfd -> {
            Spawner.await(pidfd.value(), 0);
            pidfd.close();
        });
    }

    private ContainerCgroup cgroup() {
        return ContainerCgroup.open(CgroupMounts.read(Path.of("/")), container.cgroups());
    }

    /** Takes down what is left of a container whose first process is gone. */
    void destroy(Supplier<Spawner> spawner) {
        ContainerCgroup cgroup = cgroup();
        Optional<Bundle> bundle = bundle();
        reap();
        if (!container.cgroups().isEmpty()) {
            removeCgroup(cgroup, bundle.isPresent() && ownsPids(bundle.get()));
        }
        try {
            bundle.flatMap(b -> b.spec().hooks())
                    .map(Hooks::poststop)
                    .filter(hooks -> !hooks.isEmpty())
                    .ifPresent(hooks -> new HostHooks(spawner.get(), container.bundle(), options.environment())
                            .run(hooks, "hooks.poststop", StateText.state(container.state(Status.STOPPED))));
        } catch (OciException e) {
            options.warnings().accept(String.valueOf(e.getMessage())); // runtime.md: logged, and the life goes on
        }
        container.removeResctrl(options.warnings());
        store.remove(container.id());
    }

    /** A first process with a pid namespace of its own has taken all others with it: who is left is somebody else's. */
    private void removeCgroup(ContainerCgroup cgroup, boolean endsEmpty) {
        if (!endsEmpty) {
            cgroup.kill(SIGKILL);
        }
        SystemdScope.stop(options, container);
        try {
            cgroup.remove();
        } catch (CgroupException e) {
            if (!endsEmpty) {
                throw e;
            }
            options.warnings().accept(String.valueOf(e.getMessage()));
        }
    }

    /** A container that was never quite made may have no readable configuration. */
    private Optional<Bundle> bundle() {
        try {
            return Optional.of(Bundle.of(container.bundle(), store.config(container.id())));
        } catch (RuntimeException e) {
            options.warnings().accept(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private static boolean ownsPids(Bundle bundle) {
        return bundle.spec().linux().map(Linux::namespaces).orElse(java.util.List.of()).stream()
                .filter(namespace -> namespace.type() == NamespaceType.PID)
                .map(Namespace::path)
                .anyMatch(Optional::isEmpty);
    }
}
