package dev.libcontainer.runtime;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.Poller;
import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.Process;
import dev.libcontainer.spec.Spec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Hands what a container says of its readiness (sd_notify(3)) on to whoever waits for that: the socket named by the caller's
 * {@code NOTIFY_SOCKET}. The container gets a socket of its own, in a directory that is bound into it, so that the host's
 * is out of its reach and says only what a container may say: {@code MAINPID} is this side's word, and fds stop here.
 *
 * <p>An fd that comes with a message is closed when the message is taken, which is what {@code BARRIER=1} waits for: all
 * that was sent before it has been handed on by then.
 */
final class NotifySocket implements AutoCloseable {
    /** The directory of a socket that has no path, or none to make a directory of. */
    private static final String INSIDE = "/run/notify";

    private static final String NAME = "notify";
    private static final String VARIABLE = "NOTIFY_SOCKET";
    private static final List<String> WITHHELD = List.of("MAINPID=", "BARRIER=", "FDSTORE", "FDNAME=", "FDPOLL=");
    private static final int LONGEST_MESSAGE = 4096; // as systemd's own
    private static final int BARRIER_MILLIS = 5_000;
    private static final long SOCKET = 0;
    private static final long END = 1;

    private final Fd socket;
    private final Optional<Fd> host;
    private final Poller poller = new Poller();
    private final ByteBuffer message = ByteBuffer.allocateDirect(LONGEST_MESSAGE);
    private volatile boolean over;
    private Optional<Thread> relay = Optional.empty();

    private NotifySocket(Fd socket, Optional<Fd> host) {
        this.socket = socket;
        this.host = host;
        poller.add(socket.value(), SOCKET);
    }

    private static Optional<String> host(RuntimeOptions options) {
        return Optional.ofNullable(options.environment().get(VARIABLE)).filter(name -> !name.isEmpty());
    }

