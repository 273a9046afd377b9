package dev.libcontainer.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.spec.IntelRdt;
import dev.libcontainer.spec.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On files that look like the kernel's, which few machines have. */
class ResctrlUpdateTest {
    private static final String ID = "web-1";

    @TempDir
    Path directory;

    private Path root;
    private StateStore store;

    @BeforeEach
    void aContainerWithoutAClass() throws IOException {
        root = Files.createDirectories(directory.resolve("resctrl"));
        Files.writeString(root.resolve("schemata"), "    L3:0=fffff;1=fffff\n");
        Files.createDirectories(directory.resolve("proc/7/task/7"));
        Files.createDirectories(directory.resolve("proc/7/task/8"));
        store = new StateStore(directory.resolve("state"));
        Files.createDirectories(store.directory(ID));
        write(Map.of());
    }

    private void write(Map<String, String> cgroups) {
        store.write(new StoredContainer(
                "1.3.0", ID, new ProcessId(7, 1), true, directory, directory, Instant.now(), "", Map.of(), cgroups));
    }

    private void update(Optional<Linux> linux, String schema) {
        new ResctrlUpdate(store, store.get(ID), root, directory.resolve("proc"))
                .run(linux, new IntelRdt(Optional.empty(), List.of(), Optional.of(schema), Optional.empty(), false));
    }

    @Test
    void aContainerWithoutAClassGetsOneThatIsRemovedWithIt() throws IOException {
        // The kernel makes the files with the directory; here somebody else has to, so the class is there before.
        Path own = Files.createDirectory(root.resolve(ID));
        Files.writeString(own.resolve("schemata"), "L3:0=f;1=f\n");
        Files.createFile(own.resolve("tasks"));

        update(Optional.empty(), "L3:0=f;1=f");

        assertThat(Files.readAllLines(own.resolve("tasks"))).containsExactlyInAnyOrder("7", "8");
        assertThat(store.get(ID).cgroups())
                .as("one that was there is nobody's to remove")
                .isEmpty();
    }

    @Test
    void oneOfItsOwnIsWrittenDownAndChangedTheNextTime() throws IOException {
        Path own = Files.createDirectory(root.resolve(ID));
        Files.writeString(own.resolve("schemata"), "");
        write(Map.of(StoredContainer.RESCTRL, own.toString()));

        update(Optional.empty(), "L3:0=3");

        assertThat(own.resolve("schemata")).hasContent("L3:0=3");
        assertThat(own.resolve("tasks")).doesNotExist();
    }

    @Test
    void whatTheKernelRefusesLeavesNoClass() {
        // No kernel makes the file schemata in the new directory, so that writing it fails.
        assertThatThrownBy(() -> update(Optional.empty(), "L3:0=f"))
                .isInstanceOf(CgroupException.class)
                .hasMessageContaining("schemata");

        assertThat(root.resolve(ID)).doesNotExist();
        assertThat(store.get(ID).cgroups()).isEmpty();
    }
}
