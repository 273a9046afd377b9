package dev.libcontainer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What this JVM holds of the system at one moment, each thing a line that says what it is. */
record Holdings(Set<String> things) {
    /** In the environment of every program that a test runs, so that orphans can be told apart from strangers. */
    static final String OWNER_VARIABLE = "LC_TEST_OWNER";

    private static final long SELF = ProcessHandle.current().pid();
    /** How the names of this JVM's temporary files begin, the library's and those of tests. */
    static final String TEMPORARY = "libcontainer-" + SELF + "-";

    private static final Path PROC = Path.of("/proc");
    /** What the JVM itself opens when it likes: class files, entropy, and the directory that is being read. */
    private static final Pattern OF_THE_JVM = Pattern.compile(".*\\.jar|.*/modules|/dev/u?random|/proc/\\d+/fd");

    private static final List<String> NAMESPACES = List.of("net", "mnt", "uts", "ipc");
    private static final List<String> STATUS =
            List.of("Umask:", "Uid:", "Gid:", "Groups:", "SigIgn:", "CapPrm:", "CapEff:", "NoNewPrivs:", "Seccomp:");

    /** Looks around. */
    static Holdings now() {
        Set<String> things = new TreeSet<>();
        processes(things);
        fds(things);
        lines(Path.of("/proc/self/mountinfo")).forEach(line -> things.add("mount " + line));
        cgroups(things);
        threads(things);
        temporaryFiles(things);
        lines(Path.of("/proc/self/status")).stream()
                .filter(line -> STATUS.stream().anyMatch(line::startsWith))
                .forEach(line -> things.add("state of the JVM " + line.replace('\t', ' ')));
        return new Holdings(things);
    }

    /** What is there now and was not there before; and what is gone, if it is not only an fd or a thread. */
    List<String> since(Holdings before) {
        List<String> differences = new ArrayList<>();
        things.stream().filter(thing -> !before.things.contains(thing)).forEach(differences::add);
        before.things.stream()
                .filter(thing -> !things.contains(thing))
                .filter(thing -> thing.startsWith("mount ") || thing.startsWith("state "))
                .forEach(thing -> differences.add("no more: " + thing));
        return differences;
    }

    static boolean isRoot() {
        return lines(Path.of("/proc/self/status")).stream().anyMatch(line -> line.matches("Uid:\\s+0\\s+0\\s.*"));
    }

    /** This JVM's children, zombies too, and whoever has the mark of its tests. */
    private static void processes(Set<String> things) {
        each(PROC, entry -> {
            String pid = entry.getFileName().toString();
            if (!Character.isDigit(pid.charAt(0))) {
                return;
            }
            String stat = text(entry.resolve("stat"));
            int end = stat.lastIndexOf(')');
            if (end < 0) {
                return; // gone meanwhile
            }
            String[] fields = stat.substring(end + 2).split(" ", 3);
            boolean child = fields[1].equals(Long.toString(SELF));
            String mark = OWNER_VARIABLE + "=" + SELF + "\0";
            if (child || text(entry.resolve("environ")).contains(mark)) {
                String command =
                        text(entry.resolve("cmdline")).replace('\0', ' ').strip();
                things.add("process " + pid + " " + stat.substring(stat.indexOf('('), end + 1) + " state " + fields[0]
                        + (child ? " " : " orphan ") + command);
            }
        });
    }

    private static void fds(Set<String> things) {
        each(PROC.resolve("self/fd"), entry -> {
            String target = target(entry);
            if (!target.isEmpty() && !OF_THE_JVM.matcher(target).matches()) {
                things.add("fd " + entry.getFileName() + " → " + target);
            }
        });
    }

    /** The directories of this JVM's instances, in every hierarchy. */
    private static void cgroups(Set<String> things) {
        for (Path mount : cgroupMounts()) {
            each(mount.resolve("libcontainer"), owner -> {
                if (owner.getFileName().toString().startsWith(SELF + "-")) {
                    directories(owner).forEach(directory -> things.add("cgroup " + directory));
                }
            });
        }
    }

    static List<Path> cgroupMounts() {
        return lines(Path.of("/proc/self/mountinfo")).stream()
                .filter(line -> line.contains(" - cgroup"))
                .map(line -> Path.of(line.split(" ")[4]))
                .toList();
    }

    static List<Path> directories(Path top) {
        List<Path> all = new ArrayList<>();
        if (Files.isDirectory(top)) {
            all.add(top);
            each(top, entry -> all.addAll(directories(entry)));
        }
        return all;
    }

    /** The library's threads, and any thread that stands in another namespace than the JVM. */
    private static void threads(Set<String> things) {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("libcontainer-")) {
                things.add("thread " + thread.getName() + " " + thread.getId());
            }
        }
        for (String type : NAMESPACES) {
            String own = target(PROC.resolve("self/ns/" + type));
            each(PROC.resolve("self/task"), task -> {
                String other = target(task.resolve("ns/" + type));
                if (!other.isEmpty() && !other.equals(own)) {
                    things.add("thread " + text(task.resolve("comm")).strip() + " in namespace " + other);
                }
            });
        }
    }

    /** Of this JVM and of those that it starts; another checkout's tests have files of their own. */
    private static void temporaryFiles(Set<String> things) {
        for (Path directory : List.of(Path.of(System.getProperty("java.io.tmpdir")), OtherJvm.TEMPORARY_FILES)) {
            boolean own = directory.equals(OtherJvm.TEMPORARY_FILES);
            each(directory, file -> {
                String name = file.getFileName().toString();
                if (name.startsWith(own ? "libcontainer-" : TEMPORARY) && !file.equals(OtherJvm.TEMPORARY_FILES)) {
                    things.add("temporary file " + file);
                }
            });
        }
    }

    // ---- reading what may vanish while it is read ----

    private interface Visitor {
        void visit(Path entry);
    }

    private static void each(Path directory, Visitor visitor) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(visitor::visit);
        } catch (IOException | java.nio.file.DirectoryIteratorException e) {
            return; // it is not there
        }
    }

    static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
