package dev.libcontainer;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * The handle of a container's first process. The JDK's own handle would wait for the process itself; this one leaves
 * that to the library and asks the JDK only for what it reads from /proc.
 */
final class ContainerHandle implements ProcessHandle {
    private static final int SIGTERM = 15;

    private final Container container;

    ContainerHandle(Container container) {
        this.container = container;
    }

    private Optional<ProcessHandle> jdk() {
        return isAlive() ? ProcessHandle.of(container.pid()) : Optional.empty();
    }

    @Override
    public long pid() {
        return container.pid();
    }

    @Override
    public Optional<ProcessHandle> parent() {
        return jdk().flatMap(ProcessHandle::parent);
    }

    @Override
    public Stream<ProcessHandle> children() {
        return jdk().map(ProcessHandle::children).orElseGet(Stream::empty);
    }

    @Override
    public Stream<ProcessHandle> descendants() {
        return jdk().map(ProcessHandle::descendants).orElseGet(Stream::empty);
    }

    @Override
    public Info info() {
        return jdk().map(ProcessHandle::info).orElseGet(Ended::new);
    }

    @Override
    public CompletableFuture<ProcessHandle> onExit() {
        return container.onExit().handle((status, trouble) -> this);
    }

    @Override
    public boolean supportsNormalTermination() {
        return true;
    }

    @Override
    public boolean destroy() {
        return container.signal(SIGTERM);
    }

    @Override
    public boolean destroyForcibly() {
        boolean alive = container.isAlive();
        container.kill();
        return alive;
    }

    @Override
    public boolean isAlive() {
        return container.isAlive();
    }

    @Override
    public int compareTo(ProcessHandle other) {
        return Long.compare(pid(), other.pid());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ContainerHandle that && that.container == container;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(pid());
    }

    @Override
    public String toString() {
        return Long.toString(pid());
    }

    /** What is known of a process that is gone. */
    private static final class Ended implements Info {
        @Override
        public Optional<String> command() {
            return Optional.empty();
        }

        @Override
        public Optional<String> commandLine() {
            return Optional.empty();
        }

        @Override
        public Optional<String[]> arguments() {
            return Optional.empty();
        }

        @Override
        public Optional<Instant> startInstant() {
            return Optional.empty();
        }

        @Override
        public Optional<Duration> totalCpuDuration() {
            return Optional.empty();
        }

        @Override
        public Optional<String> user() {
            return Optional.empty();
        }
    }
}
