package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupSession;
import dev.libcontainer.cgroup.CgroupVersion;
import dev.libcontainer.kernel.Kernel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Directories that serve one container after another: whatever becomes of a spawn, they are neither lost nor left. */
@NeedsRoot
class ReusedCgroupTest {
    private final CgroupMounts mounts = CgroupMounts.read(Path.of("/"));

    @BeforeEach
    void onlyVersion1ReusesThem() {
        assumeTrue(
                mounts.version("pids").filter(CgroupVersion.V1::equals).isPresent(),
                "cgroups of version 2 serve one container each");
    }

    private static Blueprint limited(Containers containers) {
        return containers.compile(Inside.sandbox("exit 0").pidsLimit(7).build());
    }

    private static List<Path> made() {
        return CgroupTest.directories("libcontainer", "").stream()
                .flatMap(owner -> Holdings.directories(owner).stream().skip(1))
                .toList();
    }

    @Test
    void aSpawnThatIsRefusedGivesThemBack() {
        try (Containers containers = Containers.open();
                Blueprint blueprint = limited(containers)) {
            assertThat(Inside.see(blueprint, "exit 0").exit().isSuccess()).isTrue();
            assertThat(made()).hasSize(1);

            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(
                                () -> blueprint.spawn(Launch.of(Stdio.nothing()).cwd("relative")))
                        .isInstanceOf(InvalidSpecException.class);
                assertThatThrownBy(
                                () -> blueprint.spawn(Launch.of(Stdio.nothing()).args("/missing")))
                        .isInstanceOf(SpawnFailedException.class);
                assertThat(Inside.see(blueprint, "exit 0").exit().isSuccess()).isTrue();
            }

            assertThat(made()).as("the same ones served all").hasSize(1);
        }
        assertThat(made()).isEmpty();
    }

    /** As when the library is closed between the end of the failed spawn and this. */
    @Test
    void thoseOfASpawnThatFailsWhileTheLibraryIsClosedAreRemoved() {
        CgroupSession session = new CgroupSession(mounts, "libcontainer", Inside.owner() + "-closing");
        CgroupLayout layout = CgroupLayout.of(
                Inside.sandbox("exit 0").pidsLimit(7).build().oci().linux().orElseThrow(), session);
        Kernel.makeDirectory(layout.parent(0), "_late", 0755);
        assertThat(CgroupTest.directories("libcontainer", "_late")).hasSize(1);
        int made = Kernel.open(layout.parent(0), "_late", Kernel.O_RDONLY | Kernel.O_DIRECTORY)
                .release();
        UsedCgroups used = UsedCgroups.named("_late").after(0, new int[] {made}, List.of(List.of()));
        layout.close();
        session.close();

        layout.putBack(used);

        assertThat(CgroupTest.directories("libcontainer", "")).isEmpty();
    }
}
