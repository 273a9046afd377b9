package dev.libcontainer.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Other runtimes as commands, run and timed by the C program {@code peers}: those that take the host's cgroups as they
 * are, and crun, which knows no hybrid host and gets to see version 2 alone.
 */
final class Peers implements AutoCloseable {
    private static final String SEPARATOR = "--";

    private final List<Helper> helpers = new ArrayList<>();
    private final Map<String, Helper> working = new LinkedHashMap<>();
    private final Map<String, String> missing = new LinkedHashMap<>();

    private final Engines engines;

    private Peers(Engines engines) {
        this.engines = engines;
    }

    /**
     * Starts all that work here.
     *
     * @param directory for their states and logs
     * @param jrunc the command of this project
     */
    static Peers start(Path directory, Bundles bundles, Path jrunc) throws IOException {
        Map<String, List<String>> asIs = new LinkedHashMap<>();
        asIs.put("bwrap", bwrap(bundles));
        for (String runtime : new String[] {"runc", "jrunc"}) {
            String command = runtime.equals("jrunc") ? jrunc.toString() : runtime;
            asIs.put(runtime, run(command, directory, bundles.plain()));
            asIs.put(runtime + "-seccomp", run(command, directory, bundles.seccomp()));
        }
        asIs.put("runc-seccomp-compatible", run("runc", directory, bundles.compatible()));
        Map<String, List<String>> crun = new LinkedHashMap<>();
        crun.put("crun", run("crun", directory, bundles.plain()));
        crun.put("crun-seccomp", run("crun", directory, bundles.seccomp()));
        crun.put("crun-seccomp-compatible", run("crun", directory, bundles.compatible()));
        Engines engines = new Engines(directory, bundles);
        asIs.putAll(engines.commands());
        boolean hybrid = Files.isDirectory(Path.of("/sys/fs/cgroup/unified"));
        Peers peers = new Peers(engines);
        peers.add("as-is", "-", directory.resolve("log"), asIs);
        peers.add(
                hybrid ? "unified" : "as-is",
                Setting.programs().resolve("memlock.so").toString(),
                directory.resolve("log-crun"),
                crun);
        return peers;
    }

    private static List<String> bwrap(Bundles bundles) {
        List<String> command = new ArrayList<>(List.of("bwrap", "--unshare-all", "--ro-bind"));
        command.addAll(List.of(bundles.root().toString(), "/", "--proc", "/proc", "--dev", "/dev", Bundles.PROGRAM));
        return command;
    }

    private static List<String> run(String runtime, Path directory, Path bundle) {
        String name = Path.of(runtime).getFileName() + "-" + bundle.getFileName();
        String id = "benchmark-" + name + "-" + ProcessHandle.current().pid();
        String state = directory.resolve("state-" + name).toString();
        return List.of(runtime, "--root", state, "run", "--bundle", bundle.toString(), id);
    }

    private void add(String view, String preload, Path log, Map<String, List<String>> commands) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(view, preload, log.toString()));
        commands.forEach((name, command) -> {
            if (arguments.size() > 3) {
                arguments.add(SEPARATOR);
            }
            arguments.add(name);
            arguments.addAll(command);
        });
        Helper helper = Helper.start(Setting.programs().resolve("peers"), arguments.toArray(String[]::new));
        helpers.add(helper);
        for (String name : commands.keySet()) {
            Samples first = new Samples();
            helper.measure(name, 1, 0, first);
            if (first.size() == 1) {
                working.put(name, helper);
            } else {
                missing.put(name, reason(commands.get(name).get(0), log));
            }
        }
    }

    private static String reason(String command, Path log) throws IOException {
        if (find(command).isEmpty()) {
            return "not installed";
        }
        List<String> said = Files.readAllLines(log);
        return said.isEmpty() ? "fails without a word" : said.get(said.size() - 1);
    }

    private static Optional<Path> find(String command) {
        return java.util.Arrays.stream(System.getenv("PATH").split(":"))
                .map(directory -> Path.of(directory).resolve(command))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Those that run here. */
    List<String> names() {
        return List.copyOf(working.keySet());
    }

    /** The others, each with its reason. */
    Map<String, String> missing() {
        return missing;
    }

    void measure(String name, int count, Samples into) throws IOException {
        working.get(name).measure(name, count, 0, into);
    }

    /** The largest resident set of its processes so far, in KiB. */
    long peakKib(String name) throws IOException {
        return working.get(name).figure("peak:" + name);
    }

    /** How many of its runs failed. */
    long failures(String name) throws IOException {
        return working.get(name).figure("failed:" + name);
    }

    @Override
    public void close() throws IOException {
        for (Helper helper : helpers) {
            helper.close();
        }
        engines.removeCgroups();
    }
}
