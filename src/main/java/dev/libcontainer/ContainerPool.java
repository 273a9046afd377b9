package dev.libcontainer;

import dev.libcontainer.events.Flight;
import dev.libcontainer.events.FlightSpan;
import dev.libcontainer.kernel.SpawnCall;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sandboxes of a blueprint made ahead, each parked just before its program: namespaces, network, cgroups, file systems,
 * ids and filter are ready, and a take has only to say what is to run. Each serves once. Thread-safe; closed with its
 * blueprint, or earlier.
 *
 * <p>A take makes no sandbox, but somebody has to: the pool's own thread, at the price of a spawn, on another CPU if there
 * is one.
 */
public final class ContainerPool implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    private final String name = "pool-" + COUNT.incrementAndGet();
    private final Blueprint blueprint;
    private final Containers containers;
    private final PoolOptions options;
    private final PoolRefill refill;
    private final LongAdder taken = new LongAdder();
    private final LongAdder spawned = new LongAdder();
    private final LongAdder refused = new LongAdder();

    ContainerPool(Blueprint blueprint, Containers containers, Parking parking, PoolOptions options) {
        this.blueprint = blueprint;
        this.containers = containers;
        this.options = options;
        refill = new PoolRefill(name, parking, options);
    }

    /** Takes a sandbox for what the spec says, with these streams. */
    public Container take(Stdio stdio) {
        return take(Launch.of(stdio));
    }

    /**
     * Takes a sandbox and starts a program in it. A sandbox can still be given arguments, environment, working directory
     * and streams, and an id that is a mere label, as it has its cgroup already. What asks for a terminal, times, a hostname or a
     * cgroup of a certain name is spawned instead.
     *
     * @return when its program has begun
     * @throws SpawnFailedException naming the step that failed; nothing is left behind
     * @throws PoolEmptyException if none is ready and the options say so
     */
    public Container take(Launch launch) {
        FlightSpan.Take seen = Flight.take(name);
        try {
            Container container = take(launch, seen);
            seen.begun(container.id(), refill.ready());
            return container;
        } catch (ContainerException e) {
            seen.failed(e instanceof PoolEmptyException, String.valueOf(e.getMessage()), refill.ready());
            throw e;
        }
    }

    private Container take(Launch launch, FlightSpan.Take seen) {
        long called = System.nanoTime();
        boolean fits = !launch.timed()
                && launch.hostname().isEmpty()
                && launch.cgroupName().isEmpty()
                && launch.stdio().terminal().isEmpty();
        Optional<Container> ready = fits ? takeReady(launch, called, seen) : Optional.empty();
        if (ready.isPresent()) {
            return ready.get();
        }
        spawned.increment();
        seen.spawns();
        return blueprint.spawn(launch);
    }

    /** Empty if one is to be spawned. */
    private Optional<Container> takeReady(Launch launch, long called, FlightSpan.Take seen) {
        SpawnCall call = containers.takeCall();
        try (StdioFds fds = new StdioFds(launch.stdio())) {
            fds.bind(call);
            blueprint.bindProgram(launch, call);
            for (; ; ) {
                Parked parked = refill.poll();
                if (parked == null) {
                    parked = whenEmpty(seen);
                }
                if (parked == null) {
                    return Optional.empty();
                }
                if (parked.run(call, launch, called)) {
                    taken.increment();
                    return Optional.of(parked.container());
                }
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidSpecException("take: " + e.getMessage(), "process", "", e);
        } finally {
            containers.giveCall(call);
            refill.takenOne();
        }
    }

    /** Null if the take is to spawn. */
    private @org.jspecify.annotations.Nullable Parked whenEmpty(FlightSpan.Take seen) {
        if (options.whenEmpty() == PoolOptions.WhenEmpty.SPAWN) {
            return null;
        }
        boolean waits = options.whenEmpty() == PoolOptions.WhenEmpty.WAIT;
        long since = System.nanoTime();
        Parked parked = waits ? refill.await(options.patience()) : null;
        seen.waited(System.nanoTime() - since);
        if (parked == null) {
            refused.increment();
            throw new PoolEmptyException(
                    "no sandbox is ready"
                            + (waits ? ", nor was for " + options.patience().toMillis() + " ms" : ""),
                    refill.lastFailure());
        }
        return parked;
    }

    /** What flight recordings call it: {@code pool-} and a number, the first of this JVM being 1. */
    public String name() {
        return name;
    }

    /** How many are ready now. */
    public int ready() {
        return refill.ready();
    }

    /** Waits until so many are ready, at most so long; whether they are. */
    public boolean awaitReady(int count, java.time.Duration atMost) throws InterruptedException {
        return refill.awaitReady(count, atMost);
    }

    public PoolFigures figures() {
        return new PoolFigures(
                refill.ready(),
                refill.made(),
                taken.sum(),
                spawned.sum(),
                refused.sum(),
                refill.died(),
                refill.retired(),
                refill.failures(),
                refill.lastFailure());
    }

    /** Ends those that wait and returns when nothing of them is left. What was taken lives on. */
    @Override
    public void close() {
        refill.close();
        blueprint.forget(this);
    }
}
