package dev.libcontainer.cgroup;

import dev.libcontainer.spec.IntelRdt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The resctrl file system: classes of service of cache and memory bandwidth (config-linux.md, "IntelRdt"; the kernel's
 * filesystems/resctrl.rst). A class is a directory, its limits are the lines of its file {@code schemata}.
 */
public final class Resctrl {
    /** Where it is mounted. */
    public static final Path ROOT = Path.of("/sys/fs/resctrl");

    private static final String MEMBER = "linux.intelRdt";
    private static final String NAME = "resctrl";
    private static final String SCHEMATA = "schemata";
    private static final String NO_SUCH_PROCESS = "No such process";

    private final Path root;

    private Resctrl(Path root) {
        this.root = root;
    }

    /**
     * The file system mounted there.
     *
     * @throws CgroupException if it is not
     */
    public static Resctrl at(Path root) {
        if (!Files.isRegularFile(root.resolve(SCHEMATA))) {
            throw CgroupException.refused(
                    MEMBER,
                    NAME,
                    "needs the resctrl file system, which is not mounted at " + root,
                    "It takes a processor with RDT, a kernel with CONFIG_X86_CPU_RESCTRL, and mount -t resctrl.");
        }
        return new Resctrl(root);
    }

    /**
     * A container's class, and its monitoring group if it is to have one.
     *
     * @param directory has the file {@code tasks} into which the container's process writes itself
     * @param made whether it is the container's own, to be removed with it
     */
    public record Group(Path directory, Optional<Path> monitoring, boolean made) {
        /** Removes what was made for the container; its processes fall back to the default class. */
        public void remove() throws IOException {
            if (monitoring.isPresent()) {
                Files.deleteIfExists(monitoring.get());
            }
            if (made) {
                Files.deleteIfExists(directory);
            }
        }
    }

    /**
     * Finds or makes the class that a configuration names, and sets its limits if it is new.
     *
     * @throws CgroupException if it does not exist and nothing says what it should be, if it exists with other limits,
     *     or if the kernel refuses them; then nothing is left behind
     */
    public Group open(IntelRdt rdt, String containerId) {
        Path directory = directory(rdt, containerId);
        List<String> lines = lines(rdt);
        boolean exists = Files.isDirectory(directory);
        if (!exists && rdt.closID().isPresent() && lines.isEmpty()) {
            throw refused(
                    "closID", "class " + rdt.closID().get() + " does not exist, and no schemata say what it should be");
        }
        if (exists) {
            compare(directory, lines);
        } else {
            create(directory, lines);
        }
        Optional<Path> monitoring = Optional.empty();
        if (rdt.enableMonitoring()) {
            monitoring = Optional.of(directory.resolve("mon_groups").resolve(containerId));
            monitor(monitoring.get(), directory, !exists);
        }
        return new Group(directory, monitoring, !exists);
    }

    /**
     * Changes the limits of a class that is there, as far as the configuration names them.
     *
     * @throws CgroupException if it is not there, or the kernel refuses them; then all are as they were
     */
    public void update(Path directory, IntelRdt rdt) {
        if (!Files.isRegularFile(directory.resolve(SCHEMATA))) {
            throw refused("closID", "class " + directory + " does not exist");
        }
        write(directory, lines(rdt));
    }

    /**
     * Moves processes that run into a group, thread by thread; what they start afterwards is in it from the beginning.
     *
     * @param pids tells which there are at the moment; asked again until there is no thread that has not been moved
     * @param proc where their threads are listed, {@code /proc}
     * @throws CgroupException if the kernel refuses one that still lives
     */
    public void move(Group group, Supplier<List<Integer>> pids, Path proc) {
        Path tasks = group.monitoring().orElse(group.directory()).resolve("tasks");
        Set<String> moved = new HashSet<>();
        boolean more = true;
        while (more) {
            more = false;
            for (int pid : pids.get()) {
                for (String thread : threads(proc.resolve(pid + "/task"))) {
                    if (moved.add(thread)) {
                        more = true;
                        enter(tasks, thread);
                    }
                }
            }
        }
    }

