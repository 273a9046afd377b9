package dev.libcontainer.runtime;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.kernel.Engine;
import dev.libcontainer.kernel.Exit;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.HeldSpawn;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.Probe;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.kernel.SpawnException;
import dev.libcontainer.plan.Binding;
import dev.libcontainer.plan.Plan;
import dev.libcontainer.plan.PlanCompiler;
import dev.libcontainer.plan.Slot;
import dev.libcontainer.plan.Wishes;
import dev.libcontainer.report.JoinedNamespaces;
import dev.libcontainer.report.SpawnText;
import dev.libcontainer.report.ThisHost;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.SpecException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Compiles and spawns plans that are spawned once. Opened by the first operation that needs native code. */
final class Spawner implements AutoCloseable {
    private static final int SIGKILL = 9;
    private static final long REAP_MICROS = 5_000_000;

    private final Engine engine;
    private final CgroupMounts mounts;
    private final PlanCompiler compiler;
    private final long capabilities;

    private Spawner(Engine engine, CgroupMounts mounts, PlanCompiler compiler, long capabilities) {
        this.capabilities = capabilities;
        this.engine = engine;
        this.mounts = mounts;
        this.compiler = compiler;
    }

    static Spawner open() {
        loadKernel();
        Probe probe = Kernel.probe();
        List<String> missing = ThisHost.missing(probe);
        if (!missing.isEmpty()) {
            throw new OciException("kernel " + probe.release() + " lacks " + String.join(", ", missing));
        }
        CgroupMounts mounts = CgroupMounts.read(Path.of("/"));
        try {
            return new Spawner(
                    Engine.open(Engine.Kind.SPAWNER),
                    mounts,
                    new PlanCompiler(ThisHost.facts(probe, mounts)),
                    probe.capabilities());
        } catch (SpawnException e) {
            throw new OciException(e.report().place() + " failed: " + e.report().error(), e);
        }
    }

    static void loadKernel() {
        try {
            Kernel.load();
        } catch (IllegalStateException e) {
            throw new OciException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The capabilities that can be given to a container: all of them, if it has a user namespace of its own. */
    long grantable(Spec spec) {
        boolean ownUsers =
                spec.linux().flatMap(l -> l.namespace(NamespaceType.USER)).isPresent();
        return ownUsers ? -1 : capabilities;
    }

    CgroupMounts mounts() {
        return mounts;
    }

    Plan compile(Spec spec, Wishes wishes) {
        return compiler.compile(spec, wishes);
    }

    /** A spawn under way, and what it holds until it is over. */
    final class Spawning implements AutoCloseable {
        private final Plan plan;
        private final long loaded;
        private final List<Fd> held = new ArrayList<>();
        private Optional<Fd> template = Optional.empty();
        private int templatePidfd = -1;
        private Optional<HeldSpawn> spawn = Optional.empty();

        private Spawning(Plan plan) {
            this.plan = plan;
            this.loaded = engine.load(plan.encode());
        }

        private HeldSpawn begun() {
            return spawn.orElseThrow();
        }

        boolean isWaiting() {
            return begun().isWaiting();
        }

        SpawnCall call() {
            return begun().call();
        }

        void proceed() {
            begun().proceed();
        }

        @Override
        public void close() {
            spawn.ifPresent(HeldSpawn::close);
            template.ifPresent(Fd::close);
            if (templatePidfd >= 0) {
                Kernel.signal(templatePidfd, SIGKILL);
                Kernel.await(templatePidfd, REAP_MICROS);
                Kernel.close(templatePidfd);
            }
            held.forEach(Fd::close);
            engine.unload(loaded);
        }
    }

    /**
     * Begins a spawn.
     *
     * @param call with its streams bound
     * @param fds what to bind a slot to; borrowed
     * @throws SpawnException with the step that failed; nothing is left
     */
    Spawning begin(Plan plan, SpawnCall call, Function<Binding, Integer> fds) {
        Spawning spawning = new Spawning(plan);
        boolean done = false;
        try {
            for (Map.Entry<Slot, Binding> entry : plan.bindings().entrySet()) {
                int position = entry.getKey().index() - Plan.FIRST_REQUEST_SLOT;
                call.slot(position, fd(entry.getValue(), spawning, fds));
            }
            if (plan.needsTemplate()) {
                openTemplate(spawning, call);
            }
            int through = spawning.template.map(Fd::value).orElse(-1);
            spawning.spawn = Optional.of(engine.begin(spawning.loaded, through, call));
            done = true;
            return spawning;
        } finally {
            if (!done) {
                spawning.close();
            }
        }
    }

    /** Starts a program of a plan that waits for nobody; the call's pidfd is then the caller's. */
    void spawn(Plan plan, SpawnCall call) {
        long loaded = engine.load(plan.encode());
        try {
            engine.spawn(loaded, -1, call);
        } finally {
            engine.unload(loaded);
        }
    }

    private static int fd(Binding binding, Spawning spawning, Function<Binding, Integer> fds) {
        Fd fd;
        if (binding instanceof Binding.JoinedNamespace joined) {
            fd = JoinedNamespaces.open(joined);
        } else if (binding instanceof Binding.IdsOf ids) {
            fd = JoinedNamespaces.open(ids.namespace());
        } else if (binding instanceof Binding.MappedIds ids) {
            fd = userNamespace(ids);
        } else {
            return fds.apply(binding);
        }
        spawning.held.add(fd);
        return fd.value();
    }

    private static Fd userNamespace(Binding.MappedIds ids) {
        try {
            return Kernel.createUserNamespace(ids.uidMap(), ids.gidMap());
        } catch (KernelException e) {
            throw new SpecException(
                    ids.jsonPath(),
                    String.valueOf(e.getMessage()),
                    "mapping other ids than one's own needs CAP_SETUID and CAP_SETGID");
        }
    }

    private void openTemplate(Spawning spawning, SpawnCall call) {
        SpawnCall opening = new SpawnCall();
        for (Slot slot : spawning.plan.bindings().keySet()) {
            int position = slot.index() - Plan.FIRST_REQUEST_SLOT;
            opening.slot(position, call.slotAt(position));
        }
        spawning.template = Optional.of(engine.openTemplate(spawning.loaded, opening));
        spawning.templatePidfd = opening.pidfd();
    }

    /** What a failed spawn comes to. */
    static OciException failure(String what, Plan plan, SpawnException e) {
        String hint = SpawnText.hint(plan, e.report());
        String message = SpawnText.message(what, plan, e.report());
        return new OciException(hint.isEmpty() ? message : message + "\n  " + hint, e);
    }

    /** How a process of ours ended; empty on time-out. */
    static Optional<Exit> await(int pidfd, long timeoutMicros) {
        try {
            return Kernel.await(pidfd, timeoutMicros);
        } catch (KernelException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        engine.close();
    }
}
