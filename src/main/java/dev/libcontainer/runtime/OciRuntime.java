package dev.libcontainer.runtime;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupStats;
import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.cgroup.OomEvents;
import dev.libcontainer.cgroup.Resctrl;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.spec.Hooks;
import dev.libcontainer.spec.IntelRdt;
import dev.libcontainer.spec.Process;
import dev.libcontainer.spec.Resources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The OCI runtime: operations on containers by id. Native code is loaded by the first operation that needs it, so that
 * asking for states does not pay for it. Thread-safe: operations on one container exclude each other, also between
 * processes.
 *
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/runtime.md">runtime.md</a>
 */
public final class OciRuntime implements AutoCloseable {
    private static final int SIGKILL = 9;
    private static final Set<Status> ALIVE = Set.of(Status.CREATED, Status.RUNNING, Status.PAUSED);

    private final RuntimeOptions options;
    private final StateStore store;
    private final Reaper reaper = new Reaper();
    private Optional<Spawner> spawner = Optional.empty();

    public OciRuntime(RuntimeOptions options) {
        this.options = options;
        this.store = new StateStore(options.root());
    }

    private synchronized Spawner spawner() {
        if (spawner.isEmpty()) {
            spawner = Optional.of(Spawner.open());
        }
        return spawner.get();
    }

    /**
     * Makes a container whose first process waits for {@link #start}.
     *
     * @throws OciException if it cannot be made; nothing is left of it then
     * @throws dev.libcontainer.spec.SpecException if its configuration is wrong
     */
    public void create(String id, CreateOptions create) {
        Bundle bundle = Bundle.read(options, create);
        store.directory(id); // a bad id is said before anything is done
        Process process = bundle.process();
        Spawner.loadKernel();
        try (Streams streams =
                new Streams(options, process.terminal(), false, create.consoleSocket(), create.stdio())) {
            SpawnCall call = streams.bind(new SpawnCall());
            create(id, create, bundle, call);
            leave(Fd.adopt(call.pidfd()));
        }
    }

    private StoredContainer create(String id, CreateOptions create, Bundle bundle, SpawnCall call) {
        store.make(id);
        try (StateStore.Lock lock = store.lock(id);
                Creation creation = new Creation(options, store, spawner(), bundle, create, id)) {
            return creation.run(call);
        }
    }

    /**
     * Lets the program of a created container begin, and runs its poststart hooks.
     *
     * @throws OciException if the program could not begin; the container is stopped then
     */
    public void start(String id) {
        Path state = store.directory(id);
        Optional<NotifySocket> notify = NotifySocket.open(options, state);
        try {
            begin(id);
            // Not under the lock: it takes as long as the container likes.
            notify.ifPresent(socket -> socket.untilReady(store.get(id).process().pid()));
        } finally {
            notify.ifPresent(NotifySocket::close);
        }
    }

    private void begin(String id) {
        try (StateStore.Lock lock = store.lock(id)) {
            StoredContainer container = store.get(id);
            Status status = lockedStatus(container);
            if (status == Status.STOPPED) {
                throw new OciException("cannot start a container that has stopped");
            }
            if (status != Status.CREATED) {
                throw new OciException(
                        "cannot start " + (status == Status.PAUSED ? "a paused" : "an already running") + " container");
            }
            new Starting(store, container).run();
            poststart(container);
        }
    }

    private void poststart(StoredContainer container) {
        Bundle bundle = Bundle.of(container.bundle(), store.config(container.id()));
        List<Hooks.Hook> hooks = bundle.spec().hooks().map(Hooks::poststart).orElse(List.of());
        if (hooks.isEmpty()) {
            return;
        }
        try {
            byte[] state = StateText.state(container.state(Status.RUNNING));
            new HostHooks(spawner(), bundle.directory(), options.environment()).run(hooks, "hooks.poststart", state);
        } catch (OciException e) {
            new Deletion(options, store, container).kill(); // runtime.md, "Lifecycle" 9
            throw e;
        }
    }

