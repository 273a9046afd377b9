package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The audit finds what it is there to find. */
class LeakAuditTest {
    @Test
    void anAuditOfNothingFindsNothing() {
        LeakAudit.begin().finish();
    }

    @Test
    void aForgottenFdIsListed() throws IOException {
        LeakAudit.Running audit = LeakAudit.begin();

        InputStream forgotten = Files.newInputStream(Path.of("/proc/self/mountinfo"));
        assertThatThrownBy(audit::finish)
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("leaked:")
                .hasMessageMatching("(?s).*fd \\d+ → /proc/\\d+/mountinfo.*");

        forgotten.close();
        audit.finish();
    }

    @Test
    void aForgottenChildIsListedAlsoAsAZombie() throws Exception {
        LeakAudit.Running audit = LeakAudit.begin();
        Process child = new ProcessBuilder("sleep", "100").start();

        assertThat(audit.leaked()).anyMatch(line -> line.matches("process \\d+ \\(sleep\\) state S sleep 100"));

        OtherJvm.end(child);
        assertThat(audit.leaked()).noneMatch(line -> line.startsWith("process"));
    }

    @Test
    void aForgottenTemporaryFileIsListed() throws IOException {
        LeakAudit.Running audit = LeakAudit.begin();
        Path file = Files.createTempFile(Holdings.TEMPORARY, ".out");

        assertThat(audit.leaked()).containsExactly("temporary file " + file);

        Files.delete(file);
        audit.finish();
    }

    @Test
    void soIsOneOfAJvmThatTheTestHasStarted() throws IOException {
        LeakAudit.Running audit = LeakAudit.begin();
        Path file = Files.createTempFile(OtherJvm.TEMPORARY_FILES, "libcontainer-77-", ".out");

        assertThat(audit.leaked()).containsExactly("temporary file " + file);

        Files.delete(file);
        audit.finish();
    }

    /** The tests of another checkout run beside these. */
    @Test
    void aStrangersTemporaryFileIsNot() throws IOException {
        LeakAudit.Running audit = LeakAudit.begin();
        Path file = Files.createTempFile("libcontainer-1-", ".out");
        try {
            assertThat(audit.leaked()).isEmpty();
        } finally {
            Files.delete(file);
        }
    }
}
