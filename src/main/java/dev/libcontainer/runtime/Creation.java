package dev.libcontainer.runtime;

import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.cgroup.Delegation;
import dev.libcontainer.cgroup.Resctrl;
import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.kernel.SpawnException;
import dev.libcontainer.net.DeviceMove;
import dev.libcontainer.net.NetworkException;
import dev.libcontainer.plan.Binding;
import dev.libcontainer.plan.Plan;
import dev.libcontainer.plan.Wishes;
import dev.libcontainer.spec.Hooks;
import dev.libcontainer.spec.IntelRdt;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.NetDevice;
import dev.libcontainer.spec.Process;
import dev.libcontainer.spec.Resources;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.systemd.SystemdException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** One create, from the bundle to a first process that waits for its start; or nothing at all. */
final class Creation implements AutoCloseable {
    private static final int SIGKILL = 9;
    private static final int FIFO_MODE = 0600;
    private static final int FIRST_LISTENING = 3; // SD_LISTEN_FDS_START
    private static final Set<Errno> NO_PERMISSION = Set.of(Errno.EPERM, Errno.EACCES, Errno.EROFS);

    private final RuntimeOptions options;
    private final StateStore store;
    private final Spawner spawner;
    private final Bundle bundle;
    private final CreateOptions create;
    private final String id;
    private final List<Fd> fds = new ArrayList<>();
    private Optional<EnteredCgroups> entered = Optional.empty();
    private StoredContainer stored;
    private Optional<ContainerCgroup> cgroup = Optional.empty();
    private Optional<Fd> hookState = Optional.empty();
    private List<DeviceMove.Moved> moved = List.of();
    private Optional<Fd> movedTo = Optional.empty();
    private Optional<Resctrl.Group> resctrl = Optional.empty();
    private Optional<SystemdScope> scope = Optional.empty();
    private Optional<SpawnCall> parked = Optional.empty();
    private boolean shared;
    private boolean done;

    Creation(
            RuntimeOptions options, StateStore store, Spawner spawner, Bundle bundle, CreateOptions create, String id) {
        this.options = options;
        this.store = store;
        this.spawner = spawner;
        this.bundle = bundle;
        this.create = create;
        this.id = id;
        this.stored = new StoredContainer(
                bundle.spec().ociVersion(),
                id,
                new ProcessId(0, 0),
                false,
                bundle.directory(),
                bundle.rootfs(),
                Instant.now(),
                System.getProperty("user.name", ""),
                bundle.spec().annotations(),
                Map.of());
    }

    /**
     * Does it; the id is claimed and locked.
     *
     * @param call with the streams bound; afterwards its fds are the caller's
     */
    StoredContainer run(SpawnCall call) {
        bundle.checkRootfs();
        store.write(stored);
        store.writeConfig(id, bundle.config());
        makeCgroups();
        Plan plan = spawner.compile(granted(), Wishes.of(life()));
        store.writeSteps(id, Bundle.steps(plan));
        try (Spawner.Spawning spawning = spawner.begin(plan, call, this::bind)) {
            for (boolean first = true; spawning.isWaiting(); first = false) {
                if (first) {
                    meet(spawning.call());
                } else {
                    new SeccompListener(bundle, spawning.call()).handOver(stored.state(Status.CREATING));
                }
                spawning.proceed();
            }
        } catch (SpawnException e) {
            throw Spawner.failure("create " + id, plan, e);
        }
        parked = Optional.of(call);
        stored = stored.asCreated();
        PidFile.write(options, create.pidFile(), call.pid());
        store.write(stored);
        done = true;
        return stored;
    }

    private Spec granted() {
        Grants grants = new Grants(options.warnings(), spawner.grantable(bundle.spec()));
        Process process = Grants.home(grants.capabilities(bundle.process()), bundle.rootfs());
        Spec spec = bundle.spec().withProcess(Grants.listening(process, options));
        return NotifySocket.bound(options, store.directory(id), spec);
    }

