package dev.libcontainer;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a container's standard streams lead. Immutable; start from a factory and change single streams.
 *
 * @param in stdin
 * @param out stdout
 * @param err stderr
 * @param terminal a terminal of the container's own for all three, which then are {@link Kind#NOTHING}
 */
public record Stdio(Stream in, Stream out, Stream err, Optional<TerminalSize> terminal) {
    /** The default bound of captured output that is held in memory; more goes to a temporary file. */
    public static final int DEFAULT_CAPTURE_BYTES = 1 << 20;

    /** What a stream leads to. */
    public enum Kind {
        /** {@code /dev/null}. */
        NOTHING,
        /** The JVM's own stream. */
        INHERIT,
        /** A pipe whose other end the {@link Container} offers. */
        PIPE,
        /** A file of the host. */
        FILE,
        /** Collected, see {@link Container#output()}. */
        CAPTURE,
        /** For stderr only: wherever stdout leads. */
        STDOUT
    }

    /**
     * One stream.
     *
     * @param file for {@link Kind#FILE}
     * @param append for {@link Kind#FILE}
     * @param memoryBytes for {@link Kind#CAPTURE}
     */
    public record Stream(Kind kind, Optional<Path> file, boolean append, int memoryBytes) {
        private static Stream of(Kind kind) {
            return new Stream(kind, Optional.empty(), false, 0);
        }
    }

    /** Rows and columns of a terminal. */
    public record TerminalSize(int rows, int columns) {
        /** 24 by 80. */
        public static final TerminalSize DEFAULT = new TerminalSize(24, 80);
    }

    private static final Stream NULL = Stream.of(Kind.NOTHING);

    private static Stdio all(Stream in, Stream out, Stream err) {
        return new Stdio(in, out, err, Optional.empty());
    }

    private static Stream captured(int memoryBytes) {
        return new Stream(Kind.CAPTURE, Optional.empty(), false, memoryBytes);
    }

    /** All three are {@code /dev/null}: the fastest. */
    public static Stdio nothing() {
        return all(NULL, NULL, NULL);
    }

    /** The JVM's own three. */
    public static Stdio inherit() {
        Stream inherit = Stream.of(Kind.INHERIT);
        return all(inherit, inherit, inherit);
    }

    /** A pipe each. */
    public static Stdio pipes() {
        Stream pipe = Stream.of(Kind.PIPE);
        return all(pipe, pipe, pipe);
    }

    /** No input; output and errors are collected. */
    public static Stdio capture() {
        return capture(DEFAULT_CAPTURE_BYTES);
    }

    /** The same; what exceeds memoryBytes goes to a temporary file, deleted when the container is closed. */
    public static Stdio capture(int memoryBytes) {
        return all(NULL, captured(memoryBytes), captured(memoryBytes));
    }

    /** A terminal of the container's own. */
    public static Stdio terminal(TerminalSize size) {
        return new Stdio(NULL, NULL, NULL, Optional.of(size));
    }

    /** Reads stdin from a file. */
    public Stdio inputFrom(Path file) {
        return new Stdio(new Stream(Kind.FILE, Optional.of(file), false, 0), out, err, terminal);
    }

    /** Makes stdin a pipe. */
    public Stdio inputPiped() {
        return new Stdio(Stream.of(Kind.PIPE), out, err, terminal);
    }

    /** Writes stdout to a file, made or emptied first. */
    public Stdio outputTo(Path file) {
        return new Stdio(in, new Stream(Kind.FILE, Optional.of(file), false, 0), err, terminal);
    }

    /** Adds stdout to a file. */
    public Stdio outputAppendedTo(Path file) {
        return new Stdio(in, new Stream(Kind.FILE, Optional.of(file), true, 0), err, terminal);
    }

    /** Writes stderr to a file, made or emptied first. */
    public Stdio errorsTo(Path file) {
        return new Stdio(in, out, new Stream(Kind.FILE, Optional.of(file), false, 0), terminal);
    }

    /** Sends stderr wherever stdout leads. */
    public Stdio errorsToOutput() {
        return new Stdio(in, out, Stream.of(Kind.STDOUT), terminal);
    }
}
