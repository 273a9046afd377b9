package dev.libcontainer;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A process as /proc shows it; the helpers of the library name themselves {@code lc:…}. */
record Processes(long pid, long parent, String name, char state) {

    /** All processes there are. */
    static List<Processes> all() {
        List<Processes> all = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            entries.forEach(entry -> of(entry).ifPresent(all::add));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return all;
    }

    /** Where a link leads. */
    static String link(String path) {
        try {
            return Files.readSymbolicLink(Path.of(path)).toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Optional<Processes> of(Path entry) {
        String stat = Holdings.text(entry.resolve("stat"));
        int start = stat.indexOf('(');
        int end = stat.lastIndexOf(')');
        if (end < 0) {
            return Optional.empty(); // gone meanwhile
        }
        String[] fields = stat.substring(end + 2).split(" ", 3);
        return Optional.of(new Processes(
                Long.parseLong(entry.getFileName().toString()),
                Long.parseLong(fields[1]),
                stat.substring(start + 1, end),
                fields[0].charAt(0)));
    }

    private static List<Long> mine(Predicate<Processes> which) {
        long self = ProcessHandle.current().pid();
        return all().stream()
                .filter(process -> process.parent == self && process.state != 'Z')
                .filter(which)
                .map(Processes::pid)
                .toList();
    }

    static List<Long> templates() {
        return mine(process -> process.name.equals("lc:template"));
    }

    static List<Long> spawners() {
        return mine(process -> process.name.equals("lc:spawner"));
    }

    /** The library's helpers, and children on their way, of a JVM. */
    static List<Long> helpersOf(long jvm) {
        return all().stream()
                .filter(process -> process.parent == jvm && process.name.startsWith("lc:"))
                .map(Processes::pid)
                .toList();
    }

    /** Programs of containers that another JVM started for the tests; see {@link Holdings#OWNER_VARIABLE}. */
    static List<Long> ownedBy(long jvm) {
        String mark = Holdings.OWNER_VARIABLE + "=" + jvm + "\0";
        return all().stream()
                .map(Processes::pid)
                .filter(pid ->
                        Holdings.text(Path.of("/proc/" + pid + "/environ")).contains(mark))
                .toList();
    }

    static void kill(long pid) {
        try {
            Process kill = new ProcessBuilder("kill", "-9", Long.toString(pid))
                    .inheritIO()
                    .start();
            kill.waitFor();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
