package dev.libcontainer.benchmarks;

import dev.libcontainer.Blueprint;
import dev.libcontainer.Container;
import dev.libcontainer.Containers;
import dev.libcontainer.ContainersOptions;
import dev.libcontainer.ExitStatus;
import dev.libcontainer.Launch;
import dev.libcontainer.Stdio;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongConsumer;

/** The library, opened, with what every benchmark of it needs: a program, a network namespace, a blueprint a level. */
public final class Setting implements AutoCloseable {
    private static final LongConsumer NOBODY = nanos -> {};

    private final Path program;
    private final Containers containers;
    private final Fd network;
    private final Map<Level, Blueprint> blueprints = new EnumMap<>(Level.class);

    private Setting(Path directory, ContainersOptions options) {
        program = directory.resolve("true");
        containers = Containers.open(options);
        network = Kernel.createNetworkNamespace();
    }

    /** Opens; the directory holds the C programs, the system property {@code benchmarks.programs} names it. */
    public static Setting open() {
        return open(ContainersOptions.DEFAULT);
    }

    static Setting open(ContainersOptions options) {
        return new Setting(programs(), options);
    }

    static Path programs() {
        return Path.of(System.getProperty("benchmarks.programs", "target/programs"))
                .toAbsolutePath();
    }

    /** The program that is started. */
    Path program() {
        return program;
    }

    Containers containers() {
        return containers;
    }

    /** A path to the network namespace that was made ahead, good while this is open and for other processes too. */
    Path network() {
        return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + network.value());
    }

    public synchronized Blueprint blueprint(Level level) {
        return blueprints.computeIfAbsent(level, l -> containers.compile(l.spec(program, network())));
    }

    /** Spawns one, waits for its end, and returns how long it took. */
    public long spawnAndWait(Blueprint blueprint) throws InterruptedException {
        return spawnAndWait(blueprint, Launch.of(Stdio.nothing()), NOBODY);
    }

    /** The same; also tells started how long the spawn itself took. */
    long spawnAndWait(Blueprint blueprint, Launch launch, LongConsumer started) throws InterruptedException {
        long start = System.nanoTime();
        Container container = blueprint.spawn(launch);
        long spawned = System.nanoTime();
        ExitStatus status = container.waitFor();
        long nanos = System.nanoTime() - start;
        if (!status.isSuccess()) {
            throw new IllegalStateException(blueprint + ": " + status);
        }
        started.accept(spawned - start);
        return nanos;
    }

    /** What the JDK needs for the same program without any isolation; tells started how long start() took. */
    static long processBuilder(Path program, LongConsumer started) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(program.toString())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        long start = System.nanoTime();
        Process process = builder.start();
        long spawned = System.nanoTime();
        int code = process.waitFor();
        long nanos = System.nanoTime() - start;
        if (code != 0) {
            throw new IllegalStateException("exit code " + code);
        }
        started.accept(spawned - start);
        return nanos;
    }

    @Override
    public void close() {
        containers.close();
        network.close();
    }
}
