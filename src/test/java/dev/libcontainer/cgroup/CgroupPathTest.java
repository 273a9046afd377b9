package dev.libcontainer.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CgroupPathTest {

    @ParameterizedTest
    @CsvSource({
        "/a/b,         /sys/fs/cgroup/memory/a/b",
        "/a/../../b/., /sys/fs/cgroup/memory/b",
        "a/b,          /sys/fs/cgroup/memory/service/e4f5/a/b",
        "../../../a,   /sys/fs/cgroup/memory/service/e4f5/a",
        "'',           /sys/fs/cgroup/memory/service/e4f5/c1",
        ".,            /sys/fs/cgroup/memory/service/e4f5/c1",
    })
    void aPathStaysBelowWhereItBegins(String path, String directory) {
        assertThat(last(path, Hosts.hybrid().hierarchy("memory").orElseThrow())).isEqualTo(Path.of(directory));
    }

    /** In version 2 no controller could be enabled below the cgroup that the runtime itself is in. */
    @Test
    void onVersion2ARelativePathIsBesideTheOwnCgroup() {
        Hierarchy unified = Hosts.unified().unified().orElseThrow();

        assertThat(last("a", unified)).isEqualTo(Path.of("/sys/fs/cgroup/user.slice/a"));
        assertThat(last("/a", unified)).isEqualTo(Path.of("/sys/fs/cgroup/a"));
    }

    @Test
    void everyLevelIsNamedFromTheMountPointOn() {
        assertThat(CgroupPath.of("a/b", "c1")
                        .directories(Hosts.unified().unified().orElseThrow()))
                .containsExactly(
                        Path.of("/sys/fs/cgroup"),
                        Path.of("/sys/fs/cgroup/user.slice"),
                        Path.of("/sys/fs/cgroup/user.slice/a"),
                        Path.of("/sys/fs/cgroup/user.slice/a/b"));
    }

    @Test
    void theRootCgroupIsNoContainers() {
        for (String path : new String[] {"/", "/..", "//."}) {
            assertThatExceptionOfType(CgroupException.class)
                    .isThrownBy(() -> CgroupPath.of(path, "c1"))
                    .withMessage("linux.cgroupsPath: \"" + path + "\" is the root cgroup, which cannot be limited");
        }
    }

    private static Path last(String path, Hierarchy hierarchy) {
        var all = CgroupPath.of(path, "c1").directories(hierarchy);
        return all.get(all.size() - 1);
    }
}
