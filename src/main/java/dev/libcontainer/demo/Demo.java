package dev.libcontainer.demo;

import dev.libcontainer.Blueprint;
import dev.libcontainer.Container;
import dev.libcontainer.ContainerException;
import dev.libcontainer.ContainerSpec;
import dev.libcontainer.Containers;
import dev.libcontainer.ExitStatus;
import dev.libcontainer.HostTerminal;
import dev.libcontainer.Rootfs;
import dev.libcontainer.Stdio;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** Starts a shell in a sandbox and shows what it sees; or runs the given command in one. */
public final class Demo {
    private static final long MEMORY_BYTES = 256L << 20;
    private static final int PIDS = 64;
    private static final int FAILED = 125;

    private Demo() {}

    /** See {@code ./run --help}. */
    public static void main(String[] args) throws Exception {
        List<String> command = Arrays.asList(args);
        if (!command.isEmpty() && command.get(0).equals("--")) {
            command = command.subList(1, command.size());
        }
        try {
            System.exit(inContainers(command));
        } catch (ContainerException e) {
            System.err.println(e.getMessage());
            System.exit(FAILED);
        }
    }

    private static int inContainers(List<String> command) throws IOException, InterruptedException {
        try (Containers containers = Containers.open()) {
            return command.isEmpty() ? tour(containers) : run(containers, command);
        }
    }

    private static ContainerSpec sandbox(String... command) {
        return ContainerSpec.builder()
                .rootfs(Rootfs.hostView())
                .command(command)
                .env("TERM", String.valueOf(System.getenv().getOrDefault("TERM", "dumb")))
                .env("PS1", "sandbox \\w \\$ ")
                .memoryLimitBytes(MEMORY_BYTES)
                .pidsLimit(PIDS)
                .cpus(1.0)
                .build();
    }

    private static int run(Containers containers, List<String> command) throws IOException, InterruptedException {
        Blueprint sandbox = containers.compile(sandbox(command.toArray(String[]::new)));
        boolean interactive = HostTerminal.isPresent();
        ExitStatus exit = interactive
                ? Interactive.run(sandbox)
                : sandbox.spawn(Stdio.inherit()).waitFor();
        return exit.code();
    }

    private static int tour(Containers containers) throws IOException, InterruptedException {
        Blueprint blueprint = containers.compile(sandbox("/bin/sh", "-c", Sights.SCRIPT));
        System.out.println("A shell in a container, started by this JVM without any other runtime:\n");
        try (Container container = blueprint.spawn(Stdio.capture())) {
            ExitStatus exit = container.waitFor();
            if (!exit.isSuccess()) {
                System.err.println(container.errorOutput());
                return exit.code();
            }
            Sights.print(container.output(), Sights.ofHost());
            System.out.printf(
                    "%nIt started in %,d µs, ran %,d µs, and ended with %s.%n%n",
                    exit.startLatency().toNanos() / 1000,
                    exit.wallTime().minus(exit.startLatency()).toNanos() / 1000,
                    exit);
        }
        Race.run(containers, sandbox("/bin/true"));
        return 0;
    }
}
