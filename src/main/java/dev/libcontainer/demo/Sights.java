package dev.libcontainer.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The same questions asked inside and outside, side by side. */
final class Sights {
    private static final int LABEL = 14;
    private static final int COLUMN = 50;

    /** Prints one {@code label=value} a line; portable shell over /proc, so that it runs anywhere. */
    static final String SCRIPT = String.join(
            "\n",
            "echo \"hostname=$(hostname)\"",
            "echo \"this shell=pid $$\"",
            "echo \"processes=$(ls /proc | grep -c '^[0-9]')\"",
            "echo \"pid 1 is=$(tr '\\0' ' ' </proc/1/cmdline | cut -c1-40 | head -1)\"",
            "echo \"user=$(id -u):$(id -g)\"",
            "echo \"mounts=$(wc -l </proc/self/mounts)\"",
            "echo \"root is=$(awk '$2==\"/\" {print $3, substr($4,1,2)}' /proc/self/mounts | tail -1)\"",
            "echo \"files in /=$(echo $(ls /))\"",
            "echo \"interfaces=$(echo $(awk -F: 'NR>2 {print $1}' /proc/net/dev))\"",
            "echo \"capabilities=$(awk '/CapEff/ {print $2}' /proc/self/status)\"",
            "echo \"seccomp=$(awk '/^Seccomp:/ {print $2==2 ? \"filter\" : \"off\"}' /proc/self/status)\"",
            "echo \"no new privs=$(awk '/^NoNewPrivs:/ {print $2==1 ? \"yes\" : \"no\"}' /proc/self/status)\"",
            "echo \"open files=$(ulimit -n)\"",
            "echo \"cgroup=$(sed -n 's/^[0-9]*:\\(memory\\)*:\\(.*\\)/\\2/p' /proc/self/cgroup | head -1)\"",
            "echo \"write to /usr=$(touch /usr/x 2>&1 | sed 's/.*: //' | grep . || { rm -f /usr/x; echo allowed; })\"");

    private Sights() {}

    static String ofHost() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("/bin/sh", "-c", SCRIPT)
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    private static Map<String, String> parse(String text) {
        Map<String, String> sights = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                sights.put(line.substring(0, equals), line.substring(equals + 1).strip());
            }
        }
        return sights;
    }

    static void print(String inside, String outside) {
        Map<String, String> host = parse(outside);
        List<String> rule = List.of("─".repeat(LABEL), "─".repeat(COLUMN), "─".repeat(COLUMN));
        row(List.of("", "in the container", "on the host"));
        row(rule);
        parse(inside).forEach((label, value) -> row(List.of(label, value, host.getOrDefault(label, ""))));
    }

    private static void row(List<String> cells) {
        System.out.printf(
                "%-" + LABEL + "s  %-" + COLUMN + "s  %s%n",
                cells.get(0),
                shorten(cells.get(1)),
                shorten(cells.get(2)));
    }

    private static String shorten(String text) {
        return text.length() <= COLUMN ? text : text.substring(0, COLUMN - 1) + "…";
    }
}
