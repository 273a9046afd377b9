package dev.libcontainer.cli;

import dev.libcontainer.runtime.CgroupDriver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The options before the verb. */
record Globals(Path root, CgroupDriver cgroups, boolean rootless, Optional<Path> log, boolean json, boolean debug) {

    static Syntax syntax() {
        return new Syntax("jrunc", "VERB …", "The OCI container runtime on the JVM")
                .operandsEndOptions()
                .flag("v,version", "show the versions of jrunc and of the specification")
                .value(
                        "root",
                        "DIR",
                        "where the state of containers is kept (default /run/jrunc, or\n"
                                + "jrunc below XDG_RUNTIME_DIR for others than root)")
                .value("log", "FILE", "append errors and warnings to this file, besides standard error")
                .value("log-format", "text|json", "how they are written there (default text)")
                .flag("debug", "tell more, and give stack traces")
                .value("cgroup-manager", "cgroupfs|systemd|disabled", "who makes cgroups (default cgroupfs)")
                .flag("systemd-cgroup", "the same as --cgroup-manager systemd")
                .value(
                        "rootless",
                        "auto|true|false",
                        "do without cgroups where the caller may make none and no limits\n"
                                + "are asked for (default auto: for others than root)");
    }

    static Globals of(Arguments arguments, Console console) {
        String root = arguments.text("root").orElse(null); // no lambdas on the way of every verb
        String log = arguments.text("log").orElse(null);
        return new Globals(
                (root == null ? defaultRoot(console) : console.directory().resolve(root)).normalize(),
                driver(arguments),
                rootless(arguments),
                log == null ? Optional.empty() : Optional.of(console.directory().resolve(log)),
                arguments.choice("log-format", "text", "json").equals("json"),
                arguments.has("debug"));
    }

    private static boolean rootless(Arguments arguments) {
        String choice = arguments.choice("rootless", "auto", "true", "false");
        return choice.equals("true") || (choice.equals("auto") && !isRoot());
    }

    private static CgroupDriver driver(Arguments arguments) {
        if (arguments.has("systemd-cgroup")) {
            return CgroupDriver.SYSTEMD;
        }
        return switch (arguments.choice("cgroup-manager", "cgroupfs", "systemd", "disabled")) {
            case "systemd" -> CgroupDriver.SYSTEMD;
            case "disabled" -> CgroupDriver.DISABLED;
            default -> CgroupDriver.CGROUPFS;
        };
    }

    private static Path defaultRoot(Console console) {
        String own = console.environment().getOrDefault("XDG_RUNTIME_DIR", "");
        return own.isEmpty() || isRoot() ? Path.of("/run/jrunc") : Path.of(own, "jrunc");
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0); // proc's owner is the effective uid
        } catch (IOException e) {
            return false;
        }
    }
}
