package dev.libcontainer.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.kernel.KernelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is there and cannot be opened, here a link to itself, must keep nobody from leaving things as they were. */
class UnreadableFilesTest {
    @TempDir
    Path path;

    private CgroupDirectory directory() {
        return new CgroupDirectory(new Hierarchy(CgroupVersion.V2, Set.of(), path.toString(), "/", "/"), path);
    }

    private void unreadable(String file) throws IOException {
        Files.deleteIfExists(path.resolve(file));
        Files.createSymbolicLink(path.resolve(file), path.resolve(file));
    }

    @Test
    void itIsNotTakenForAbsent() throws IOException {
        unreadable("pids.max");

        assertThat(directory().read("memory.max")).isEmpty();
        assertThatThrownBy(() -> directory().read("pids.max"))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("ELOOP");
    }

    @Test
    void whatWasToBeFrozenGoesOn() throws IOException {
        Files.writeString(path.resolve("cgroup.freeze"), "0");
        unreadable("cgroup.events");

        assertThatThrownBy(() -> new Freezer(directory()).freeze(Duration.ofSeconds(1)))
                .isInstanceOf(KernelException.class);

        assertThat(path.resolve("cgroup.freeze")).hasContent("0");
    }

    @Test
    void theOtherFilesOfAnUpdateArePutBack() throws IOException {
        Files.writeString(path.resolve("pids.max"), "30");
        Files.writeString(path.resolve("memory.max"), "60");
        CgroupUpdate update = new CgroupUpdate();
        update.write(directory(), new CgroupWrite("pids", "pids.max", "20", "linux.resources.pids.limit"));
        update.write(directory(), new CgroupWrite("memory", "memory.max", "50", "linux.resources.memory.limit"));
        unreadable("pids.max");

        update.undo();

        assertThat(path.resolve("memory.max")).hasContent("60");
    }
}
