package dev.libcontainer;

import dev.libcontainer.kernel.Fd;
import java.util.Optional;

/**
 * Ready network namespaces for the spawns of one blueprint. A spawn takes its own, and names the one that the next spawn
 * will have, so that the template gets ready in it meanwhile. What has been named is kept for the next spawn of this
 * blueprint and given to nobody else: a template may stand in it. Thread-safe.
 */
final class ReadyNetworks implements AutoCloseable {
    /** Of a spawn; borrowed fds, or -1. */
    record Binding(int own, int next) {
        static final Binding NONE = new Binding(-1, -1);

        static Binding only(int own) {
            return new Binding(own, -1);
        }
    }

    /** What one spawn has taken; to be closed when it is over. */
    final class Turn implements AutoCloseable {
        private final Fd own;
        private final Optional<Fd> next;

        private Turn(Fd own, Optional<Fd> next) {
            this.own = own;
            this.next = next;
        }

        Binding binding() {
            return new Binding(own.value(), next.isPresent() ? next.get().value() : -1);
        }

        @Override
        public void close() {
            own.close();
            if (next.isPresent()) {
                keep(next.get());
            }
        }
    }

    private final Containers containers;
    private Optional<Fd> kept = Optional.empty();
    /** Whether a spawn under way has named one. */
    private boolean isNamed;

    private boolean closed;

    ReadyNetworks(Containers containers) {
        this.containers = containers;
    }

    /** A turn with a network of its own; empty when none is ready. */
    synchronized Optional<Turn> begin() {
        Optional<Fd> own = kept.isPresent() ? kept : containers.readyNetwork();
        kept = Optional.empty();
        if (own.isEmpty()) {
            return Optional.empty();
        }
        Optional<Fd> next = isNamed || closed ? Optional.empty() : containers.readyNetwork();
        isNamed |= next.isPresent();
        return Optional.of(new Turn(own.get(), next));
    }

    private synchronized void keep(Fd next) {
        isNamed = false;
        if (closed) {
            next.close();
        } else {
            kept = Optional.of(next);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        kept.ifPresent(Fd::close);
        kept = Optional.empty();
    }
}
