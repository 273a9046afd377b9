package dev.libcontainer.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One call of jrunc in this JVM: what came of it. */
record Called(int code, String out, String err) {

    /** Calls it in a directory, with nothing to read. */
    static Called in(Path directory, String... words) {
        return reading("", directory, words);
    }

    static Called reading(String input, Path directory, String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var console = new Console(
                directory,
                Map.of("PATH", "/usr/bin:/bin"),
                new ByteArrayInputStream(input.getBytes(UTF_8)),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8),
                List.of(0, 1, 2),
                List.of());
        int code = Jrunc.run(console, List.of(words));
        return new Called(code, out.toString(UTF_8), err.toString(UTF_8));
    }
}
