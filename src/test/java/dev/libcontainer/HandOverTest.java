package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.cgroup.Delegation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A cgroup of version 2 that is handed over belongs to its user, but for the files that limit it. */
@NeedsRoot
@Tag("vm")
class HandOverTest {
    private static final int USER = 23456;

    private static Set<String> ownedBy(int uid, Path directory) throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                if (Files.getAttribute(file, "unix:uid").equals(uid)) {
                    names.add(file.getFileName().toString());
                }
            }
        }
        return names;
    }

    @Test
    void exactlyWhatTheKernelNamesChangesItsOwner() throws IOException {
        try (InCgroup host = new InCgroup()) {
            assumeTrue(host.mounts.unified().isPresent(), "no version 2 hierarchy");
            ContainerCgroup cgroup = host.make("");
            Path directory = Path.of(cgroup.paths().get("unified"));

            Delegation.handOver(cgroup, USER);

            List<String> named = Files.readAllLines(Path.of("/sys/kernel/cgroup/delegate")).stream()
                    .filter(file -> Files.exists(directory.resolve(file)))
                    .toList();
            assertThat(Files.getAttribute(directory, "unix:uid")).isEqualTo(USER);
            assertThat(named).contains("cgroup.procs", "cgroup.subtree_control");
            assertThat(ownedBy(USER, directory)).isEqualTo(new TreeSet<>(named));
            assertThat(ownedBy(0, directory)).contains("cgroup.max.descendants", "cgroup.freeze");
        }
    }
}
