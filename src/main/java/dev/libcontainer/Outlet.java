package dev.libcontainer;

import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One subscription of a Flow: hands on what was asked for, one after the other, from whatever thread comes by. What nobody
 * has asked for yet waits, up to a number; then the subscription fails, since an event must not be lost in silence.
 */
final class Outlet<T> implements Flow.Subscription {
    private static final int WAITING_AT_MOST = 1024;

    private final Flow.Subscriber<? super T> subscriber;
    private final Runnable onCancel;
    private final Queue<T> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingCount = new AtomicInteger();
    private final AtomicLong demand = new AtomicLong();
    private final AtomicInteger work = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile boolean complete;
    private volatile Optional<Throwable> trouble = Optional.empty();

    /** The subscriber gets it by {@link #open}; onCancel may be called by any thread, once. */
    Outlet(Flow.Subscriber<? super T> subscriber, Runnable onCancel) {
        this.subscriber = subscriber;
        this.onCancel = onCancel;
    }

    void open() {
        work.incrementAndGet(); // nothing before onSubscribe has returned
        try {
            subscriber.onSubscribe(this);
        } catch (RuntimeException e) {
            cancel();
            throw e;
        }
        if (work.decrementAndGet() > 0) {
            work.set(0);
            drain();
        }
    }

    boolean isOver() {
        return over.get();
    }

    /** Hands on, now or when it is asked for. */
    void emit(T item) {
        if (waitingCount.incrementAndGet() > WAITING_AT_MOST) {
            fail(new IllegalStateException("more than " + WAITING_AT_MOST + " items wait for request()"));
            return;
        }
        waiting.add(item);
        drain();
    }

    /** Whether somebody waits for the next item: for streams that may leave some out. */
    boolean isWanted() {
        return demand.get() > waitingCount.get() && !over.get();
    }

    void complete() {
        complete = true;
        drain();
    }

    void fail(Throwable e) {
        trouble = Optional.of(e);
        drain();
    }

    @Override
    public void request(long n) {
        if (n <= 0) {
            fail(new IllegalArgumentException("request(" + n + "): a positive number of items can be asked for"));
            return;
        }
        demand.accumulateAndGet(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
        drain();
    }

    @Override
    public void cancel() {
        if (over.compareAndSet(false, true)) {
            onCancel.run();
        }
    }

    /** One thread at a time hands on; who comes meanwhile leaves word. */
    private void drain() {
        if (work.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            handOn();
            seen = work.addAndGet(-seen);
        } while (seen != 0);
    }

    private void handOn() {
        if (trouble.isPresent() && !over.get()) {
            cancel();
            subscriber.onError(trouble.get());
        }
        while (!over.get() && demand.get() > 0) {
            T item = waiting.poll();
            if (item == null) {
                break;
            }
            waitingCount.decrementAndGet();
            if (demand.get() != Long.MAX_VALUE) {
                demand.decrementAndGet();
            }
            try {
                subscriber.onNext(item);
            } catch (RuntimeException e) {
                cancel(); // a subscriber that throws has had enough (Reactive Streams 2.13)
            }
        }
        if (complete && waiting.isEmpty() && !over.get()) {
            cancel();
            subscriber.onComplete();
        }
    }
}
