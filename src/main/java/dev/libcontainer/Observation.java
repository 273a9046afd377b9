package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupNotice;
import dev.libcontainer.cgroup.CgroupNotice.What;
import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.cgroup.CounterFiles;
import dev.libcontainer.events.ContainerEvent;
import dev.libcontainer.events.MemoryLevel;
import dev.libcontainer.events.Trigger;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.Unfailing;
import dev.libcontainer.stats.Counter;
import dev.libcontainer.stats.Sample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.Consumer;

/** Who watches containers of one instance: threads and files only from the first subscription on. Thread-safe. */
final class Observation implements AutoCloseable {
    private final List<Outlet<ContainerEvent>> ofAll = new CopyOnWriteArrayList<>();
    private Optional<Sampler> sampler = Optional.empty();
    private volatile Optional<EventLoop> loop = Optional.empty();
    private boolean closed;

    private synchronized Sampler sampler() {
        refuseClosed();
        if (sampler.isEmpty()) {
            sampler = Optional.of(new Sampler());
        }
        return sampler.get();
    }

    private synchronized EventLoop loop() {
        refuseClosed();
        if (loop.isEmpty()) {
            loop = Optional.of(new EventLoop());
        }
        return loop.get();
    }

    private void refuseClosed() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
    }

    Flow.Publisher<Sample> samples(Container container, Duration interval, Set<Counter> counters) {
        if (interval.isNegative() || interval.isZero() || counters.isEmpty()) {
            throw new IllegalArgumentException("samples need an interval and something to count");
        }
        Set<Counter> wanted = Set.copyOf(counters);
        return subscriber -> {
            Sampler own = sampler();
            Outlet<Sample> outlet = new Outlet<>(subscriber, own::look);
            outlet.open();
            Optional<ContainerCgroup> cgroup = container.directories();
            if (cgroup.isEmpty()) {
                outlet.complete(); // it has ended
                return;
            }
            try {
                CounterFiles files = CounterFiles.open(cgroup.get(), container.pid(), wanted);
                own.add(new Sampler.Target(container, files, outlet), interval);
            } catch (KernelException e) {
                outlet.fail(Failures.running(e));
                return;
            }
            var unused = container.onExit().whenComplete((status, trouble) -> own.look());
        };
    }

    Flow.Publisher<ContainerEvent> events(Container container, List<Trigger> triggers) {
        List<Trigger> wanted = List.copyOf(triggers);
        return subscriber -> {
            Outlet<ContainerEvent> outlet = outlet(subscriber);
            outlet.open();
            try {
                watch(container, outlet, wanted, true);
            } catch (RuntimeException e) {
                outlet.fail(Failures.running(e));
            }
        };
    }

    /** Of all containers that are started from now on. */
    Flow.Publisher<ContainerEvent> eventsOfAll() {
        return subscriber -> {
            loop();
            Outlet<ContainerEvent> outlet = outlet(subscriber);
            ofAll.add(outlet);
            outlet.open();
        };
    }

    private Outlet<ContainerEvent> outlet(Flow.Subscriber<? super ContainerEvent> subscriber) {
        EventLoop own = loop();
        List<Outlet<ContainerEvent>> self = new ArrayList<>();
        Outlet<ContainerEvent> outlet = new Outlet<>(subscriber, () -> {
            ofAll.removeAll(self);
            self.forEach(own::remove);
        });
        self.add(outlet);
        return outlet;
    }

    /** A container has been started: nearly always nobody wants to know. */
    void started(Container container) {
        if (!ofAll.isEmpty()) {
            ofAll.forEach(outlet -> watchOrFail(container, outlet));
        }
    }

    /** A container that cannot be watched has been started all the same. */
    private void watchOrFail(Container container, Outlet<ContainerEvent> outlet) {
        try {
            watch(container, outlet, List.of(), false);
        } catch (RuntimeException e) {
            outlet.fail(Failures.running(e));
        }
    }

    private void watch(
            Container container, Outlet<ContainerEvent> outlet, List<Trigger> triggers, boolean endsWithContainer) {
        Optional<ContainerCgroup> cgroup = container.directories();
        List<CgroupNotice> notices = new ArrayList<>();
        Map<CgroupNotice, Trigger> byNotice = new HashMap<>();
        if (cgroup.isPresent()) {
            notices.addAll(CgroupNotice.all(cgroup.get(), EventLoop.buffer()));
            try {
                for (Trigger trigger : triggers) {
                    CgroupNotice notice = trigger instanceof MemoryLevel level
                            ? CgroupNotice.level(cgroup.get(), level.text())
                            : CgroupNotice.pressure(cgroup.get(), trigger.what(), trigger.text());
                    notices.add(notice);
                    byNotice.put(notice, trigger);
                }
            } catch (RuntimeException e) {
                notices.forEach(CgroupNotice::close);
                throw e;
            }
        }
        Map<What, Long> before = before(container, notices);
        loop().add(new EventLoop.Watch(container, outlet, endsWithContainer, notices, before), byNotice);
    }

    /** What directories that served others have counted; of refused forks, which no end reads, all until the subscription. */
    private static Map<What, Long> before(Container container, List<CgroupNotice> notices) {
        OptionalLong kills = container.killsBefore();
        if (kills.isEmpty()) {
            return Map.of();
        }
        long refused = notices.stream()
                .mapToLong(notice -> notice.count(What.PIDS_MAX))
                .sum();
        return Map.of(What.OOM_KILL, kills.getAsLong(), What.PIDS_MAX, refused);
    }

    /** A container has ended; its directories are still its own. */
    void ended(Container container) {
        Optional<EventLoop> current = loop;
        if (current.isPresent()) {
            Unfailing.run(() -> current.get().ended(container));
        }
    }

    /** Tells of what the library itself did, where the kernel does not. */
    void tell(Container container, ContainerEvent event) {
        loop.ifPresent(own -> own.tell(container, event));
    }

    /** Calls back instead; closing the result ends that. */
    static <T> AutoCloseable callBack(Flow.Publisher<T> publisher, Consumer<? super T> callback) {
        Callback<T> subscriber = new Callback<>(callback);
        publisher.subscribe(subscriber);
        subscriber.trouble.ifPresent(trouble -> {
            throw trouble;
        });
        return subscriber::close;
    }

    /** Asks for everything. */
    private static final class Callback<T> implements Flow.Subscriber<T> {
        private final Consumer<? super T> callback;
        private volatile Optional<Flow.Subscription> subscription = Optional.empty();
        private volatile Optional<RuntimeException> trouble = Optional.empty();

        Callback(Consumer<? super T> callback) {
            this.callback = callback;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = Optional.of(given);
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(T item) {
            callback.accept(item);
        }

        @Override
        public void onError(Throwable e) {
            trouble = Optional.of(e instanceof RuntimeException known ? known : new IllegalStateException(e));
        }

        @Override
        public void onComplete() {}

        void close() {
            subscription.ifPresent(Flow.Subscription::cancel);
        }
    }

    @Override
    public void close() {
        Optional<Sampler> ownSampler;
        Optional<EventLoop> ownLoop;
        synchronized (this) {
            closed = true;
            ownSampler = sampler;
            ownLoop = loop;
        }
        ownSampler.ifPresent(Sampler::close);
        ownLoop.ifPresent(EventLoop::close);
        ofAll.forEach(Outlet::complete);
    }
}
