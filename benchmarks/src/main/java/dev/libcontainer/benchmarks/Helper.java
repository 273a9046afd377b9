package dev.libcontainer.benchmarks;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;

/**
 * A program that measures when told to, over pipes: it answers each line on its stdin, {@code WHAT COUNT PAUSE-MICROS},
 * with a line of COUNT durations in nanoseconds, and ends with its stdin. The C floor is one, {@link Worker} another.
 */
final class Helper implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final BufferedWriter questions;

    private Helper(List<String> command) throws IOException {
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = process.inputReader();
        questions = process.outputWriter();
    }

    /** Starts one. */
    static Helper start(List<String> command) throws IOException {
        return new Helper(command);
    }

    /** Starts the C program of that name. */
    static Helper start(Path program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.add(0, program.toString());
        return new Helper(command);
    }

    /** Has it measure, and adds what it found. */
    void measure(String what, int count, int pauseMicros, Samples into) throws IOException {
        ask(what, count, pauseMicros);
        read(into);
    }

    /** A single number that it tells. */
    long figure(String what) throws IOException {
        ask(what, 1, 0);
        return Long.parseLong(line().strip());
    }

    /** What it says before it is asked anything: lines up to an empty one. */
    List<String> introduction() throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            lines.add(line);
        }
        return lines;
    }

    void ask(String what, int count, int pauseMicros) throws IOException {
        questions.write(what + " " + count + " " + pauseMicros + "\n");
        questions.flush();
    }

    void read(Samples into) throws IOException {
        StringTokenizer words = new StringTokenizer(line());
        while (words.hasMoreTokens()) {
            into.add(Long.parseLong(words.nextToken()));
        }
    }

    private String line() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException(
                    "it has ended early: " + process.info().commandLine().orElse("a helper"));
        }
        return line;
    }

    @Override
    public void close() throws IOException {
        questions.close();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
