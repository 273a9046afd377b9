package dev.libcontainer.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Those peers that are more than a runtime: systemd-nspawn, LXC and podman, each without its daemon. */
final class Engines {
    private static final Path HIERARCHIES = Path.of("/sys/fs/cgroup");
    /** Below what any host grants: podman asks for more than one without CAP_SYS_RESOURCE has. */
    private static final String FILES = "nofile=1024:1024";

    private static final String PROCESSES = "nproc=1024:1024";

    /** The cgroups of this run begin with it. */
    private final String name = "libcontainer-peers-" + ProcessHandle.current().pid();

    private final Path directory;
    private final Bundles bundles;

    Engines(Path directory, Bundles bundles) {
        this.directory = directory;
        this.bundles = bundles;
    }

    /** Their command lines by the names of their rows. */
    Map<String, List<String>> commands() throws IOException {
        Map<String, List<String>> all = new LinkedHashMap<>();
        all.put("nspawn", nspawn());
        all.put("lxc", lxc());
        all.put("podman", podman());
        return all;
    }

    /** As no systemd needs to be there: nothing is registered, and the cgroup of the caller is kept. */
    private List<String> nspawn() {
        return List.of(
                "systemd-nspawn",
                "--quiet",
                "--register=no",
                "--keep-unit",
                "--private-network",
                "--directory=" + bundles.root(),
                Bundles.PROGRAM);
    }

    /** The program is the first process, there is no init of LXC's own between. */
    private List<String> lxc() throws IOException {
        Path configuration = directory.resolve("lxc.conf");
        Files.writeString(configuration, """
                lxc.rootfs.path = dir:%s
                lxc.uts.name = peers
                lxc.net.0.type = empty
                lxc.mount.auto = proc:mixed
                lxc.autodev = 1
                lxc.init.cmd = %s
                lxc.cgroup.dir.container = %3$s-payload
                lxc.cgroup.dir.monitor = %3$s-monitor
                lxc.cgroup.dir.monitor.pivot = %3$s-pivot
                """.formatted(bundles.root(), Bundles.PROGRAM, name));
        Path state = Files.createDirectories(directory.resolve("lxc"));
        return List.of("lxc-start", "-F", "-n", "peers", "-P", state.toString(), "-f", configuration.toString());
    }

    /** Its files are this run's own: no image, no container of the host's is seen. */
    private List<String> podman() {
        List<String> command = new ArrayList<>(List.of("podman"));
        command.addAll(List.of("--root", directory.resolve("podman").toString()));
        command.addAll(List.of("--runroot", directory.resolve("podman-run").toString()));
        command.addAll(List.of("--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--events-backend", "none"));
        command.addAll(List.of("--runtime", "runc", "run", "--rm", "--network=none", "--log-driver", "none"));
        command.addAll(List.of("--ulimit", FILES, "--ulimit", PROCESSES, "--cgroup-parent", "/" + name));
        command.addAll(List.of("--rootfs", bundles.root().toString(), Bundles.PROGRAM));
        return command;
    }

    /** Removes the cgroups that they leave behind. */
    void removeCgroups() throws IOException {
        try (Stream<Path> hierarchies = Files.list(HIERARCHIES)) {
            for (Path hierarchy : hierarchies.filter(Files::isDirectory).toList()) {
                removeCgroupsIn(hierarchy);
            }
        }
        removeCgroupsIn(HIERARCHIES);
    }

    private void removeCgroupsIn(Path hierarchy) throws IOException {
        List<Path> own;
        try (Stream<Path> groups = Files.list(hierarchy)) {
            own = groups.filter(group -> group.getFileName().toString().startsWith(name))
                    .toList();
        }
        for (Path group : own) {
            try (Stream<Path> below = Files.walk(group)) {
                for (Path one : below.filter(Files::isDirectory)
                        .sorted(Comparator.reverseOrder())
                        .toList()) {
                    Files.delete(one);
                }
            }
        }
    }
}
