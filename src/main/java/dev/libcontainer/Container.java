package dev.libcontainer;

import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.events.Flight;
import dev.libcontainer.kernel.Exit;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.spec.NamespaceType;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A started container: its first process has begun its program. Thread-safe. Closing it kills what still runs in it and
 * releases its streams; a container that has ended by itself holds nothing but unread output.
 */
public final class Container extends ObservedContainer implements AutoCloseable {
    private static final int SIGKILL = 9;
    private static final int[] NO_CGROUPS = {};
    /** How long a waiting thread watches the process itself before it leaves that to the exit thread. */
    private static final long DIRECT_WAIT_MICROS = 5000;

    private final Containers owner;
    private final Blueprint.Variant variant;
    private volatile String id; // of a sandbox made ahead: until it is taken
    private final int token;
    private long calledNanos = System.nanoTime();
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    private volatile ContainerStreams streams = ContainerStreams.NONE;
    private Optional<PseudoTerminal> terminal = Optional.empty();
    private long startNanos;
    private Optional<Timeline> timeline = Optional.empty();
    private int pid = -1;
    private Fd pidfd = Fd.NONE;
    private int[] cgroups = NO_CGROUPS;
    private Fd mounts = Fd.NONE;
    private final Object sweeping = new Object();
    private Optional<UsedCgroups> existing = Optional.empty();
    private long oomKills;
    private boolean started;
    private boolean ended;
    private boolean goneEarly;
    private int directWaiters;

    Container(Containers owner, Blueprint.Variant variant, String id) {
        this.owner = owner;
        this.variant = variant;
        this.id = id;
        this.token = owner.exits().expect(this);
    }

    /** Names this container in the exit thread's poller. */
    int token() {
        return token;
    }

    /** The spawn has succeeded: takes over what it made. */
    void started(SpawnCall call, Stdio stdio, Optional<UsedCgroups> reused) {
        long begun = System.nanoTime();
        streams = ContainerStreams.of(call, stdio, owner);
        adoptProcess(call, reused);
        if (call.console() >= 0) {
            terminal = Optional.of(new PseudoTerminal(call.console()));
        }
        timeline = call.times().length == 0 ? Optional.empty() : Optional.of(Timeline.of(variant.plan(), call.times()));
        begun(begun);
        end(call.exit());
    }

    /** A sandbox waits for its task, or was given one, did not begin it, and has ended or will. */
    void settled() {
        begun(System.nanoTime());
    }

    /** A sandbox is about to be told what to run; false if it has ended. Its end is not heard of until that is over. */
    synchronized boolean beginTask(Optional<String> newId, long called) {
        if (ended) {
            return false;
        }
        id = newId.orElse(id);
        calledNanos = called;
        started = false;
        return true;
    }

    /** The sandbox runs its program. */
    void taskBegun(SpawnCall call, Stdio stdio) {
        long begun = System.nanoTime();
        streams = ContainerStreams.of(call, stdio, owner);
        begun(begun);
    }

    synchronized void adoptProcess(SpawnCall call, Optional<UsedCgroups> reused) {
        pid = call.pid();
        pidfd = Fd.adopt(call.pidfd());
        cgroups = UsedCgroups.directories(reused, call);
        mounts = Fd.adopt(call.mounts());
        existing = reused;
    }

    /** From now on its end is its end. */
    private void begun(long nanos) {
        boolean over;
        synchronized (this) {
            startNanos = nanos - calledNanos;
            started = true;
            over = goneEarly;
            goneEarly = false;
        }
        if (over) {
            gone();
        }
    }

    /** The exit thread's word: the process is gone. */
    void gone() {
        Optional<Exit> exited;
        synchronized (this) {
            if (!started) { // faster than its own spawn's return
                goneEarly = true;
                return;
            }
            exited = pidfd.value() < 0 ? Optional.empty() : Kernel.await(pidfd.value(), 0);
        }
        end(exited);
    }

    private void end(Optional<Exit> exited) {
        int[] directories;
        synchronized (this) {
            if (ended || exited.isEmpty()) {
                return;
            }
            ended = true;
            directories = cgroups;
            closePidfd();
        }
        owner.exits().forget(token);
        Exit event = exited.get();
        long wallNanos = System.nanoTime() - calledNanos;
        try {
            observation().ended(this);
            CgroupLayout.LastFigures last = variant.cgroups().lastFigures(directories, existing);
            oomKills = last.oomKills();
            boolean oom = oomKills > (existing.isPresent() ? existing.get().oomKills() : 0);
            ExitStatus status = ExitStatus.of(event, oom, last.peak(), startNanos, wallNanos);
            long cpuMicros = event.userMicros() + event.systemMicros();
            Flight.exited(id, pid, status.exitCode(), status.signal(), oom, cpuMicros, wallNanos);
            exit.complete(status);
        } catch (RuntimeException | Error e) {
            exit.completeExceptionally(e);
        }
        if (directories.length > 0 || mounts.value() >= 0) {
            owner.exits().sweepLater(this);
        }
    }

    /** It has ended, and nobody will ever know how. */
    void lost(Throwable e) {
        synchronized (this) {
            ended = true;
            closePidfd();
        }
        owner.exits().forget(token);
        observation().ended(this);
        exit.completeExceptionally(e);
        owner.exits().sweepLater(this);
    }

