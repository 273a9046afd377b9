package dev.libcontainer.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a figure depends on besides the code. */
final class Environment {
    private Environment() {}

    static Map<String, Object> read() throws IOException {
        Map<String, Object> facts = new LinkedHashMap<>();
        List<String> mounts = Files.readAllLines(Path.of("/proc/self/mounts"));
        facts.put(
                "kernel",
                Files.readString(Path.of("/proc/sys/kernel/osrelease")).strip());
        facts.put("cpu", Runtime.getRuntime().availableProcessors() + " x " + cpu());
        facts.put("cgroups", cgroups(mounts));
        facts.put("jdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
        facts.put("mounts", mounts.size());
        facts.put("threads", threads());
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
        boolean v1 = mounts.stream().anyMatch(line -> line.split(" ")[2].equals("cgroup"));
        boolean v2 = mounts.stream().anyMatch(line -> line.split(" ")[2].equals("cgroup2"));
        return v1 ? v2 ? "hybrid" : "v1" : v2 ? "v2" : "none";
    }

    /** Of the whole machine. */
    private static int threads() throws IOException {
        String running = Files.readString(Path.of("/proc/loadavg")).split(" ")[3];
        return Integer.parseInt(running.substring(running.indexOf('/') + 1));
    }
}