    private static List<String> threads(Path directory) {
        try (Stream<Path> threads = Files.list(directory)) {
            return threads.map(thread -> String.valueOf(thread.getFileName())).toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of(); // it has ended
        }
    }

    private void enter(Path tasks, String thread) {
        try {
            Files.writeString(tasks, thread + "\n", StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains(NO_SUCH_PROCESS)) {
                throw refused("closID", "thread " + thread + " cannot be moved to " + tasks + ": " + e + status());
            }
        }
    }

    /** The class of a container that was created with this configuration. */
    public Path directory(IntelRdt rdt, String containerId) {
        String name = rdt.closID().orElse(containerId);
        return name.equals("/") ? root : root.resolve(name);
    }

    /** What goes into the schemata file: the older members first, a bandwidth in its own member only. */
    static List<String> lines(IntelRdt rdt) {
        List<String> lines = new ArrayList<>();
        rdt.l3CacheSchema()
                .ifPresent(schema -> schema.lines()
                        .filter(line ->
                                rdt.memBwSchema().isEmpty() || !line.strip().startsWith("MB:"))
                        .forEach(lines::add));
        rdt.memBwSchema().ifPresent(schema -> {
            if (!schema.startsWith("MB:") || schema.contains("\n")) {
                throw refused("memBwSchema", "must be one line that begins with MB:");
            }
            lines.add(schema);
        });
        for (int i = 0; i < rdt.schemata().size(); i++) {
            if (rdt.schemata().get(i).contains("\n")) {
                throw refused("schemata[" + i + "]", "must be one line");
            }
            lines.add(rdt.schemata().get(i));
        }
        return lines;
    }

    private void create(Path directory, List<String> lines) {
        try {
            Files.createDirectory(directory);
        } catch (IOException e) {
            throw refused("closID", "class " + directory + " cannot be made: " + e + status());
        }
        boolean done = false;
        try {
            write(directory, lines);
            done = true;
        } finally {
            if (!done) {
                removeQuietly(directory);
            }
        }
    }

    private void write(Path directory, List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        try {
            byte[] text = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
            Files.write(directory.resolve(SCHEMATA), text, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw refused(SCHEMATA, "the kernel refuses " + lines + status());
        }
    }

    private void monitor(Path group, Path directory, boolean made) {
        try {
            Files.createDirectory(group);
        } catch (IOException e) {
            String why = status();
            if (made) {
                removeQuietly(directory);
            }
            throw refused("enableMonitoring", "monitoring group " + group + " cannot be made: " + e + why);
        }
    }

    /** A class that is there already must be what is asked for: others may be in it. */
    private static void compare(Path directory, List<String> lines) {
        Schemata wanted = Schemata.parse(lines);
        Schemata there;
        try {
            there = Schemata.parse(Files.readAllLines(directory.resolve(SCHEMATA)));
        } catch (IOException e) {
            throw refused(SCHEMATA, "of " + directory + " cannot be read: " + e);
        }
        wanted.firstMissingIn(there).ifPresent(missing -> {
            throw refused("closID", "class " + directory + " exists with other limits: it has not " + missing);
        });
    }

    /** The kernel says in a file why it has refused. */
    private String status() {
        try {
            String text = Files.readString(root.resolve("info").resolve("last_cmd_status"))
                    .strip();
            return text.isEmpty() ? "" : " (" + text + ")";
        } catch (IOException e) {
            return "";
        }
    }

    private static void removeQuietly(Path directory) {
        try {
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            // the refusal that led here is the news
        }
    }

    private static CgroupException refused(String member, String problem) {
        return CgroupException.refused(MEMBER + "." + member, NAME, problem, "");
    }
}
