package dev.libcontainer.demo;

import dev.libcontainer.Blueprint;
import dev.libcontainer.ContainerSpec;
import dev.libcontainer.Containers;
import dev.libcontainer.Stdio;
import java.io.IOException;
import java.util.Arrays;

/** Two hundred sandboxed starts beside as many unsandboxed ones, in turn. */
final class Race {
    private static final int WARM_UP = 50;
    private static final int RUNS = 200;

    private Race() {}

    private interface Start {
        void run() throws IOException, InterruptedException;
    }

    static void run(Containers containers, ContainerSpec spec) throws IOException, InterruptedException {
        Blueprint blueprint = containers.compile(spec);
        Start ours = () -> blueprint.spawn(Stdio.nothing()).waitFor();
        Start theirs = () -> new ProcessBuilder("/bin/true")
                .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        long[] container = new long[RUNS];
        long[] process = new long[RUNS];
        System.out.printf("Now %d more of them, beside ProcessBuilder without any isolation …%n%n", RUNS);
        for (int i = -WARM_UP; i < RUNS; i++) {
            long a = time(ours);
            long b = time(theirs);
            if (i >= 0) {
                container[i] = a;
                process[i] = b;
            }
        }
        Arrays.sort(container);
        Arrays.sort(process);
        System.out.printf("%-42s %10s %10s%n", "start of /bin/true until it is reaped, µs", "p50", "p99");
        print("a fully isolated container", container);
        print("ProcessBuilder", process);
        System.out.printf(
                "%nThe container takes %.2f times what the bare process takes.%n",
                (double) container[RUNS / 2] / process[RUNS / 2]);
    }

    private static long time(Start start) throws IOException, InterruptedException {
        long before = System.nanoTime();
        start.run();
        return System.nanoTime() - before;
    }

    private static void print(String name, long[] sorted) {
        System.out.printf("%-42s %,10d %,10d%n", name, sorted[RUNS / 2] / 1000, sorted[RUNS * 99 / 100] / 1000);
    }
}
