package dev.libcontainer.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a program is looked for: as execvp(3) does, with the PATH of the container. */
class ProcessLookupTest {
    @Test
    void aProgramWithASlashIsWhereItSays() {
        assertThat(ProcessLookup.candidates("/bin/sh", List.of("PATH=/usr/bin")))
                .containsExactly("/bin/sh");
        assertThat(ProcessLookup.candidates("./sh", List.of("PATH=/usr/bin"))).containsExactly("./sh");
        assertThat(ProcessLookup.candidates("a/b", List.of())).containsExactly("a/b");
    }

    @Test
    void anotherIsInOneOfTheDirectoriesInTheirOrder() {
        assertThat(ProcessLookup.candidates("sh", List.of("HOME=/", "PATH=/b:/a:/usr/bin")))
                .containsExactly("/b/sh", "/a/sh", "/usr/bin/sh");
    }

    @Test
    void anEmptyDirectoryIsTheCurrentOne() {
        assertThat(ProcessLookup.candidates("sh", List.of("PATH=:/a::/b:")))
                .containsExactly("./sh", "/a/sh", "./sh", "/b/sh", "./sh");
        assertThat(ProcessLookup.candidates("sh", List.of("PATH="))).containsExactly("./sh");
    }

    @Test
    void withoutAPathTheUsualOneIsTaken() {
        assertThat(ProcessLookup.candidates("sh", List.of("XPATH=/a", "PATHX=/b")))
                .containsExactly(
                        "/usr/local/sbin/sh",
                        "/usr/local/bin/sh",
                        "/usr/sbin/sh",
                        "/usr/bin/sh",
                        "/sbin/sh",
                        "/bin/sh");
    }

    @Test
    void theFirstOfTwoPathsCounts() {
        assertThat(ProcessLookup.candidates("sh", List.of("PATH=/a", "PATH=/b")))
                .containsExactly("/a/sh");
    }
}