    private void makeCgroups() {
        if (options.cgroups() == CgroupDriver.DISABLED) {
            return;
        }
        Map<String, String> paths = new LinkedHashMap<>();
        String path = linux().flatMap(Linux::cgroupsPath).orElse("");
        if (options.cgroups() == CgroupDriver.SYSTEMD) {
            SystemdScope made = SystemdScope.of(
                    options, spawner.mounts(), path, id, bundle.spec().annotations());
            scope = Optional.of(made);
            path = made.cgroupsPath();
            paths.put(StoredContainer.UNIT, made.unit());
        }
        paths.putAll(ContainerCgroup.paths(spawner.mounts(), path, id));
        stored = stored.withCgroups(paths); // in case this is killed
        store.write(stored);
        try {
            ContainerCgroup made = ContainerCgroup.make(
                    spawner.mounts(), path, id, linux().flatMap(Linux::resources), this::warnOfOthers);
            cgroup = Optional.of(made);
            CgroupOwner.of(bundle.spec()).ifPresent(uid -> Delegation.handOver(made, uid));
        } catch (CgroupException e) {
            doWithout(e);
        }
    }

    /** As with runc: who may make no cgroups and asks for nothing that takes them stays in the caller's. */
    private void doWithout(CgroupException refusal) {
        boolean may = !(refusal.getCause() instanceof KernelException cause) || !NO_PERMISSION.contains(cause.errno());
        boolean named = linux().flatMap(Linux::cgroupsPath).isPresent();
        Optional<Resources> resources = linux().flatMap(Linux::resources);
        if (!options.rootless()
                || may
                || named
                || resources.filter(r -> !r.limitsNothing()).isPresent()) {
            throw refusal;
        }
        stored = stored.withCgroups(Map.of());
        store.write(stored);
        options.warnings().accept("the container stays in the caller's cgroups: " + refusal.getMessage());
    }

    /** Others are in the cgroup already: what becomes of them is not this container's business. */
    private void warnOfOthers(String problem) {
        shared = true;
        options.warnings().accept(problem);
    }

    private Optional<Linux> linux() {
        return bundle.spec().linux();
    }

    private Wishes.Life life() {
        EnteredCgroups cgroups = new EnteredCgroups(spawner.mounts(), stored.cgroups());
        entered = Optional.of(cgroups);
        Optional<String> keyring = create.noNewKeyring() ? Optional.empty() : Optional.of("_ses." + id);
        SortedSet<Integer> passed = new TreeSet<>(create.preservedFds());
        IntStream.range(0, Grants.listenFds(options)).forEach(i -> passed.add(FIRST_LISTENING + i));
        return new Wishes.Life(true, create.noPivot(), keyring, List.copyOf(passed), cgroups.wishes());
    }

    private int bind(Binding binding) {
        if (binding instanceof Binding.ReadyCgroup ready) {
            return entered.orElseThrow().fd(ready);
        }
        if (binding instanceof Binding.PreservedFd preserved) {
            return preserved.number();
        }
        Fd fd;
        if (binding instanceof Binding.ResctrlGroup group) {
            Path directory = group.monitoring()
                    ? resctrl().monitoring().orElseThrow()
                    : resctrl().directory();
            fd = Kernel.open(directory.toString(), Kernel.O_PATH | Kernel.O_DIRECTORY);
        } else if (binding instanceof Binding.HookState) {
            fd = Kernel.memoryFile(new byte[0]); // the pid is still to come
            hookState = Optional.of(fd);
        } else if (binding instanceof Binding.Gate) {
            fd = fifo(StateStore.GATE);
        } else if (binding instanceof Binding.Reports) {
            fd = fifo(StateStore.REPORTS);
        } else {
            throw new IllegalArgumentException("a runtime does not bind " + binding);
        }
        fds.add(fd);
        return fd.value();
    }

