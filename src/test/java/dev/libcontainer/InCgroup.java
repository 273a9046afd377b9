package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupMode;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.cgroup.Hierarchy;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.spec.Resources;
import dev.libcontainer.spec.SpecReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Cgroups of a container without the container: shells enter them. */
final class InCgroup implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();

    final CgroupMounts mounts;
    private final List<String> enabledBefore;
    final String name = "libcontainer-test-" + Inside.owner() + "-" + COUNT.incrementAndGet();
    private final List<Process> shells = new ArrayList<>();

    InCgroup() {
        this(CgroupMounts.read(Path.of("/")));
    }

    private InCgroup(CgroupMounts mounts) {
        this.mounts = mounts;
        this.enabledBefore = enabled();
    }

    /** As if this host had no cgroups but those of version 2. */
    static InCgroup unifiedOnly() {
        Hierarchy unified = CgroupMounts.read(Path.of("/")).unified().orElseThrow();
        return new InCgroup(new CgroupMounts(CgroupMode.UNIFIED, Map.of(), Optional.of(unified)));
    }

    /** The numbers of the disk that a file is on, if it is a disk and no part of one; else empty. */
    static String diskOf(Path file) throws IOException {
        Object device = Files.getAttribute(file, "unix:dev");
        long number = (Long) device;
        String numbers = (number >> 8 & 0xfff) + ":" + (number & 0xff);
        return Files.exists(Path.of("/sys/dev/block", numbers, "queue")) ? numbers : "";
    }

    /** The cgroups below the mount points, with these members of linux.resources. */
    ContainerCgroup make(String resources) {
        return ContainerCgroup.make(mounts, "/" + name, "unused", Optional.of(resources(resources)));
    }

    static Resources resources(String members) {
        return SpecReader.readResources(("{" + members + "}").replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    /** A shell that has entered all of them before its script begins. */
    Process shell(ContainerCgroup cgroup, String script) {
        StringBuilder enter = new StringBuilder();
        cgroup.paths().values().forEach(path -> enter.append("echo $$ > " + path + "/cgroup.procs || exit 99\n"));
        ProcessBuilder builder = new ProcessBuilder("/bin/bash", "-c", enter + script);
        builder.environment().put(Holdings.OWNER_VARIABLE, Inside.owner());
        try {
            Process shell = builder.redirectErrorStream(true).start();
            shells.add(shell);
            return shell;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a shell in there prints. */
    String output(ContainerCgroup cgroup, String script) {
        return output(shell(cgroup, script));
    }

    static String output(Process shell) {
        try {
            String text = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            shell.waitFor();
            return text.strip();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** A shell that sleeps in there. */
    Process sleeper(ContainerCgroup cgroup) {
        Process shell = shell(cgroup, "echo in; exec sleep 1000");
        try {
            if (shell.getInputStream().read() != 'i') {
                throw new AssertionError("did not enter");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return shell;
    }

    /** Directories of this name in all hierarchies. */
    List<Path> directories() {
        return Holdings.cgroupMounts().stream()
                .map(mount -> mount.resolve(name))
                .filter(Files::exists)
                .toList();
    }

    String file(ContainerCgroup cgroup, String hierarchy, String file) {
        return Holdings.text(Path.of(cgroup.paths().get(hierarchy), file)).strip();
    }

    /** Whatever a test did, nothing of it stays. */
    @Override
    public void close() {
        for (Path directory : directories()) {
            thaw(directory);
        }
        shells.forEach(Process::destroyForcibly);
        for (Process shell : shells) {
            try {
                shell.waitFor();
                shell.getInputStream().close();
                shell.getOutputStream().close();
                shell.getErrorStream().close();
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        for (Path directory : directories()) {
            killAll(directory); // what a killed shell has left behind
            Patience.within(2, () -> remove(directory));
        }
        disableAgain();
    }

    private static void killAll(Path directory) {
        Holdings.text(directory.resolve("cgroup.procs"))
                .lines()
                .map(Long::parseLong)
                .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    private Path subtreeControl() {
        String top = mounts.unified().map(Hierarchy::mountPoint).orElse("/nowhere");
        return Path.of(top, "cgroup.subtree_control");
    }

    /** Controllers of version 2 that cgroups below the mount point have; a runtime leaves those it needs enabled. */
    private List<String> enabled() {
        String text = Holdings.text(subtreeControl()).strip();
        return text.isEmpty() ? List.of() : List.of(text.split(" "));
    }

    private void disableAgain() {
        for (String controller : enabled()) {
            if (!enabledBefore.contains(controller)) {
                Kernel.tryWriteAt(Kernel.AT_FDCWD, subtreeControl().toString(), "-" + controller);
            }
        }
    }

    private static void thaw(Path directory) {
        try {
            if (Files.exists(directory.resolve("freezer.state"))) {
                Files.writeString(directory.resolve("freezer.state"), "THAWED");
            }
            if (Files.exists(directory.resolve("cgroup.freeze"))) {
                Files.writeString(directory.resolve("cgroup.freeze"), "0");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean remove(Path directory) {
        try (var below = Files.newDirectoryStream(directory, Files::isDirectory)) {
            below.forEach(InCgroup::remove);
        } catch (IOException e) {
            return true;
        }
        return directory.toFile().delete();
    }
}
