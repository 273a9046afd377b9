package dev.libcontainer;

import dev.libcontainer.cgroup.Resctrl;
import dev.libcontainer.events.Flight;
import dev.libcontainer.events.FlightSpan;
import dev.libcontainer.kernel.Engine;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.kernel.SpawnException;
import dev.libcontainer.plan.Binding;
import dev.libcontainer.plan.Plan;
import dev.libcontainer.plan.ProcessLookup;
import dev.libcontainer.plan.Slot;
import dev.libcontainer.plan.Wishes;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.SpecException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * A compiled container, spawned as often as one likes, from any thread: what a prepared statement is to a query. Paths
 * of the host that it names (root, binds, namespaces) are resolved when its template is made, once. Closed with its
 * {@link Containers}, or earlier to give back its memory.
 */
public final class Blueprint implements AutoCloseable {
    private static final int[] NO_ENTRIES = {};
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_+.-]{0,254}");

    private final Containers containers;
    private final ContainerSpec spec;
    private final Spec oci;
    private final CgroupLayout cgroups;
    /** Only where no file system of the user's would stay busy a moment longer than its container. */
    private final boolean pinsMounts;

    private final NetworkDevices devices;
    private final Wishes wishes;
    private final Set<ContainerPool> pools = ConcurrentHashMap.newKeySet();

    private final Variant fresh;
    private final Optional<Variant> pooled;
    private final ReadyNetworks networks;
    private Optional<Scope> scope = Optional.empty();

    Blueprint(
            Containers containers, ContainerSpec spec, Spec oci, Wishes wishes, CgroupLayout cgroups, boolean hasPool) {
        this.containers = containers;
        this.spec = spec;
        this.oci = oci;
        pinsMounts = spec.rootfs().filter(Rootfs.HostView.class::isInstance).isPresent();
        this.cgroups = cgroups;
        this.wishes = wishes;
        refuseResctrl(oci);
        devices = NetworkDevices.of(oci);
        Wishes own = wishes.withReadyNetwork(!devices.isEmpty());
        fresh = new Variant(containers.compiler().compile(oci, own), false);
        boolean mayJoin = hasPool
                && devices.isEmpty()
                && spec.networkPool()
                && fresh.plan.namespaces().contains(NamespaceType.NETWORK)
                && !fresh.plan.namespaces().contains(NamespaceType.USER);
        networks = new ReadyNetworks(containers);
        pooled = mayJoin
                ? Optional.of(new Variant(containers.compiler().compile(oci, wishes.withReadyNetwork(true)), true))
                : Optional.empty();
    }

    /** A class of service outlives its containers or ends with them: that is for whoever keeps state of both. */
    private static void refuseResctrl(Spec oci) {
        if (oci.linux().flatMap(Linux::intelRdt).isPresent()) {
            Resctrl.at(Resctrl.ROOT);
            throw new SpecException("linux.intelRdt", "is not for containers of this library", "leave the member out");
        }
    }

    /** One of the plans of a blueprint: with a network namespace made ahead, or with its own. */
    final class Variant {
        private final Plan plan;
        private final List<Map.Entry<Slot, Binding>> bindings;
        private final LoadedPlan loaded;
        private final IdNamespaces ids;

        Variant(Plan plan, boolean pooled) {
            this.plan = plan;
            this.bindings = List.copyOf(plan.bindings().entrySet());
            this.ids = IdNamespaces.open(plan);
            try {
                this.loaded = new LoadedPlan(containers, plan, pooled);
            } catch (RuntimeException | Error e) {
                ids.close();
                throw e;
            }
        }

        Plan plan() {
            return plan;
        }

        void close() {
            loaded.close();
            ids.close();
        }

        void spawn(SpawnCall call) {
            loaded.spawn(call, false);
        }

        boolean diesWithJvm() {
            return spec.dieWithJvm();
        }

        CgroupLayout cgroups() {
            return cgroups;
        }

        void swept(Container container) {
            if (scope.isPresent()) {
                scope.get().swept(container);
            }
        }
    }

    /** Says before the first spawn where its containers belong. */
    Blueprint in(Scope owner) {
        scope = Optional.of(owner);
        return this;
    }

    /** What this was compiled from. */
    public ContainerSpec spec() {
        return spec;
    }

    /** The plan: every step and the member of the spec behind it. Stable, so that it can be compared. */
    public String explain() {
        return fresh.plan.explain();
    }

    /** Starts a container as the spec says, with these streams. */
    public Container spawn(Stdio stdio) {
        return spawn(Launch.of(stdio));
    }

    /**
     * Starts a container.
     *
     * @return when its program has begun
     * @throws SpawnFailedException naming the step that failed; nothing is left behind
     */
    public Container spawn(Launch launch) {
        String id = launch.id().isPresent() ? launch.id().get() : containers.nextId();
        if (!devices.isEmpty()) {
            return devices.spawn(id, network -> spawn(launch, id, fresh, ReadyNetworks.Binding.only(network.value())));
        }
        if (pooled.isPresent()) {
            Optional<ReadyNetworks.Turn> ready = networks.begin();
            if (ready.isPresent()) {
                try (ReadyNetworks.Turn turn = ready.get()) {
                    return spawn(launch, id, pooled.get(), turn.binding());
                }
            }
        }
        return spawn(launch, id, fresh, ReadyNetworks.Binding.NONE);
    }

    private Container spawn(Launch launch, String id, Variant variant, ReadyNetworks.Binding network) {
        FlightSpan.Spawn seen = Flight.spawn();
        SpawnCall call = containers.takeCall();
        try {
            Container container = spawn(launch, id, variant, network, call);
            recorded(seen, container, call);
            return container;
        } catch (ContainerException e) {
            seen.failed(
                    id,
                    containers.engine().kind().name(),
                    call.isThroughTemplate(),
                    e.step().orElse(-1),
                    e.errno().orElse(""),
                    String.valueOf(e.getMessage()));
            throw e;
        } finally {
            containers.giveCall(call);
        }
    }

    private void recorded(FlightSpan.Spawn seen, Container container, SpawnCall call) {
        seen.begun(container.id(), container.pid(), containers.engine().kind().name(), call.isThroughTemplate());
        if (seen.wantsPhases() && container.timeline().isPresent()) {
            container
                    .timeline()
                    .get()
                    .steps()
                    .forEach(step -> seen.phase(
                            container.id(),
                            step.number(),
                            step.text(),
                            step.jsonPath(),
                            step.beginNanos(),
                            step.nanos()));
        }
    }

    private Container spawn(Launch launch, String id, Variant variant, ReadyNetworks.Binding network, SpawnCall call) {
        Container container = new Container(containers, variant, id);
        Optional<UsedCgroups> existing = Optional.empty();
        String place = launch.cgroupName().orElse(id);
        try (StdioFds fds = new StdioFds(launch.stdio());
                LimitedCgroups limited = LimitedCgroups.of(launch, cgroups, place)) {
            call.exitTo(containers.exits().poller().fd(), container.token());
            fds.bind(call);
            boolean named = launch.id().isPresent() || launch.cgroupName().isPresent() || limited.isMade();
            existing = bindPlace(variant, place, named, network, call);
            bindHostname(launch, call);
            bindProgram(launch, call);
            if (launch.timed()) {
                call.timed(variant.plan.steps().size());
            }
            if (limited.isMade()) {
                call.cgroupsExist();
            }
            variant.loaded.spawn(call, limited.isMade());
            Optional<UsedCgroups> own = existing;
            existing = Optional.empty(); // the container gives them back from now on
            limited.handOver();
            container.started(call, launch.stdio(), own);
            fds.resize(container);
            containers.observation().started(container);
            if (scope.isPresent()) {
                scope.get().started(container);
            }
            return container;
        } catch (SpawnException e) {
            SpawnException known =
                    UsedCgroups.ranOut(existing) ? e.killed(e.report().aux(), true) : e;
            failed(container, existing);
            throw Failures.spawn(ContainerException.Phase.SPAWN, id, variant.plan, known);
        } catch (IllegalArgumentException e) {
            failed(container, existing);
            throw new InvalidSpecException(
                    "start " + id + ": " + e.getMessage(), "process", "", e); // what Launch asks for is part of it
        } catch (RuntimeException | Error e) {
            failed(container, existing);
            throw e;
        }
    }

    /** Where it will be: mounts, cgroups, namespaces. Tells which cgroups others have used before or will use after. */
    Optional<UsedCgroups> bindPlace(
            Variant variant, String name, boolean named, ReadyNetworks.Binding network, SpawnCall call) {
        if (pinsMounts) {
            call.pinMounts();
        }
        Optional<UsedCgroups> existing = bindReusedCgroup(name, named, variant, call);
        bindSlots(variant, call, network, existing);
        if (!cgroups.isEmpty() && existing.isEmpty()) {
            call.param(SpawnCall.Param.NAME, checkedName(name));
        }
        return existing;
    }

    /** A spawn has failed, or was never tried: others may have its cgroups. */
    void failed(Container container, Optional<UsedCgroups> existing) {
        containers.exits().forget(container.token());
        existing.filter(UsedCgroups::isMade).ifPresent(cgroups::putBack);
    }

    /** Whoever gives a container or its cgroup a name wants to find it by that; others may get used directories. */
    private Optional<UsedCgroups> bindReusedCgroup(String id, boolean named, Variant variant, SpawnCall call) {
        boolean endsEmpty =
                variant.plan.namespaces().contains(NamespaceType.PID); // with its first process all are gone
        if (named || !endsEmpty || !cgroups.isReusable()) {
            return Optional.empty();
        }
        Optional<UsedCgroups> idle = cgroups.takeIdle();
        if (idle.isPresent()) {
            call.cgroupsOpen();
            return idle;
        }
        UsedCgroups next = cgroups.next(id);
        call.param(SpawnCall.Param.NAME, next.name());
        return Optional.of(next);
    }

    private void bindSlots(
            Variant variant, SpawnCall call, ReadyNetworks.Binding network, Optional<UsedCgroups> existing) {
        int[] entries = existing.isPresent() ? existing.get().entries() : NO_ENTRIES;
        for (int i = 0; i < variant.bindings.size(); i++) { // no iterator, no lambda: this is on the way of every spawn
            Binding binding = variant.bindings.get(i).getValue();
            int position = variant.bindings.get(i).getKey().index() - Plan.FIRST_REQUEST_SLOT;
            if (binding instanceof Binding.CgroupParent parent) {
                int place = parent.index();
                call.slot(position, place < entries.length ? entries[place] : cgroups.parent(place));
            } else if (binding instanceof Binding.ReadyNetwork) {
                call.slot(position, network.own());
            } else if (binding instanceof Binding.NextNetwork) {
                call.slot(position, network.next());
            } else {
                variant.ids.bind(binding, position, call);
            }
        }
    }

    private void bindHostname(Launch launch, SpawnCall call) {
        if (launch.hostname().isPresent()) {
            if (oci.hostname().isEmpty()) {
                throw new IllegalArgumentException("a hostname needs a uts namespace and a hostname in the spec");
            }
            call.param(SpawnCall.Param.HOSTNAME, launch.hostname().get());
        }
    }

    /** What is to be run. */
    void bindProgram(Launch launch, SpawnCall call) {
        if (launch.cwd().isPresent()) {
            if (!launch.cwd().get().startsWith("/")) {
                throw new IllegalArgumentException(
                        "the working directory \"" + launch.cwd().get() + "\" is relative");
            }
            call.param(SpawnCall.Param.CWD, launch.cwd().get());
        }
        launch.env().ifPresent(env -> call.vector(SpawnCall.Param.ENVP, env));
        if (launch.args().isPresent()) {
            List<String> args = launch.args().get();
            if (args.isEmpty()) {
                throw new IllegalArgumentException("no arguments: there is nothing to run");
            }
            List<String> env =
                    launch.env().orElseGet(() -> oci.process().orElseThrow().env());
            call.vector(SpawnCall.Param.ARGV, args);
            call.candidates(ProcessLookup.candidates(args.get(0), env));
        }
    }

    /** A name that is one directory, no path to another. */
    static String checkedName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + name + "\" is no name for a cgroup: letters, digits and _+-. are,"
                    + " with a letter or digit first");
        }
        return name;
    }

    /**
     * Makes sandboxes ahead. The plan of a sandbox that waits is this one with a wait before its end; a filter that allows
     * what is left to do then is loaded before it.
     *
     * @throws InvalidSpecException if the spec has devices that one container at a time can have, or a filter that would
     *     not let a sandbox start
     * @throws UnsupportedByHostException if this instance has the in-process engine
     */
    public ContainerPool pool(PoolOptions options) {
        if (containers.engine().kind() == Engine.Kind.IN_PROCESS) {
            throw new UnsupportedByHostException(
                    "the in-process engine makes no sandboxes ahead", "", "use the spawner", Optional.empty());
        }
        Wishes waits = wishes.withAhead(true);
        ContainerPool pool = Failures.compiling(() -> {
            if (!devices.isEmpty()) {
                throw new SpecException("linux.netDevices", "move into one container, and a pool makes many");
            }
            Variant own = new Variant(containers.compiler().compile(oci, waits), false);
            Optional<Variant> joining = pooled.map(
                    v -> new Variant(containers.compiler().compile(oci, waits.withReadyNetwork(true)), true));
            return new ContainerPool(this, containers, new Parking(containers, this, own, joining), options);
        });
        pools.add(pool);
        return pool;
    }

    void forget(ContainerPool pool) {
        pools.remove(pool);
    }

    void closePools() {
        List.copyOf(pools).forEach(ContainerPool::close);
    }

    /** Ends the template processes and forgets the plans; containers live on, no new one can be spawned. */
    @Override
    public void close() {
        closePools();
        try {
            fresh.close();
            pooled.ifPresent(Variant::close);
            networks.close();
            cgroups.close();
        } catch (KernelException e) {
            throw Failures.kernel(ContainerException.Phase.RUN, e);
        }
        containers.forget(this);
    }
}
