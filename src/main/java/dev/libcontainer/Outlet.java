package dev.libcontainer;

import dev.libcontainer.kernel.Unfailing;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * One subscription of a Flow: hands on what was asked for, one after the other, from whatever thread comes by. What nobody
 * has asked for yet waits, up to a number; then the subscription fails, since an event must not be lost in silence.
 */
final class Outlet<T> implements Flow.Subscription {
    private static final int WAITING_AT_MOST = 1024;
    private static final AtomicIntegerFieldUpdater<Outlet<?>> WAITING_COUNT = intOf("waitingCount");
    private static final AtomicLongFieldUpdater<Outlet<?>> DEMAND = longOf("demand");
    private static final AtomicIntegerFieldUpdater<Outlet<?>> OVER = intOf("over");

    private final Flow.Subscriber<? super T> subscriber;
    private final Runnable onCancel;
    private final Queue<T> waiting = new ConcurrentLinkedQueue<>();
    /** Fields rather than objects: with a thousand outlets each object is one more fetch from memory for an item. */
    private volatile int waitingCount;

    private volatile long demand;

    private final AtomicInteger work = new AtomicInteger();

    private volatile int over;
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
        } catch (RuntimeException | Error e) {
            cancel();
            throw e;
        }
        if (work.decrementAndGet() > 0) {
            work.set(0);
            drain();
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static AtomicIntegerFieldUpdater<Outlet<?>> intOf(String field) {
        return (AtomicIntegerFieldUpdater) AtomicIntegerFieldUpdater.newUpdater(Outlet.class, field);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static AtomicLongFieldUpdater<Outlet<?>> longOf(String field) {
        return (AtomicLongFieldUpdater) AtomicLongFieldUpdater.newUpdater(Outlet.class, field);
    }

    boolean isOver() {
        return over != 0;
    }

    /** Hands on, now or when it is asked for. */
    void emit(T item) {
        if (work.compareAndSet(0, 1)) {
            if (waitingCount == 0 && demand > 0 && !isOver() && trouble.isEmpty()) {
                handOn(item); // nearly always: nothing waits, and it is wanted
            } else {
                queue(item);
                handOn();
            }
            leave(1);
        } else {
            queue(item);
            drain();
        }
    }

    private void queue(T item) {
        if (WAITING_COUNT.incrementAndGet(this) > WAITING_AT_MOST) {
            fail(new IllegalStateException("more than " + WAITING_AT_MOST + " items wait for request()"));
        } else {
            waiting.add(item);
        }
    }

    /** Whether somebody waits for the next item: for streams that may leave some out. */
    boolean isWanted() {
        return demand > waitingCount && !isOver();
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
        DEMAND.accumulateAndGet(this, n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
        drain();
    }

    @Override
    public void cancel() {
        if (OVER.compareAndSet(this, 0, 1)) {
            onCancel.run();
        }
    }

    /** One thread at a time hands on; who comes meanwhile leaves word. */
    private void drain() {
        if (work.getAndIncrement() == 0) {
            handOn();
            leave(1);
        }
    }

    private void leave(int done) {
        for (int left = work.addAndGet(-done); left != 0; left = work.addAndGet(-left)) {
            handOn();
        }
    }

    private void handOn(T item) {
        if (demand != Long.MAX_VALUE) {
            DEMAND.decrementAndGet(this);
        }
        try {
            subscriber.onNext(item);
        } catch (RuntimeException e) {
            cancel(); // a subscriber that throws has had enough (Reactive Streams 2.13)
        } catch (Error e) {
            cancel();
            Unfailing.run(() -> {
                throw e;
            });
        }
    }

    private void handOn() {
        if (trouble.isPresent() && !isOver()) {
            cancel();
            Unfailing.run(() -> subscriber.onError(trouble.get()));
        }
        while (!isOver() && demand > 0) {
            T item = waiting.poll();
            if (item == null) {
                break;
            }
            WAITING_COUNT.decrementAndGet(this);
            handOn(item);
        }
        if (complete && waiting.isEmpty() && !isOver()) {
            cancel();
            Unfailing.run(subscriber::onComplete);
        }
    }
}
