package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What tests of containers that own their cgroups have in common.
 *
 * @param mounts of this host
 * @param isUnified whether processes are counted on version 2
 * @param top where the controller of processes is in a container: alone on version 1, with all others on version 2
 */
record Delegated(CgroupMounts mounts, boolean isUnified, String top) {
    static final long USER = 23456;
    private static final int MIB = 1 << 20;

    static Delegated here() {
        CgroupMounts mounts = CgroupMounts.read(Path.of("/"));
        boolean isUnified =
                mounts.version("pids").filter(CgroupVersion.V2::equals).isPresent();
        return new Delegated(mounts, isUnified, isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids");
    }

    boolean isPossible() {
        return mounts.hierarchy("pids").isPresent();
    }

    static ContainerSpecBuilder shell(String script) {
        return ContainerSpec.builder()
                .rootfs(Rootfs.hostView())
                .command("/bin/sh", "-c", script)
                .user(USER, USER)
                .pidsLimit(50)
                .memoryLimitBytes(64 * MIB);
    }

    /** Makes a cgroup, limits it, enters it; then tries to lift the limit of all. */
    String divide() {
        String enable = isUnified ? "echo +pids > " + top + "/cgroup.subtree_control && " : "";
        return enable + "mkdir " + top + "/mine && echo 8 > " + top + "/mine/pids.max && echo $$ > " + top
                + "/mine/cgroup.procs && cat " + top + "/mine/pids.max && grep -c mine /proc/self/cgroup;"
                + " (echo 4000 > " + top + "/pids.max) 2>/dev/null || echo refused; cat " + top + "/pids.max";
    }

    /** Where a process is, in the hierarchy that counts processes. */
    Path cgroupOf(long pid) {
        String path = Holdings.lines(Path.of("/proc/" + pid + "/cgroup")).stream()
                .filter(line -> line.contains(isUnified ? "0::" : ":pids:"))
                .map(line -> line.split(":", 3)[2])
                .findFirst()
                .orElseThrow();
        return Path.of(mounts.hierarchy("pids").orElseThrow().directory(path));
    }

    /** What of a cgroup the kernel says may be given away. */
    Set<String> givenFiles(Path directory) throws IOException {
        Set<String> given = new TreeSet<>(Set.of("cgroup.procs"));
        if (isUnified) {
            given.addAll(Files.readAllLines(Path.of("/sys/kernel/cgroup/delegate")));
            given.removeIf(file -> !Files.exists(directory.resolve(file)));
        }
        return given;
    }

    static Set<String> ownedFiles(Path directory) throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.getAttribute(file, "unix:uid").equals((int) USER)) {
                    names.add(file.getFileName().toString());
                }
            }
        }
        return names;
    }
}
