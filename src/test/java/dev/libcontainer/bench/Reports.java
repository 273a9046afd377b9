package dev.libcontainer.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Made-up reports. */
final class Reports {
    static final IsolationReport SMALL = new IsolationReport(
            ordered("kernel", "6.1 <&>", "cpus", "2 x Fast"),
            List.of(
                    new StartRow("none", "process", "", 100e3, 900, Double.NaN, 8),
                    new StartRow("pid", "namespaces", "none", 123_456, 1e6, 23_456, 8),
                    new StartRow("spawn", "whole", "none", 500e3, 2e6, 400e3, 8)),
            List.of(
                    new RunRow("getppid", 100, 150, 100, 160),
                    new RunRow("jvm-start", 40e6, Double.NaN, Double.NaN, Double.NaN)),
            ordered("apparmor", "it is not enabled on this host"));

    private Reports() {}

    private static Map<String, String> ordered(String... words) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < words.length; i += 2) {
            map.put(words[i], words[i + 1]);
        }
        return map;
    }
}