    /**
     * Creates and starts a container; unless detached, waits for its end and deletes it.
     *
     * @param keep leave a container that has ended for {@link #delete}
     * @return the exit code, or 128 + signal; 0 when detached
     */
    public int run(String id, CreateOptions create, boolean detach, boolean keep) {
        Bundle bundle = Bundle.read(options, create);
        store.directory(id);
        Spawner.loadKernel();
        boolean terminal = bundle.process().terminal();
        try (Streams streams = new Streams(options, terminal, !detach, create.consoleSocket(), create.stdio());
                Attendance attendance = Attendance.of(options, !detach)) {
            SpawnCall call = streams.bind(new SpawnCall());
            create(id, create, bundle, call);
            try (Fd pidfd = Fd.adopt(call.pidfd());
                    Fd master = Fd.adopt(call.console())) {
                if (detach) {
                    orDelete(id, pidfd, () -> start(id));
                    leave(pidfd);
                    return 0;
                }
                attendance.listen(store.directory(id));
                orDelete(id, pidfd, () -> begin(id));
                int code = attendance.await(streams, pidfd, master);
                if (!keep) {
                    delete(id, true);
                }
                return code;
            }
        }
    }

    /** A container that does not come to run is none. */
    private void orDelete(String id, Fd pidfd, Runnable starting) {
        try {
            orKill(pidfd, starting);
        } catch (RuntimeException e) {
            delete(id, true);
            throw e;
        }
    }

