package dev.libcontainer.cli;

import dev.libcontainer.spec.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Tells of errors and warnings: people on standard error, engines in the file of {@code --log}, one record a line,
 * appended as runc does. Thread-safe.
 */
final class Log {
    private final PrintStream err;
    private final Optional<Path> file;
    private final boolean json;
    private final boolean debug;

    Log(PrintStream err, Optional<Path> file, boolean json, boolean debug) {
        this.err = err;
        this.file = file;
        this.json = json;
        this.debug = debug;
    }

    /** A failure: its first line is what happened, further ones are hints. */
    void error(String message, Throwable cause) {
        err.println(indented("jrunc " + message));
        record("error", message);
        if (debug) {
            StringWriter trace = new StringWriter();
            cause.printStackTrace(new PrintWriter(trace));
            debug(trace.toString());
        }
    }

    void warning(String message) {
        err.println(indented("jrunc: warning: " + message));
        record("warning", message);
    }

    /** For {@code --debug}: into the file, or to standard error if there is none. */
    void debug(String message) {
        if (!debug) {
            return;
        }
        if (file.isEmpty()) {
            err.println(indented("jrunc: debug: " + message));
        }
        record("debug", message);
    }

    private static String indented(String message) {
        return message.stripTrailing().replaceAll("\n[ \t]*", "\n  ");
    }

    private synchronized void record(String level, String message) {
        if (file.isEmpty()) {
            return;
        }
        String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        String said = message.strip().replaceAll("\n\\s*", "; ");
        try {
            Files.writeString(
                    file.get(),
                    (json ? jsonLine(level, said, time) : textLine(level, said, time)) + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            err.println("jrunc: cannot write the log " + file.get() + ": " + e);
        }
    }

    private static String jsonLine(String level, String message, String time) {
        return new JsonObject()
                .text("level", level)
                .text("msg", message)
                .text("time", time)
                .line();
    }

    private static String textLine(String level, String message, String time) {
        String escaped = message.replace("\\", "\\\\").replace("\"", "\\\"");
        return "time=\"" + time + "\" level=" + level + " msg=\"" + escaped + "\"";
    }
}
