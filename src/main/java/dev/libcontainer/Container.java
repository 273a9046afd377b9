package dev.libcontainer;

import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.events.Flight;
import dev.libcontainer.kernel.Exit;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.spec.NamespaceType;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
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
    /** Shared by all that capture nothing, so never written. */
    private static final Capture[] NO_CAPTURES = new Capture[3];
    /** How long a waiting thread watches the process itself before it leaves that to the exit thread. */
    private static final long DIRECT_WAIT_MICROS = 5000;

    private final Containers owner;
    private final Blueprint.Variant variant;
    private final String id;
    private final int token;
    private final long calledNanos = System.nanoTime();
    private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    private Optional<Pipes> pipes = Optional.empty();
    private Capture[] captures = NO_CAPTURES;
    private Optional<PseudoTerminal> terminal = Optional.empty();
    private long startNanos;
    private int pid = -1;
    private Fd pidfd = Fd.adopt(-1);
    private int[] cgroups = NO_CGROUPS;
    private Fd mounts = Fd.adopt(-1);
    private final Object sweeping = new Object();
    private Optional<CgroupLayout.Existing> existing = Optional.empty();
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
    void started(SpawnCall call, Stdio stdio, Optional<CgroupLayout.Existing> reused) {
        startNanos = System.nanoTime() - calledNanos;
        for (int i = 0; i < 3; i++) {
            int fd = call.stdioEnd(i);
            Stdio.Stream stream = i == 1 ? stdio.out() : stdio.err();
            if (i > 0 && fd >= 0 && stream.kind() == Stdio.Kind.CAPTURE) {
                captures = captures == NO_CAPTURES ? new Capture[3] : captures;
                captures[i] = new Capture(fd, stream.memoryBytes());
                owner.output().collect(captures[i]);
            } else if (fd >= 0) {
                pipes().adopt(i, fd);
            }
        }
        boolean over;
        synchronized (this) {
            pid = call.pid();
            pidfd = Fd.adopt(call.pidfd());
            cgroups = call.cgroups();
            mounts = Fd.adopt(call.mounts());
            existing = reused;
            if (call.console() >= 0) {
                terminal = Optional.of(new PseudoTerminal(call.console()));
            }
            started = true;
            over = goneEarly;
        }
        call.exit().ifPresent(this::end);
        if (over) {
            gone();
        }
    }

    private synchronized Pipes pipes() {
        if (pipes.isEmpty()) {
            pipes = Optional.of(new Pipes());
        }
        return pipes.get();
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
        exited.ifPresent(this::end);
    }

    private void end(Exit event) {
        int[] directories;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            directories = cgroups;
            closePidfd();
        }
        owner.exits().forget(token);
        long wallNanos = System.nanoTime() - calledNanos;
        OptionalLong peak = OptionalLong.empty();
        boolean oom = false;
        RuntimeException trouble = null;
        if (directories.length > 0) {
            try {
                CgroupLayout.LastFigures last = variant.cgroups().lastFigures(directories);
                peak = last.peakBytes() < 0 ? peak : OptionalLong.of(last.peakBytes());
                oomKills = last.oomKills();
                oom = oomKills > existing.map(CgroupLayout.Existing::oomKills).orElse(0L);
            } catch (RuntimeException e) {
                trouble = e;
            }
        }
        ExitStatus status = ExitStatus.of(event, oom, peak, startNanos, wallNanos);
        Flight.exited(
                id, pid, status.exitCode(), status.signal(), oom, event.userMicros() + event.systemMicros(), wallNanos);
        if (trouble == null) {
            exit.complete(status);
        } else {
            exit.completeExceptionally(trouble);
        }
        if (directories.length > 0 || mounts.value() >= 0) {
            owner.exits().sweepLater(this);
        }
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
            if (existing.isPresent()) {
                variant.cgroups().giveBack(existing.get(), oomKills, directories);
            } else {
                Kernel.removeCgroups(directories);
            }
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
            throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
        }
    }

    /** Waits for the end at most so long; empty if it has not come. */
    public Optional<ExitStatus> waitFor(Duration timeout) throws InterruptedException {
        try {
            return Optional.of(exit.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
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
        exited.ifPresent(this::end);
    }

    private void closePidfd() {
        if (directWaiters == 0) {
            pidfd.close();
        }
    }

    /** Sends a signal to the first process; false if it has ended. */
    public boolean signal(int signal) {
        synchronized (this) {
            return !ended && pidfd.value() >= 0 && Kernel.signal(pidfd.value(), signal);
        }
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
    synchronized void keepDirectories() {
        existing = Optional.empty();
    }

    @Override
    Observation observation() {
        return owner.observation();
    }

    /** Whether its directories may serve another container as soon as it has ended. */
    synchronized boolean usesSharedDirectories() {
        return existing.isPresent();
    }

    /** Writes to the container's stdin; goes nowhere unless stdin is a pipe. */
    public OutputStream stdin() {
        return pipes().stdin();
    }

    /**
     * The container's stdout; empty unless it is a pipe, or captured: then each call waits for the stream's end and gives a
     * stream over everything, which is the caller's to close.
     */
    public InputStream stdout() {
        return reader(1);
    }

    /** The container's stderr, likewise. */
    public InputStream stderr() {
        return reader(2);
    }

    private InputStream reader(int index) {
        try {
            return captures[index] == null ? pipes().reader(index) : captures[index].stream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** {@link #stdin()} as a channel. */
    public WritableByteChannel stdinChannel() {
        return stdin() instanceof java.io.FileOutputStream file ? file.getChannel() : Channels.newChannel(stdin());
    }

    /** {@link #stdout()} as a channel. */
    public ReadableByteChannel stdoutChannel() {
        return captures[1] == null ? pipes().channel(1) : Channels.newChannel(stdout());
    }

    /** {@link #stderr()} as a channel. */
    public ReadableByteChannel stderrChannel() {
        return captures[2] == null ? pipes().channel(2) : Channels.newChannel(stderr());
    }

    /** The terminal, if the container was given one. */
    public Optional<PseudoTerminal> terminal() {
        return terminal;
    }

    /** All captured stdout as UTF-8; waits until the stream has ended. */
    public String output() {
        return captured(1);
    }

    /** All captured stderr, likewise. */
    public String errorOutput() {
        return captured(2);
    }

    private String captured(int i) {
        return captures[i] == null ? "" : new String(captures[i].bytes(), StandardCharsets.UTF_8);
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
        pipes().close();
        terminal.ifPresent(PseudoTerminal::close);
        for (Capture capture : captures) {
            if (capture != null) {
                capture.discard();
            }
        }
    }

    @Override
    public String toString() {
        return "container " + id + " (pid " + pid + ", " + (exit.isDone() ? "ended" : "running") + ")";
    }
}