    private static void orKill(Fd pidfd, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            Kernel.signal(pidfd.value(), SIGKILL);
            Spawner.await(pidfd.value(), -1);
            throw e;
        }
    }

    /** What nobody here waits for. */
    private void leave(Fd pidfd) {
        if (options.resident()) {
            reaper.add(pidfd.release());
        } else {
            pidfd.close();
        }
    }

    /** Executes a program in a running container; the exit code, or 128 + signal; 0 when detached. */
    public int exec(String id, ExecOptions exec) {
        StoredContainer container = store.get(id);
        Status status = status(container);
        if (status == Status.STOPPED || status == Status.CREATING) {
            throw new OciException(
                    "cannot exec in a " + (status == Status.STOPPED ? "stopped" : "half-made") + " container");
        }
        if (status == Status.PAUSED && !exec.ignorePaused()) {
            throw new OciException("cannot exec in a paused container (use --ignore-paused to override)");
        }
        Bundle bundle = Bundle.of(container.bundle(), store.config(id));
        Process process = ExecProcess.of(options, exec, bundle.process());
        Spawner.loadKernel();
        try (Streams streams =
                        new Streams(options, process.terminal(), !exec.detach(), exec.consoleSocket(), exec.stdio());
                Attendance attendance = Attendance.of(options, !exec.detach());
                Execution execution = new Execution(spawner(), container, bundle, exec)) {
            SpawnCall call = streams.bind(new SpawnCall());
            Path root = Path.of("/proc/" + container.process().pid() + "/root");
            Grants grants = new Grants(options.warnings(), spawner().grantable(bundle.spec()));
            execution.run(Grants.home(grants.capabilities(process), root), call);
            try (Fd pidfd = Fd.adopt(call.pidfd());
                    Fd master = Fd.adopt(call.console())) {
                orKill(pidfd, () -> PidFile.write(options, exec.pidFile(), call.pid()));
                if (exec.detach()) {
                    leave(pidfd);
                    return 0;
                }
                return attendance.await(streams, pidfd, master);
            }
        }
    }

    public ContainerState state(String id) {
        StoredContainer container = store.get(id);
        return container.state(status(container));
    }

    /** All containers below the root, sorted by id; what is broken is left out with a warning. */
    public List<ContainerState> list() {
        List<ContainerState> all = new ArrayList<>();
        for (String id : store.ids()) {
            try {
                store.find(id).ifPresent(container -> all.add(container.state(status(container))));
            } catch (OciException e) {
                options.warnings().accept(String.valueOf(e.getMessage()));
            }
        }
        return all;
    }

    private Status status(StoredContainer container) {
        boolean begun = container.process().pid() != 0;
        return !begun && store.isLocked(container.id()) ? Status.CREATING : lockedStatus(container);
    }

    /** For whoever holds the lock: then nobody else is making the container. */
    private static Status lockedStatus(StoredContainer container) {
        if (!container.process().lives()) {
            return Status.STOPPED;
        }
        if (!container.created()) {
            return Status.CREATING;
        }
        if (cgroup(container).frozen()) { // before its start, too: it is resume that lets it go on
            return Status.PAUSED;
        }
        return container.process().isParked() ? Status.CREATED : Status.RUNNING;
    }

    private static ContainerCgroup cgroup(StoredContainer container) {
        return ContainerCgroup.open(CgroupMounts.read(Path.of("/")), container.cgroups());
    }

    /** Sends a signal to the first process, or to all processes of the container. */
    public void kill(String id, int signal, boolean all) {
        StoredContainer container = store.get(id);
        Status status = status(container);
        if (all && !container.cgroups().isEmpty()) {
            Spawner.loadKernel();
            cgroup(container).kill(signal);
            return;
        }
        if (!ALIVE.contains(status) || !Signals.send(container.process(), signal)) {
            throw new OciException("container not running");
        }
        if (signal == SIGKILL && status == Status.PAUSED) {
            cgroup(container).thaw(); // a frozen process sees no signal (cgroup v1)
        }
    }

    /**
     * Takes a stopped or only created container down and forgets it.
     *
     * @param force also kill one that still runs; one that does not exist is no error then
     */
    public void delete(String id, boolean force) {
        if (force && !store.exists(id)) {
            return;
        }
        try (StateStore.Lock lock = store.lock(id)) {
            Optional<StoredContainer> found = store.find(id);
            if (found.isEmpty()) { // whoever made it was killed at once
                store.remove(id);
                return;
            }
            StoredContainer container = found.get();
            Status status = lockedStatus(container);
            Deletion deletion = new Deletion(options, store, container);
            if (status != Status.STOPPED) {
                if (!force && status != Status.CREATED) {
                    throw new OciException("cannot delete container " + id + " that is not stopped: " + status);
                }
                deletion.kill();
            }
            Spawner.loadKernel();
            deletion.destroy(this::spawner);
        }
    }

    private StoredContainer alive(String id, String what) {
        StoredContainer container = store.get(id);
        if (!ALIVE.contains(status(container))) {
            throw new OciException("cannot " + what + " container " + id + ": it is not running");
        }
        return container;
    }

    public void pause(String id) {
        try (StateStore.Lock lock = store.lock(id)) {
            StoredContainer container = alive(id, "pause");
            if (status(container) == Status.PAUSED) {
                throw new OciException("container not running or created: paused");
            }
            Spawner.loadKernel();
            cgroup(container).freeze();
        }
    }

    public void resume(String id) {
        try (StateStore.Lock lock = store.lock(id)) {
            StoredContainer container = alive(id, "resume");
            if (status(container) != Status.PAUSED) {
                throw new OciException("container not paused");
            }
            Spawner.loadKernel();
            cgroup(container).thaw();
        }
    }

    /** Changes limits; what the resources do not name stays as it is. All are changed or, on a refusal, none. */
    public void update(String id, Resources resources) {
        try (StateStore.Lock lock = store.lock(id)) {
            StoredContainer container = alive(id, "update");
            Spawner.loadKernel();
            cgroup(container).update(resources);
            if (SystemdScope.update(options, container, resources)) {
                cgroup(container).update(resources); // in systemd's words some are rounded
            }
        }
    }

    /** Changes the limits of the container's class of cache and memory bandwidth (resctrl). */
    public void update(String id, IntelRdt limits) {
        try (StateStore.Lock lock = store.lock(id)) {
            StoredContainer container = alive(id, "update");
            new ResctrlUpdate(store, container, Resctrl.ROOT, Path.of("/proc"))
                    .run(Bundle.of(container.bundle(), store.config(id)).spec().linux(), limits);
        }
    }

    /** The pids of all processes of the container, as this process sees them, in ascending order. */
    public List<Integer> processes(String id) {
        StoredContainer container = store.get(id);
        return cgroup(container).processes();
    }

    /** What the container uses now. */
    public CgroupStats stats(String id) {
        return cgroup(alive(id, "read the statistics of")).stats();
    }

    /** Out-of-memory kills as they happen, until the container is gone; the caller's to close. */
    public OomEvents oomEvents(String id) {
        StoredContainer container = alive(id, "watch");
        Spawner.loadKernel();
        return cgroup(container).oomEvents();
    }

    /** Waits until the first process is gone. Its exit code is known only to its parent. */
    public void await(String id) {
        ProcessId process = store.get(id).process();
        Spawner.loadKernel();
        Optional<Fd> pidfd = process.lives() ? Kernel.pidfd(process.pid()) : Optional.empty();
        if (pidfd.isPresent()) {
            try (Fd fd = pidfd.get()) {
                Kernel.awaitReadable(fd.value());
            }
        }
    }

    /** The plan that {@link #create} would run, for people; changes nothing. */
    public String explain(String id, CreateOptions create) {
        Bundle bundle = Bundle.read(options, create);
        return Creation.explain(spawner(), bundle.spec(), create);
    }

    @Override
    public synchronized void close() {
        reaper.close();
        spawner.ifPresent(Spawner::close);
        spawner = Optional.empty();
    }
}
