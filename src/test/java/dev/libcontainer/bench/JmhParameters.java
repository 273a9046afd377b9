package dev.libcontainer.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What JMH benchmarks are run for. Annotations take constants only, so the lists are written out there. */
final class JmhParameters {
    private static final Path BENCHMARKS = Path.of("benchmarks/src/main/java/dev/libcontainer/benchmarks");
    private static final Pattern WORD = Pattern.compile("\"([a-z0-9-]+)\"");

    private JmhParameters() {}

    /** The values that a benchmark's source lists above a field of strings. */
    static List<String> of(String benchmark, String field) throws IOException {
        String source = Files.readString(BENCHMARKS.resolve(benchmark + ".java"));
        Matcher found = Pattern.compile("@Param\\(\\{([^}]*)}\\)\\s+public String " + field + ";")
                .matcher(source);
        if (!found.find()) {
            throw new AssertionError(benchmark + " has no parameter " + field);
        }
        return WORD.matcher(found.group(1)).results().map(word -> word.group(1)).toList();
    }
}
