package dev.libcontainer;

import dev.libcontainer.kernel.Fd;
import java.io.BufferedInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.commons.io.IOUtils;

/**
 * Our ends of a container's pipes. A raw fd becomes a stream of the JDK's own by being opened once more through
 * {@code /proc/self/fd} (proc(5)); so blocking, interruption and virtual threads are as everywhere else.
 */
final class Pipes {
    private static final int COUNT = 3;

    private final Fd[] raw = {Fd.adopt(-1), Fd.adopt(-1), Fd.adopt(-1)};
    private Optional<FileOutputStream> in = Optional.empty();
    private final List<Optional<FileInputStream>> files = new ArrayList<>(Collections.nCopies(COUNT, Optional.empty()));
    private final InputStream[] readers = {
        InputStream.nullInputStream(), InputStream.nullInputStream(), InputStream.nullInputStream()
    };

    /** Takes over an end; -1 if the stream is no pipe. */
    void adopt(int index, int fd) {
        raw[index] = Fd.adopt(fd);
    }

    private boolean isPipe(int index) {
        return raw[index].value() >= 0;
    }

    private static String path(Fd fd) {
        return "/proc/self/fd/" + fd.value();
    }

    synchronized OutputStream stdin() {
        try {
            if (in.isEmpty() && isPipe(0)) {
                in = Optional.of(new FileOutputStream(path(raw[0])));
                raw[0].close();
            }
            return in.<OutputStream>map(stream -> stream).orElseGet(OutputStream::nullOutputStream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized InputStream reader(int index) {
        try {
            if (isPipe(index)) {
                FileInputStream file = new FileInputStream(path(raw[index]));
                files.set(index, Optional.of(file));
                readers[index] = new BufferedInputStream(file); // the bare one seeks, which a pipe refuses
                raw[index].close();
            }
            return readers[index];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The reader as a channel, unbuffered. */
    synchronized ReadableByteChannel channel(int index) {
        InputStream stream = reader(index);
        return files.get(index)
                .<ReadableByteChannel>map(FileInputStream::getChannel)
                .orElseGet(() -> Channels.newChannel(stream));
    }

    synchronized void close() {
        for (int i = 0; i < COUNT; i++) {
            raw[i].close();
            IOUtils.closeQuietly(readers[i]); // a pipe's close has nothing to say that still matters
        }
        in.ifPresent(IOUtils::closeQuietly);
    }
}
