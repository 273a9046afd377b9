package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.cgroup.CgroupNotice;
import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.events.ContainerEvent;
import dev.libcontainer.events.Flight;
import dev.libcontainer.events.Trigger;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.stats.Counter;
import dev.libcontainer.stats.Sample;
import dev.libcontainer.stats.Statistics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** What a container may use, and what can be seen of it: everything that goes through its cgroups. */
abstract sealed class ObservedContainer permits Container {
    private volatile boolean isFrozen;
    private volatile boolean keepsDirectories;

    ObservedContainer() {}

    public abstract String id();

    public abstract long pid();

    public abstract boolean isAlive();

    public abstract CompletableFuture<ExitStatus> onExit();

    /** Its cgroups, for what is done seldom; empty once it has ended. */
    abstract Optional<ContainerCgroup> directories();

    /** They have been changed: no other container may get them after. */
    void keepDirectories() {
        keepsDirectories = true;
    }

    boolean keepsDirectories() {
        return keepsDirectories;
    }

    /** Its directories, if they serve one container after another. */
    abstract Optional<UsedCgroups> used();

    /** Whether they may serve the next as soon as this one has ended. */
    boolean usesSharedDirectories() {
        return used().isPresent() && !keepsDirectories;
    }

    /** Kills for want of memory that its directories counted before; empty if they served nobody before. */
    OptionalLong killsBefore() {
        Optional<UsedCgroups> used = used().filter(UsedCgroups::isMade);
        return used.isPresent() ? OptionalLong.of(used.get().oomKills()) : OptionalLong.empty();
    }

    abstract Observation observation();

    private Container self() {
        return (Container) this;
    }

    /**
     * What it uses now; empty once it has ended, and if it has no cgroup.
     *
     * @throws EngineException if it cannot be read for want of fds
     */
    public Optional<Statistics> stats() {
        try {
            return directories().filter(cgroup -> !cgroup.paths().isEmpty()).map(cgroup -> cgroup.statistics(pid()));
        } catch (CgroupException | KernelException e) {
            throw Failures.running(e);
        }
    }

    /**
     * What it uses, again and again, from the subscription to its end. Where the
     * subscriber has asked for nothing, samples are left out and the next one tells of a longer time. Called by one thread
     * for all containers, so it must not block. With {@link Counter#CPU_MICROS} among the counters, numbers of memory and of
     * processes are those of a sample before until half a millisecond of CPU time was used, for a second at most.
     */
    public Flow.Publisher<Sample> samples(Duration interval, Set<Counter> counters) {
        return observation().samples(self(), interval, counters);
    }

    /**
     * What happens to it from the moment of subscription, its end last. What the kernel tells depends on the cgroups it
     * has: {@link ContainerSpecBuilder#managed} gives it all. A trigger that cannot be set is the subscriber's onError.
     */
    public Flow.Publisher<ContainerEvent> events(Trigger... triggers) {
        return observation().events(self(), List.of(triggers));
    }

    /** The same as calls, by a thread of the library, so they must not block; closing the result ends them. */
    public AutoCloseable onEvent(Consumer<? super ContainerEvent> callback, Trigger... triggers) {
        return Observation.callBack(events(triggers), callback);
    }

    /**
     * Changes limits while it runs: all, or, on an exception, none. What the limits do not name stays as it is.
     *
     * @throws UnsupportedByHostException naming the limit that cannot be set
     */
    public void update(Limits limits) {
        control(cgroup -> cgroup.update(limits.toResources()));
    }

    /** Stops all its processes; returns when they have stopped. */
    public void freeze() {
        control(ContainerCgroup::freeze);
        frozen(true);
    }

    /** Lets them go on. */
    public void thaw() {
        control(ContainerCgroup::thaw);
        frozen(false);
    }

    private void frozen(boolean on) {
        isFrozen = on;
        if (directories().filter(CgroupNotice::tellsOfFreezing).isEmpty()) {
            ContainerEvent event = new ContainerEvent.Frozen(id(), Instant.now(), on);
            Flight.happened(event);
            observation().tell(self(), event);
        }
    }

    /** Directories that were changed are nobody else's after. */
    private void control(Consumer<ContainerCgroup> work) {
        keepDirectories();
        try {
            work.accept(directories().orElseThrow(() -> new IllegalStateException("container " + id() + " has ended")));
        } catch (CgroupException | KernelException e) {
            throw Failures.running(e);
        }
    }

    /** On cgroup v1 a stopped process does not even die. */
    void thawToDie() {
        if (isFrozen && isAlive()) {
            try {
                thaw();
            } catch (IllegalStateException | ContainerException e) {
                return; // it has ended meanwhile
            }
        }
    }
}
