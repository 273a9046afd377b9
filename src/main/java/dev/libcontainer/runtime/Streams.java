package dev.libcontainer.runtime;

import dev.libcontainer.kernel.Exit;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.kernel.Terminal;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a process reads and writes: the caller's streams, a terminal that goes to somebody's socket, or a terminal that is
 * joined with the caller's own for as long as the process runs.
 */
final class Streams implements AutoCloseable {
    private static final int CHUNK = 8192;
    private static final long RESIZE_MICROS = 250_000;

    private final List<Integer> stdio;
    private final boolean terminal;
    private Optional<Fd> socket = Optional.empty();

    /**
     * Chooses.
     *
     * @param waits whether the caller stays until the process ends
     */
    Streams(
            RuntimeOptions options,
            boolean terminal,
            boolean waits,
            Optional<Path> consoleSocket,
            List<Integer> stdio) {
        this.stdio = stdio;
        this.terminal = terminal;
        if (consoleSocket.isPresent() && !terminal) {
            throw new OciException(
                    "cannot use a console socket if the process has no terminal\n" + "  process.terminal asks for one");
        }
        if (consoleSocket.isEmpty() && terminal && !waits) {
            throw new OciException("cannot allocate a terminal if it is left behind without a console socket\n"
                    + "  use --console-socket to name a socket that receives it");
        }
        if (consoleSocket.isPresent()) {
            Path path = options.directory().resolve(consoleSocket.get());
            Path parent = path.resolveSibling(".");
            try (Fd directory = Kernel.open(parent.toString(), Kernel.O_PATH | Kernel.O_DIRECTORY)) {
                socket = Optional.of(Kernel.connect(directory.value(), String.valueOf(path.getFileName())));
            } catch (KernelException e) {
                throw new OciException("cannot connect to the console socket " + path + ": " + e.getMessage(), e);
            }
        }
    }

    /** Binds them. */
    SpawnCall bind(SpawnCall call) {
        if (socket.isPresent()) {
            return call.consoleAt(socket.get().value());
        }
        if (terminal) {
            return call.stdio(0, SpawnCall.STDIO_CONSOLE);
        }
        for (int i = 0; i < 3; i++) {
            call.stdio(i, i < stdio.size() ? stdio.get(i) : SpawnCall.STDIO_NULL);
        }
        return call;
    }

    /** Waits for the end of a process of ours; joins its terminal with the caller's meanwhile. */
    Exit await(int pidfd, int master) {
        if (master < 0) {
            return Spawner.await(pidfd, -1).orElseThrow(() -> new OciException("the process was reaped by another"));
        }
        int input = stdio.get(0);
        Terminal.Restore restore = Terminal.is(input) ? Terminal.raw(input) : () -> {};
        try {
            Thread output = copy("output", master, stdio.get(1));
            copy("input", input, master);
            Terminal.Size size = new Terminal.Size(0, 0);
            while (true) {
                if (Terminal.is(input) && !Terminal.size(input).equals(size)) {
                    size = Terminal.size(input);
                    Terminal.resize(master, size);
                }
                Optional<Exit> exit = Spawner.await(pidfd, RESIZE_MICROS);
                if (exit.isPresent()) {
                    output.join();
                    return exit.get();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OciException("interrupted", e);
        } finally {
            restore.close();
        }
    }

    private static Thread copy(String what, int from, int to) {
        Thread thread = new Thread(
                () -> {
                    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
                    try {
                        for (int n = Kernel.read(from, chunk); n > 0; n = Kernel.read(from, chunk)) {
                            writeAll(to, chunk, n);
                        }
                    } catch (KernelException e) {
                        return; // one side has hung up: the process's end tells the rest
                    }
                },
                "libcontainer-terminal-" + what);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void writeAll(int to, ByteBuffer chunk, int size) {
        for (int done = 0; done < size; ) {
            int written = Kernel.write(to, done == 0 ? chunk : chunk.slice(done, size - done), size - done);
            done += written;
        }
    }

    @Override
    public void close() {
        socket.ifPresent(Fd::close);
    }
}
