package dev.libcontainer;

import dev.libcontainer.kernel.SpawnCall;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Our ends of a container's streams: pipes, some of which are read on by the library itself. */
final class ContainerStreams {
    /** Of containers whose streams all lead elsewhere; shared. */
    static final ContainerStreams NONE = new ContainerStreams();

    private final Pipes pipes = new Pipes();
    private final @Nullable Capture[] captures = new Capture[3];

    private ContainerStreams() {}

    /** Takes over the ends that a spawn has made. */
    static ContainerStreams of(SpawnCall call, Stdio stdio, Containers owner) {
        ContainerStreams streams = NONE;
        for (int i = 0; i < 3; i++) {
            int fd = call.stdioEnd(i);
            if (fd >= 0) {
                streams = streams == NONE ? new ContainerStreams() : streams;
                streams.adopt(i, fd, i == 1 ? stdio.out() : stdio.err(), owner);
            }
        }
        return streams;
    }

    private void adopt(int index, int fd, Stdio.Stream stream, Containers owner) {
        if (index > 0 && stream.kind() == Stdio.Kind.CAPTURE) {
            Capture capture = new Capture(fd, stream.memoryBytes());
            captures[index] = capture;
            owner.output().collect(capture);
        } else {
            pipes.adopt(index, fd);
        }
    }

    OutputStream stdin() {
        return pipes.stdin();
    }

    InputStream reader(int index) {
        if (this == NONE) {
            return InputStream.nullInputStream(); // each its own: whoever gets it may close it
        }
        Capture capture = captures[index];
        try {
            return capture == null ? pipes.reader(index) : capture.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    WritableByteChannel stdinChannel() {
        return stdin() instanceof FileOutputStream file ? file.getChannel() : Channels.newChannel(stdin());
    }

    ReadableByteChannel channel(int index) {
        boolean direct = this != NONE && captures[index] == null;
        return direct ? pipes.channel(index) : Channels.newChannel(reader(index));
    }

    /** What was captured of a stream, once it has ended. */
    String text(int index) {
        Capture capture = captures[index];
        return capture == null ? "" : new String(capture.bytes(), StandardCharsets.UTF_8);
    }

    void close() {
        if (this == NONE) {
            return;
        }
        pipes.close();
        for (Capture capture : captures) {
            if (capture != null) {
                capture.discard();
            }
        }
    }
}
