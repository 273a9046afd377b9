package dev.libcontainer;

import dev.libcontainer.kernel.Kernel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.commons.io.output.DeferredFileOutputStream;

/** The collected output of one stream: in memory up to a bound, beyond it in a temporary file. */
final class Capture {
    /** Whose it is can be seen of a file that a killed JVM has left. */
    private static final String PREFIX =
            "libcontainer-" + ProcessHandle.current().pid() + "-";

    private final int fd;
    private final DeferredFileOutputStream sink;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private Optional<IOException> failure = Optional.empty();

    Capture(int fd, int memoryBytes) {
        this.fd = fd;
        sink = DeferredFileOutputStream.builder()
                .setThreshold(memoryBytes)
                .setPrefix(PREFIX)
                .setSuffix(".out")
                .setDirectory(Path.of(System.getProperty("java.io.tmpdir")))
                .get();
    }

    int fd() {
        return fd;
    }

    /** A full disk or heap must not stop the container: the rest is read and dropped, and whoever asks is told. */
    void write(byte[] bytes, int count) {
        if (failure.isEmpty()) {
            try {
                sink.write(bytes, 0, count);
            } catch (IOException e) {
                failure = Optional.of(e);
            } catch (OutOfMemoryError e) {
                failure = Optional.of(new IOException(e));
            }
        }
    }

    /** Its stream can no longer be read. */
    void fail(Throwable e) {
        failure = Optional.of(e instanceof IOException known ? known : new IOException(e));
        finish();
    }

    void finish() {
        Kernel.close(fd);
        try {
            sink.close();
        } catch (IOException e) {
            failure = Optional.of(e);
        }
        if (failure.isPresent()) {
            end.completeExceptionally(new UncheckedIOException("captured output", failure.get()));
        } else {
            end.complete(null);
        }
    }

    /** Everything, once the stream has ended. */
    byte[] bytes() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        try (InputStream in = stream()) {
            in.transferTo(all);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return all.toByteArray();
    }

    InputStream stream() throws IOException {
        try {
            end.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof UncheckedIOException cause ? cause : e;
        }
        return sink.isInMemory() ? new ByteArrayInputStream(sink.getData()) : Files.newInputStream(sink.getPath());
    }

    /** Deletes the temporary file. */
    void discard() {
        if (!sink.isInMemory()) {
            try {
                Files.deleteIfExists(sink.getPath());
            } catch (IOException e) {
                sink.getPath().toFile().deleteOnExit();
            }
        }
    }
}
