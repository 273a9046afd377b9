package dev.libcontainer;

import dev.libcontainer.kernel.Gate;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.kernel.SpawnException;
import java.util.concurrent.atomic.AtomicBoolean;

/** A sandbox that is ready but for its program. Whoever {@link #claim claims} it, once, may use it or let it go. */
final class Parked {
    private final Container container;
    private final Blueprint.Variant variant;
    private final Gate gate;
    private final long madeNanos = System.nanoTime();
    private final AtomicBoolean claimed = new AtomicBoolean();

    Parked(Container container, Blueprint.Variant variant, Gate gate) {
        this.container = container;
        this.variant = variant;
        this.gate = gate;
    }

    long madeNanos() {
        return madeNanos;
    }

    Container container() {
        return container;
    }

    /** False if somebody else has it: its end, a taker, or the pool. */
    boolean claim() {
        return claimed.compareAndSet(false, true);
    }

    /**
     * Starts a program in a claimed one.
     *
     * @param calledNanos when the caller asked for it
     * @return false if it has ended while it waited; the call is as it was
     * @throws SpawnFailedException if the program could not be started; nothing is left of the sandbox
     * @throws UnsupportedByHostException if it cannot be given the launch's limits; likewise
     */
    boolean run(SpawnCall call, Launch launch, long calledNanos) {
        if (!container.beginTask(launch.id(), calledNanos)) {
            letGo();
            return false;
        }
        if (launch.limits().isPresent()) {
            limit(launch.limits().get());
        }
        try {
            gate.open(call);
            gate.close();
            container.taskBegun(call, launch.stdio());
            return true;
        } catch (SpawnException e) {
            container.settled();
            letGo();
            refuseIfStarved(launch);
            if (Gate.wasGone(e.report())) {
                return false;
            }
            ExitStatus end = container.onExit().join();
            SpawnException known = e.killed(end.signal().orElse(0), end.oomKilled());
            throw Failures.spawn(ContainerException.Phase.SPAWN, container.id(), variant.plan(), known);
        }
    }

    /** While nothing of the program runs. The directories are its own from now on, and go with it. */
    private void limit(Limits limits) {
        try {
            container.update(limits);
        } catch (RuntimeException e) {
            container.settled();
            letGo();
            throw e;
        }
    }

    /**
     * Version 2 sets a limit of memory that is too small even for the sandbox, and kills it: so it would the next one. Whether
     * it still hears what to run is chance, as its memory goes before its files do.
     */
    private void refuseIfStarved(Launch launch) {
        if (launch.limits().isPresent() && container.onExit().join().oomKilled()) {
            throw new UnsupportedByHostException(
                    "take " + container.id() + ": the limit of memory is too small even for a sandbox that waits",
                    "linux.resources.memory.limit",
                    "give it a megabyte",
                    java.util.Optional.empty());
        }
    }

    /** Ends a claimed one that was never used; returns at once. */
    void dismiss() {
        container.kill();
        gate.close();
    }

    /** The same, when everything of it is gone. */
    void letGo() {
        dismiss();
        container.close();
    }
}
