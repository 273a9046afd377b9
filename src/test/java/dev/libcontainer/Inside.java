package dev.libcontainer;

import dev.libcontainer.spec.NamespaceType;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Containers as tests see them: the program "inside" is bound into each, and its verbs tell what it is like in there.
 * Verbs are given as one text, as in {@code "ids -- cat /etc/passwd"}.
 */
final class Inside {
    /** Where the program is on the host. */
    static final String HOST_PATH = System.getProperty("libcontainer.inside", "target/helper/inside");
    /** Where it is in a container. */
    static final String PATH = "/inside";

    static final Set<NamespaceType> ALL_BUT_USER = EnumSet.complementOf(EnumSet.of(NamespaceType.USER));

    /** What a container printed, and how it ended. */
    record Seen(String output, String errors, ExitStatus exit) {
        List<String> lines() {
            return output.lines().toList();
        }

        /** The only line. */
        String line() {
            if (lines().size() != 1 || !exit.isSuccess()) {
                throw new AssertionError("not one line: " + this);
            }
            return lines().get(0);
        }

        /** Lines of the kind {@code name value…}, by name. */
        Map<String, String> fields() {
            Map<String, String> fields = new HashMap<>();
            for (String line : lines()) {
                String[] parts = line.split(" ", 2);
                fields.put(parts[0], parts.length > 1 ? parts[1] : "");
            }
            return fields;
        }
    }

    private Inside() {}

    /** The default sandbox. */
    static ContainerSpecBuilder sandbox(String verbs) {
        return ContainerSpec.builder()
                .command(command(PATH, verbs))
                .bind(HOST_PATH, PATH, true)
                .env(Holdings.OWNER_VARIABLE, owner());
    }

    /** No isolation at all. */
    static ContainerSpecBuilder bare(String verbs) {
        return ContainerSpec.builder()
                .noIsolation()
                .command(command(HOST_PATH, verbs))
                .env(Holdings.OWNER_VARIABLE, owner());
    }

    static String owner() {
        return Long.toString(ProcessHandle.current().pid());
    }

    static String[] command(String program, String verbs) {
        return Stream.concat(Stream.of(program), Arrays.stream(verbs.split(" ")))
                .toArray(String[]::new);
    }

    /** Arguments for {@link Launch#args}. */
    static String[] verbs(String verbs) {
        return command(PATH, verbs);
    }

    /** Runs one container with a library of its own. */
    static Seen see(ContainerSpecBuilder builder) {
        return see(builder.build());
    }

    static Seen see(ContainerSpec spec) {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(spec)) {
            return see(blueprint, Launch.of(Stdio.capture()));
        }
    }

    /** Runs one more of a blueprint. */
    static Seen see(Blueprint blueprint, Launch launch) {
        try (Container container = blueprint.spawn(launch)) {
            ExitStatus exit = exit(container);
            return new Seen(container.output(), container.errorOutput(), exit);
        }
    }

    static Seen see(Blueprint blueprint, String verbs) {
        return see(blueprint, Launch.of(Stdio.capture()).args(verbs(verbs)));
    }

    /** Waits for the end. */
    static ExitStatus exit(Container container) {
        try {
            return container.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
