package dev.libcontainer.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a figure depends on besides the code. */
public final class Environment {
    private Environment() {}

    /** As it is now: text and numbers by name, in the order they are told in; a map of the caller's own. */
    public static Map<String, Object> read() throws IOException {
        List<String> mounts = Files.readAllLines(Path.of("/proc/self/mounts"));
        String[] load = Files.readString(Path.of("/proc/loadavg")).split(" ");
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("time", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        facts.put(
                "kernel",
                Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        facts.put("cpu", Runtime.getRuntime().availableProcessors() + " x " + cpu());
        facts.put("cgroups", cgroups(mounts));
        facts.put("jdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        facts.put("mounts", mounts.size());
        facts.put("threads", Integer.parseInt(load[3].substring(load[3].indexOf('/') + 1))); // of the whole machine
        facts.put("load", load[0]);
        return facts;
    }

    private static String cpu() throws IOException {
        return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse(System.getProperty("os.arch"));
    }

    private static String cgroups(List<String> mounts) {
        boolean one = mounts.stream().anyMatch(line -> line.split(" ")[2].equals("cgroup"));
        boolean two = mounts.stream().anyMatch(line -> line.split(" ")[2].equals("cgroup2"));
        return one ? two ? "hybrid" : "v1" : two ? "v2" : "none";
    }
}
