package dev.libcontainer.benchmarks;

import dev.libcontainer.Blueprint;
import dev.libcontainer.Containers;
import dev.libcontainer.Stdio;
import java.nio.file.Path;
import java.util.List;
import java.util.Scanner;

/** What the very first container of a JVM costs, native code and classes to be loaded and all. */
public final class FirstCall {
    private FirstCall() {}

    /** Starts that many JVMs, one after the other. */
    static Row measure(Setting setting, int starts) throws Exception {
        Samples all = new Samples();
        Samples open = new Samples();
        Samples compile = new Samples();
        Samples spawn = new Samples();
        for (int i = 0; i < starts; i++) {
            List<String> command = Jvm.command(
                    FirstCall.class,
                    List.of(),
                    setting.program().toString(),
                    setting.network().toString());
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (Scanner times = new Scanner(process.getInputStream())) {
                open.add(times.nextLong());
                compile.add(times.nextLong());
                spawn.add(times.nextLong());
                all.add(times.nextLong());
            }
            process.waitFor();
        }
        return new Row("first-call", all.p50(), all.max(), Double.NaN, Double.NaN, java.util.Map.of())
                .with("samples", all.size())
                .with("open_us", open.p50())
                .with("compile_us", compile.p50())
                .with("spawn_and_wait_us", spawn.p50());
    }

    /** Prints nanoseconds: open, compile, spawn and wait, all together. */
    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        try (Containers containers = Containers.open()) {
            long opened = System.nanoTime();
            Blueprint blueprint = containers.compile(Level.FULL.spec(Path.of(args[0]), Path.of(args[1])));
            long compiled = System.nanoTime();
            boolean success = blueprint.spawn(Stdio.nothing()).waitFor().isSuccess();
            long end = System.nanoTime();
            if (!success) {
                throw new IllegalStateException("the program failed");
            }
            System.out.println(
                    (opened - start) + " " + (compiled - opened) + " " + (end - compiled) + " " + (end - start));
        }
    }
}
