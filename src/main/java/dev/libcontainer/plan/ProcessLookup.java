package dev.libcontainer.plan;

import java.util.Arrays;
import java.util.List;

/** Where a program may be. */
public final class ProcessLookup {
    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private ProcessLookup() {}

    /** The paths that execvp(3) would try, given the container's own PATH. */
    public static List<String> candidates(String program, List<String> env) {
        if (program.contains("/")) {
            return List.of(program);
        }
        String path = env.stream()
                .filter(entry -> entry.startsWith("PATH="))
                .map(entry -> entry.substring("PATH=".length()))
                .findFirst()
                .orElse(DEFAULT_PATH);
        return Arrays.stream(path.split(":", -1))
                .map(directory -> (directory.isEmpty() ? "." : directory) + "/" + program)
                .toList();
    }
}
