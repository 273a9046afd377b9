package dev.libcontainer;

import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A container in the clothes of a {@link Process}. */
final class ContainerProcess extends Process {
    private static final int SIGTERM = 15;

    private final Container container;
    private final ProcessHandle handle;

    ContainerProcess(Container container) {
        this.container = container;
        this.handle = new ContainerHandle(container);
    }

    @Override
    public OutputStream getOutputStream() {
        return container.stdin();
    }

    @Override
    public InputStream getInputStream() {
        return container.stdout();
    }

    @Override
    public InputStream getErrorStream() {
        return container.stderr();
    }

    @Override
    public int waitFor() throws InterruptedException {
        return container.waitFor().code();
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        return container.waitFor(Duration.ofNanos(unit.toNanos(timeout))).isPresent();
    }

    @Override
    public int exitValue() {
        if (container.isAlive()) {
            throw new IllegalThreadStateException("process has not exited");
        }
        return container.onExit().join().code();
    }

    @Override
    public void destroy() {
        container.signal(SIGTERM);
    }

    @Override
    public Process destroyForcibly() {
        container.kill();
        return this;
    }

    @Override
    public boolean supportsNormalTermination() {
        return true;
    }

    @Override
    public boolean isAlive() {
        return container.isAlive();
    }

    @Override
    public long pid() {
        return container.pid();
    }

    @Override
    public CompletableFuture<Process> onExit() {
        return container.onExit().handle((status, trouble) -> this);
    }

    @Override
    public ProcessHandle toHandle() {
        return handle;
    }

    @Override
    public ProcessHandle.Info info() {
        return handle.info();
    }

    @Override
    public String toString() {
        Object exit = container.isAlive() ? "\"not exited\"" : exitValue();
        return "Process[pid=" + pid() + ", exitValue=" + exit + "]";
    }
}