    /** Takes down what is left of the ended container: mounts and cgroups. Whoever comes first does it, others wait. */
    void sweep() {
        synchronized (sweeping) {
            mounts.close(); // waits for the kernel to take the mounts apart
            int[] directories;
            synchronized (this) {
                directories = cgroups;
                cgroups = NO_CGROUPS;
            }
            if (directories.length == 0) {
                return;
            }
            variant.cgroups().leave(existing, keepsDirectories(), oomKills, directories);
            variant.swept(this);
        }
    }

    @Override
    public String id() {
        return id;
    }

    /** The first process's pid, as this JVM sees it; it keeps its value after the end. */
    @Override
    public long pid() {
        return pid;
    }

    /** The process's pidfd (pidfd_open(2)), borrowed until it ends; -1 afterwards. */
    public int pidfd() {
        return pidfd.value();
    }

    boolean diesWithJvm() {
        return variant.diesWithJvm();
    }

    /** From the call of spawn until the program began. */
    public Duration startLatency() {
        return Duration.ofNanos(startNanos);
    }

    /** Where the time of the spawn went, if the {@link Launch#timed launch} asked for that. */
    public Optional<Timeline> timeline() {
        return timeline;
    }

    @Override
    public boolean isAlive() {
        return !exit.isDone();
    }

    /**
     * The end; completed on the library's exit thread, so what depends on it must not block there, or on the thread that
     * waits for the end or spawned what was gone at once.
     */
    @Override
    public CompletableFuture<ExitStatus> onExit() {
        return exit;
    }

    /**
     * Waits for the end.
     *
     * @throws InterruptedException if interrupted meanwhile
     */
    public ExitStatus waitFor() throws InterruptedException {
        waitDirectly();
        try {
            return exit.get();
        } catch (ExecutionException e) {
            throw cause(e);
        }
    }

    private static RuntimeException cause(ExecutionException e) {
        return e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
    }

    /** Waits for the end at most so long; empty if it has not come. */
    public Optional<ExitStatus> waitFor(Duration timeout) throws InterruptedException {
        try {
            return Optional.of(exit.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw cause(e);
        }
    }

    /** A short-lived process is reaped by whoever waits for it: one hand-over between threads less. */
    private void waitDirectly() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        int fd;
        synchronized (this) {
            fd = pidfd.value();
            if (ended || fd < 0 || VirtualThreads.isVirtual(Thread.currentThread())) {
                return;
            }
            directWaiters++; // the number stays ours while we wait on it
        }
        Optional<Exit> exited = owner.awaitExit(token, fd, DIRECT_WAIT_MICROS);
        synchronized (this) {
            directWaiters--;
            if (ended) {
                closePidfd();
            }
        }
        end(exited);
    }

    private void closePidfd() {
        if (directWaiters == 0) {
            pidfd.close();
        }
    }

    /** Sends a signal to the first process; false if it has ended. */
    public synchronized boolean signal(int signal) {
        return !ended && pidfd.value() >= 0 && Kernel.signal(pidfd.value(), signal);
    }

    /** Kills everything in the container. */
    public void kill() {
        thawToDie();
        synchronized (this) {
            boolean firstIsAll = variant.plan().namespaces().contains(NamespaceType.PID);
            if (!firstIsAll && !ended && cgroups.length > 0) {
                Kernel.killCgroup(cgroups[0]);
            }
        }
        signal(SIGKILL);
    }

    @Override
    synchronized Optional<ContainerCgroup> directories() {
        return ended ? Optional.empty() : Optional.of(variant.cgroups().cgroup(cgroups));
    }

    @Override
    Observation observation() {
        return owner.observation();
    }

    @Override
    synchronized Optional<UsedCgroups> used() {
        return existing;
    }

    /** Writes to the container's stdin; goes nowhere unless stdin is a pipe. */
    public OutputStream stdin() {
        return streams.stdin();
    }

    /**
     * The container's stdout; empty unless it is a pipe, or captured: then each call waits for the stream's end and gives a
     * stream over everything, which is the caller's to close.
     */
    public InputStream stdout() {
        return streams.reader(1);
    }

    /** The container's stderr, likewise. */
    public InputStream stderr() {
        return streams.reader(2);
    }

    /** {@link #stdin()} as a channel. */
    public WritableByteChannel stdinChannel() {
        return streams.stdinChannel();
    }

    /** {@link #stdout()} as a channel. */
    public ReadableByteChannel stdoutChannel() {
        return streams.channel(1);
    }

    /** {@link #stderr()} as a channel. */
    public ReadableByteChannel stderrChannel() {
        return streams.channel(2);
    }

    /** The terminal, if the container was given one. */
    public Optional<PseudoTerminal> terminal() {
        return terminal;
    }

    /** All captured stdout as UTF-8; waits until the stream has ended. */
    public String output() {
        return streams.text(1);
    }

    /** All captured stderr, likewise. */
    public String errorOutput() {
        return streams.text(2);
    }

    /** This container as a {@link Process}, for code that takes one. */
    public Process toProcess() {
        return new ContainerProcess(this);
    }

    /** Kills what still runs, waits for its end, and releases streams and captured output. */
    @Override
    public void close() {
        kill();
        exit.exceptionally(e -> null).join();
        sweep();
        streams.close();
        terminal.ifPresent(PseudoTerminal::close);
    }

    @Override
    public String toString() {
        return "container " + id + " (pid " + pid + ", " + (exit.isDone() ? "ended" : "running") + ")";
    }
}
