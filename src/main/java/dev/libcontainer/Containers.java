package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupSession;
import dev.libcontainer.cgroup.Owner;
import dev.libcontainer.events.ContainerEvent;
import dev.libcontainer.kernel.Engine;
import dev.libcontainer.kernel.Exit;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.kernel.SpawnException;
import dev.libcontainer.net.NetworkNamespacePool;
import dev.libcontainer.plan.PlanCompiler;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Spec;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The library, opened: a helper process that clones children, a thread that hears of their ends, and what is shared
 * between blueprints. Thread-safe. Opening takes milliseconds (more when it is the JVM's first: native code is loaded);
 * one instance serves a whole application. Closing ends everything that was started here and is not detached.
 */
public final class Containers implements AutoCloseable {
    private static final int MOST_KEPT = 64;

    private final ContainersOptions options;
    private final ExitLoop exits;
    private final Engine engine;
    private final HostInfo host;
    private final PlanCompiler compiler;
    private final CgroupSession cgroups;
    /** What spawns share, in queues that make no garbage; beyond their size a spawn makes its own. */
    private final Queue<SpawnCall> calls = new ArrayBlockingQueue<>(MOST_KEPT);

    private final Queue<ByteBuffer> exitBuffers = new ArrayBlockingQueue<>(MOST_KEPT);
    private final Set<Blueprint> blueprints = ConcurrentHashMap.newKeySet();
    private final Deque<LoadedPlan> templates = new ArrayDeque<>();
    private final Observation observation = new Observation();
    private final AtomicInteger ids = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile Optional<NetworkNamespacePool> networks = Optional.empty();
    private volatile Optional<OutputCollector> output = Optional.empty();

    private Containers(ContainersOptions options, HostInfo host) {
        this.options = options;
        this.host = host;
        host.refuseTooOld();
        compiler = new PlanCompiler(host.facts());
        exits = new ExitLoop(
                options.engine() == ContainersOptions.EngineKind.SPAWNER
                        ? Engine.Kind.SPAWNER
                        : Engine.Kind.IN_PROCESS);
        try {
            engine = exits.engine();
        } catch (SpawnException e) {
            throw Failures.engine(ContainerException.Phase.PREPARE, e);
        }
        String parent = options.cgroupParent();
        cgroups = new CgroupSession(
                host.cgroups(),
                parent.equals(ContainersOptions.DEFAULT.cgroupParent())
                        ? host.cgroups().parent(parent)
                        : parent,
                Owner.next().toString());
    }

    /** Opens with the usual options. */
    public static Containers open() {
        return open(ContainersOptions.DEFAULT);
    }

    /**
     * Opens.
     *
     * @throws EngineException if the native part cannot be loaded or the helper cannot be started
     * @throws UnsupportedByHostException if the kernel is too old
     */
    public static Containers open(ContainersOptions options) {
        try {
            Kernel.load();
        } catch (IllegalStateException e) {
            throw new EngineException(ContainerException.Phase.PREPARE, String.valueOf(e.getMessage()), "", "", e);
        }
        return open(options, HostInfo.read());
    }

    /** For tests: on a host that is taken for another. */
    static Containers open(ContainersOptions options, HostInfo host) {
        return new Containers(options, host);
    }

    /**
     * Compiles a description, once.
     *
     * @throws InvalidSpecException naming the member that is wrong
     * @throws UnsupportedByHostException if this host cannot do it
     */
    public Blueprint compile(ContainerSpec spec) {
        return compile(spec, cgroups);
    }

    Blueprint compile(ContainerSpec spec, CgroupSession session) {
        if (closed.get()) {
            throw new IllegalStateException("closed");
        }
        try {
            return Failures.compiling(() -> {
                Spec oci = host.expand(spec);
                CgroupLayout layout = CgroupLayout.of(
                        oci.linux().orElseGet(() -> Linux.of(List.of())),
                        session,
                        spec.managed(),
                        HandedOver.of(spec, oci, host.cgroups()));
                var wishes = host.wishes(spec, layout.plan());
                boolean pool = options.networkPoolSize() > 0;
                Blueprint blueprint = new Blueprint(this, spec, oci, wishes, layout, pool);
                blueprints.add(blueprint);
                return blueprint;
            });
        } catch (KernelException e) {
            throw Failures.kernel(ContainerException.Phase.PREPARE, e);
        }
    }

    /** Compiles what one would run with {@link #compile} and shows its plan. */
    public String explain(ContainerSpec spec) {
        try (Blueprint blueprint = compile(spec)) {
            return blueprint.explain();
        }
    }

    /**
     * A place for containers that are limited and ended together.
     *
     * @param name of its cgroups, unique in this instance
     * @param limits for the sum of all in it
     * @throws UnsupportedByHostException if the host cannot set one of the limits
     */
    public Scope scope(String name, Limits limits) {
        cgroups.removeAbandoned();
        return Failures.compiling(
                () -> new Scope(this, cgroups.scope(Scope.checked(name), limits.toResources()), name));
    }

    /** The same without limits. */
    public Scope scope(String name) {
        return scope(name, Limits.none());
    }

    /** What happens to all containers that are started from now on; as {@link Container#events}. */
    public Flow.Publisher<ContainerEvent> events() {
        return observation.eventsOfAll();
    }

    /** The same as calls, by a thread of the library, so they must not block; closing the result ends them. */
    public AutoCloseable onEvent(Consumer<? super ContainerEvent> callback) {
        return Observation.callBack(events(), callback);
    }

    /** How many containers of this instance run; sandboxes that wait in a pool do not. */
    public int runningCount() {
        return Math.max(0, exits.count() - waiting.get()); // one that is being made counts as waiting a moment before
    }

    /** How many network namespaces are ready; fills up in the background after the first container that wants one. */
    public int readyNetworks() {
        return networks.map(NetworkNamespacePool::available).orElse(0);
    }

    // ---- for blueprints and containers ----

    Observation observation() {
        return observation;
    }

    PlanCompiler compiler() {
        return compiler;
    }

    Engine engine() {
        return engine;
    }

    ExitLoop exits() {
        return exits;
    }

    int failAtStep() {
        return options.failAtStep();
    }

    boolean usesTemplates() {
        return options.templates() > 0 && engine.kind() == Engine.Kind.SPAWNER;
    }

    /** How many sandboxes wait in pools. */
    AtomicInteger waiting() {
        return waiting;
    }

    String nextId() {
        return "c" + ids.incrementAndGet();
    }

    SpawnCall takeCall() {
        SpawnCall call = calls.poll();
        return call == null ? new SpawnCall() : call.reset();
    }

    void giveCall(SpawnCall call) {
        calls.offer(call);
    }

    OutputCollector output() {
        Optional<OutputCollector> current = output;
        if (current.isPresent()) {
            return current.get();
        }
        synchronized (this) {
            if (output.isEmpty()) {
                output = Optional.of(new OutputCollector());
            }
            return output.get();
        }
    }

    Optional<Fd> readyNetwork() {
        Optional<NetworkNamespacePool> current = networks;
        if (current.isEmpty()) {
            synchronized (this) {
                if (networks.isEmpty() && !closed.get()) {
                    networks = Optional.of(new NetworkNamespacePool(options.networkPoolSize()));
                }
                return Optional.empty(); // nothing can be ready yet
            }
        }
        return current.get().poll();
    }

    Optional<Exit> awaitExit(int token, int pidfd, long timeoutMicros) {
        ByteBuffer buffer = exitBuffers.poll();
        if (buffer == null) {
            buffer = Kernel.exitBuffer();
        }
        try {
            return Kernel.awaitInstead(exits.poller(), token, pidfd, timeoutMicros, buffer);
        } finally {
            exitBuffers.offer(buffer);
        }
    }

    /** Keeps the number of template processes bounded: the oldest idle one goes. */
    void templateOpened(LoadedPlan plan) {
        Optional<LoadedPlan> oldest = Optional.empty();
        synchronized (templates) {
            templates.add(plan);
            if (templates.size() > options.templates()) {
                oldest = templates.stream().filter(p -> p != plan && p.isIdle()).findFirst();
                oldest.ifPresent(templates::remove);
            }
        }
        oldest.ifPresent(LoadedPlan::closeTemplate);
    }

    void templateClosed(LoadedPlan plan) {
        synchronized (templates) {
            templates.remove(plan);
        }
    }

    void forget(Blueprint blueprint) {
        blueprints.remove(blueprint);
    }

    /** Ends what was started here and is not detached, waits for it, and takes everything down again. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        blueprints.forEach(Blueprint::closePools); // or they would replace what is ended here
        List<Container> ending = new ArrayList<>();
        for (Container container : exits.running()) {
            if (container.diesWithJvm()) {
                ending.add(container);
            }
        }
        ending.forEach(Container::kill);
        ending.forEach(container -> container.onExit().exceptionally(e -> null).join());
        List.copyOf(blueprints).forEach(Blueprint::close);
        networks.ifPresent(NetworkNamespacePool::close);
        engine.close();
        exits.close();
        observation.close();
        output.ifPresent(OutputCollector::close);
        cgroups.close();
    }
}