    /** A configuration whose process finds the socket, if the caller has one; for a container that is being created. */
    static Spec bound(RuntimeOptions options, Path state, Spec spec) {
        if (host(options).isEmpty()) {
            return spec;
        }
        Path directory = state.resolve(StateStore.NOTIFY);
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new OciException("cannot make the directory of the notify socket: " + e, e);
        }
        Process process = spec.process().orElseThrow();
        List<String> env = new ArrayList<>(process.env());
        env.removeIf(entry -> entry.startsWith(VARIABLE + "="));
        String inside = inside(host(options).get());
        env.add(VARIABLE + "=" + inside + "/" + NAME);
        Mount bind = Mount.bind(directory.toString(), inside, "ro", "nosuid", "noexec", "nodev");
        return spec.withProcess(process.withEnv(env)).withMount(bind);
    }

    /** As with crun: a directory where the host has its socket. */
    private static String inside(String host) {
        boolean path = host.startsWith("/") && host.length() > 1;
        return path && Path.of(host).normalize().toString().equals(host) ? host : INSIDE;
    }

    /**
     * Begins to listen, if the container was created with such a socket and the caller has one. A variable that is left
     * over from whoever started the caller, and names nobody, keeps no container from its work: that is a warning, and what
     * the container says is read and forgotten.
     *
     * @throws OciException if it cannot
     */
    static Optional<NotifySocket> open(RuntimeOptions options, Path state) {
        Path directory = state.resolve(StateStore.NOTIFY);
        if (host(options).isEmpty() || !Files.isDirectory(directory)) {
            return Optional.empty();
        }
        Spawner.loadKernel();
        Optional<Fd> there = connect(host(options).get(), options);
        boolean done = false;
        try (Fd here = Kernel.open(directory.toString(), Kernel.O_PATH | Kernel.O_DIRECTORY)) {
            Files.deleteIfExists(directory.resolve(NAME)); // of a start that was killed
            Optional<NotifySocket> made =
                    Optional.of(new NotifySocket(Kernel.bindDatagrams(here.value(), NAME), there));
            done = true;
            return made;
        } catch (IOException | KernelException e) {
            throw new OciException("cannot make the notify socket in " + directory + ": " + e.getMessage(), e);
        } finally {
            if (!done) {
                there.ifPresent(Fd::close);
            }
        }
    }

    private static Optional<Fd> connect(String name, RuntimeOptions options) {
        try {
            if (name.startsWith("@")) {
                return Optional.of(Kernel.connectDatagrams(Kernel.AT_FDCWD, name));
            }
            Path path = Path.of(name);
            try (Fd directory = Kernel.open(path.resolveSibling(".").toString(), Kernel.O_PATH | Kernel.O_DIRECTORY)) {
                return Optional.of(Kernel.connectDatagrams(directory.value(), String.valueOf(path.getFileName())));
            }
        } catch (KernelException e) {
            options.warnings()
                    .accept("nobody is told when the container is ready: cannot connect to the notify socket " + name
                            + " (NOTIFY_SOCKET): " + e.getMessage());
            return Optional.empty();
        }
    }

    /**
     * Hands on until the container is ready or its first process gone; then the host knows whom to watch. Does not wait if
     * there is nobody to tell.
     */
    void untilReady(int pid) {
        if (host.isEmpty()) {
            return;
        }
        Optional<Fd> process = Kernel.pidfd(pid);
        if (process.isPresent()) {
            try (Fd pidfd = process.get()) {
                poller.add(pidfd.value(), END);
                while (!over) {
                    poller.await(-1, token -> {
                        if (token == END) {
                            over = true;
                        } else if (relay(pid)) {
                            over = true;
                            barrier();
                        }
                    });
                }
            }
        }
    }

    /** Hands on, in a thread of its own, until this is closed; whoever stays to wait is whom the host is to watch. */
    void whileRunning() {
        int self = (int) ProcessHandle.current().pid();
        Thread thread = new Thread(
                () -> {
                    while (!over) {
                        poller.await(-1, token -> relay(self));
                    }
                },
                "libcontainer-notify");
        thread.setDaemon(true);
        thread.start();
        relay = Optional.of(thread);
    }

    /** One message; whether it was that of being ready. Whom to watch follows as a message of its own, as with runc. */
    private boolean relay(int mainPid) {
        int size = Kernel.read(socket.value(), message);
        byte[] bytes = new byte[size];
        message.get(0, bytes);
        List<String> lines = allowed(new String(bytes, StandardCharsets.ISO_8859_1));
        if (!lines.isEmpty()) {
            send(String.join("\n", lines));
        }
        boolean ready = lines.contains("READY=1");
        if (ready) {
            send("MAINPID=" + mainPid);
        }
        return ready;
    }

    /** What goes on of a message. */
    static List<String> allowed(String message) {
        List<String> lines = new ArrayList<>();
        for (String line : message.split("\n")) {
            if (!line.isEmpty() && WITHHELD.stream().noneMatch(line::startsWith)) {
                lines.add(line);
            }
        }
        return lines;
    }

    private void send(String text, int... fds) {
        if (host.isEmpty()) {
            return;
        }
        try {
            Kernel.send(host.get().value(), text.getBytes(StandardCharsets.ISO_8859_1), fds);
        } catch (KernelException e) {
            over = true; // nobody listens any more: the container need not suffer from that
        }
    }

    /** Waits until the host has read it all: a sender that is gone by then may not be believed (sd_notify_barrier(3)). */
    private void barrier() {
        Fd[] pipe = Kernel.pipe();
        try (Fd read = pipe[0];
                Poller closed = new Poller()) {
            try (Fd write = pipe[1]) {
                send("BARRIER=1", write.value());
            }
            closed.add(read.value(), END);
            closed.await(BARRIER_MILLIS, token -> {});
        }
    }

    @Override
    public void close() {
        over = true;
        poller.wakeUp();
        relay.ifPresent(thread -> {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        drain();
        socket.close();
        host.ifPresent(Fd::close);
        poller.close();
    }

    /** What the container has said last must not be lost because its end was noticed first. */
    private void drain() {
        boolean[] more = {relay.isPresent()};
        int self = (int) ProcessHandle.current().pid();
        while (more[0]) {
            more[0] = false;
            poller.await(0, token -> {
                relay(self);
                more[0] = true;
            });
        }
    }
}
