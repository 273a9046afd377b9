package dev.libcontainer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A subscriber that keeps what it gets. */
final class Collected<T> implements Flow.Subscriber<T> {
    private final long first;
    private final List<T> items = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private Optional<Flow.Subscription> subscription = Optional.empty();
    private Optional<Throwable> trouble = Optional.empty();

    /** Asks for so many at once, and for more only by {@link #request}. */
    Collected(long first) {
        this.first = first;
    }

    static <T> Collected<T> all(Flow.Publisher<T> publisher) {
        Collected<T> collected = new Collected<>(Long.MAX_VALUE);
        publisher.subscribe(collected);
        return collected;
    }

    @Override
    public synchronized void onSubscribe(Flow.Subscription given) {
        subscription = Optional.of(given);
        if (first > 0) {
            given.request(first);
        }
    }

    @Override
    public synchronized void onNext(T item) {
        items.add(item);
        notifyAll();
    }

    @Override
    public synchronized void onError(Throwable e) {
        trouble = Optional.of(e);
        over.countDown();
    }

    @Override
    public void onComplete() {
        over.countDown();
    }

    void request(long n) {
        subscription.orElseThrow().request(n);
    }

    void cancel() {
        subscription.orElseThrow().cancel();
    }

    synchronized List<T> items() {
        return List.copyOf(items);
    }

    synchronized Optional<Throwable> trouble() {
        return trouble;
    }

    /** Whether it is over within ten seconds, or as much longer as tests are patient. */
    boolean isOver() throws InterruptedException {
        return over.await(Patience.seconds(10), TimeUnit.SECONDS);
    }

    /** The first item of a kind, waited for at most twenty seconds, or as much longer as tests are patient. */
    synchronized T await(Predicate<T> kind) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Patience.seconds(20));
        while (true) {
            Optional<T> found = items.stream().filter(kind).findFirst();
            if (found.isPresent()) {
                return found.get();
            }
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("not among " + items);
            }
            wait(left);
        }
    }

    /** The items, as soon as there are so many. */
    List<T> await(int count) throws InterruptedException {
        await(item -> items.size() >= count);
        return items();
    }
}
