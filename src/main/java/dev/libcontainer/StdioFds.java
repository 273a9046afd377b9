package dev.libcontainer;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.SpawnCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The fds of one spawn's streams: files are opened here and closed when the child has them. */
final class StdioFds implements AutoCloseable {
    private static final long O_WRONLY = 1;
    private static final long O_CREAT = 0100;
    private static final long O_TRUNC = 01000;
    private static final long O_APPEND = 02000;
    private static final int MODE = 0666;

    private final Stdio stdio;
    private Optional<List<Fd>> files = Optional.empty();

    StdioFds(Stdio stdio) {
        this.stdio = stdio;
    }

    void bind(SpawnCall call) {
        if (stdio.terminal().isPresent()) {
            call.stdio(0, SpawnCall.STDIO_CONSOLE);
            return;
        }
        call.stdio(0, fd(stdio.in(), 0, -1));
        int out = fd(stdio.out(), 1, -1);
        call.stdio(1, out);
        call.stdio(2, fd(stdio.err(), 2, out));
    }

    void resize(Container container) {
        if (stdio.terminal().isPresent()) {
            container.terminal().orElseThrow().resize(stdio.terminal().get());
        }
    }

    private int fd(Stdio.Stream stream, int index, int out) {
        return switch (stream.kind()) {
            case NOTHING -> SpawnCall.STDIO_NULL;
            case INHERIT -> index;
            case PIPE, CAPTURE -> SpawnCall.STDIO_PIPE;
            case FILE -> open(stream, index);
            case STDOUT -> out == SpawnCall.STDIO_PIPE ? SpawnCall.STDIO_SAME : out;
        };
    }

    private int open(Stdio.Stream stream, int index) {
        String path = stream.file().orElseThrow().toAbsolutePath().toString();
        long write = O_WRONLY | O_CREAT | (stream.append() ? O_APPEND : O_TRUNC);
        try {
            Fd fd = index == 0 ? Kernel.open(path, Kernel.O_RDONLY) : Kernel.create(path, write, MODE);
            List<Fd> opened = files.orElseGet(ArrayList::new);
            opened.add(fd);
            files = Optional.of(opened);
            return fd.value();
        } catch (KernelException e) {
            throw Failures.kernel(ContainerException.Phase.SPAWN, e);
        }
    }

    @Override
    public void close() {
        files.ifPresent(opened -> opened.forEach(Fd::close));
    }
}