    /** Made once, and written down: whoever deletes the container removes it. */
    private Resctrl.Group resctrl() {
        if (resctrl.isEmpty()) {
            IntelRdt wanted = linux().flatMap(Linux::intelRdt).orElseThrow();
            Resctrl.Group group = Resctrl.at(Resctrl.ROOT).open(wanted, id);
            resctrl = Optional.of(group);
            Map<String, String> paths = new LinkedHashMap<>(stored.cgroups());
            group.monitoring().ifPresent(path -> paths.put(StoredContainer.RESCTRL_MONITORING, path.toString()));
            if (group.made()) {
                paths.put(StoredContainer.RESCTRL, group.directory().toString());
            }
            stored = stored.withCgroups(paths);
            store.write(stored);
        }
        return resctrl.get();
    }

    private Fd fifo(String name) {
        try (Fd directory = Kernel.open(store.directory(id).toString(), Kernel.O_PATH | Kernel.O_DIRECTORY)) {
            return Kernel.fifo(directory.value(), name, FIFO_MODE);
        }
    }

    /** The child has made its namespaces and mounts, and waits: now it is written down, and others may look at it. */
    private void meet(SpawnCall call) {
        ProcessId process = ProcessId.of(call.pid())
                .orElseThrow(() -> new OciException("create " + id + ": the first process died on the way"));
        stored = stored.withProcess(process);
        store.write(stored);
        scope.ifPresent(unit -> unit.start(process.pid(), cgroup.orElseThrow(), linux().flatMap(Linux::resources)));
        byte[] state = StateText.state(stored.state(Status.CREATING));
        hookState.ifPresent(fd -> fill(fd, StateText.state(stored.state(Status.CREATED))));
        moveDevices(call.pid());
        Optional<Hooks> hooks = bundle.spec().hooks();
        if (hooks.isPresent()) {
            HostHooks host = new HostHooks(spawner, bundle.directory(), options.environment());
            host.run(hooks.get().prestart(), "hooks.prestart", state);
            host.run(hooks.get().createRuntime(), "hooks.createRuntime", state);
        }
    }

    private void moveDevices(int pid) {
        Map<String, NetDevice> devices = linux().map(Linux::netDevices).orElse(Map.of());
        if (!devices.isEmpty()) {
            Fd network = Kernel.open("/proc/" + pid + "/ns/net", Kernel.O_RDONLY);
            fds.add(network);
            moved = DeviceMove.move(devices, network);
            movedTo = Optional.of(network);
        }
    }

    private static void fill(Fd fd, byte[] text) {
        ByteBuffer data = ByteBuffer.allocateDirect(text.length);
        data.put(0, text);
        Kernel.write(fd.value(), data, text.length);
    }

    /** Undoes what is left of a create that failed. */
    @Override
    public void close() {
        if (!done) {
            undo();
        }
        scope.ifPresent(SystemdScope::close);
        fds.forEach(Fd::close);
        entered.ifPresent(EnteredCgroups::close);
    }

    private void undo() {
        try {
            movedTo.ifPresent(network -> DeviceMove.undo(moved, network));
        } catch (NetworkException e) {
            options.warnings().accept(String.valueOf(e.getMessage()));
        }
        if (stored.process().lives()) {
            Kernel.pidfd(stored.process().pid()).ifPresent(pidfd -> {
                Kernel.signal(pidfd.value(), SIGKILL);
                Spawner.await(pidfd.value(), -1);
                pidfd.close();
            });
        }
        parked.ifPresent(call -> {
            Fd.adopt(call.pidfd()).close();
            Fd.adopt(call.console()).close();
        });
        try {
            cgroup.filter(made -> !shared).ifPresent(made -> {
                made.kill(SIGKILL);
                scope.ifPresent(SystemdScope::stop);
                made.remove();
            });
        } catch (KernelException | CgroupException | SystemdException e) {
            options.warnings().accept("the cgroup of " + id + " could not be removed: " + e.getMessage());
        }
        stored.removeResctrl(options.warnings());
        store.remove(id);
    }

    /** The plan, for people. */
    static String explain(Spawner spawner, Spec spec, CreateOptions create) {
        Wishes.Life life = new Wishes.Life(true, create.noPivot(), Optional.empty(), create.preservedFds(), List.of());
        return spawner.compile(spec, Wishes.of(life)).explain();
    }
}
