package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;

/** What is expected of an exception; empty texts are not looked at, but a hint must be there if one is expected. */
record ExpectedFailure(
        Class<? extends ContainerException> type, String jsonPath, String syscall, String errno, boolean hint) {
    /** How many mounts come before those of a test depends on the host. */
    private static final Pattern MOUNT = Pattern.compile("mounts\\[\\d+\\]");

    static ExpectedFailure invalid(String jsonPath) {
        return new ExpectedFailure(InvalidSpecException.class, jsonPath, "", "", false);
    }

    static ExpectedFailure unsupported(String jsonPath) {
        return new ExpectedFailure(UnsupportedByHostException.class, jsonPath, "", "", false);
    }

    static ExpectedFailure failed(String jsonPath, String syscall, String errno) {
        return new ExpectedFailure(SpawnFailedException.class, jsonPath, syscall, errno, false);
    }

    ExpectedFailure withHint() {
        return new ExpectedFailure(type, jsonPath, syscall, errno, true);
    }

    void verify(Throwable thrown, ContainerException.Phase phase) {
        verify(thrown);
        assertThat(((ContainerException) thrown).phase()).isEqualTo(phase);
    }

    void verify(Throwable thrown) {
        assertThat(thrown).isInstanceOf(type);
        ContainerException e = (ContainerException) thrown;
        assertThat(MOUNT.matcher(e.jsonPath().orElse("")).replaceFirst("mounts[#]"))
                .as(e.getMessage())
                .isEqualTo(jsonPath);
        if (!syscall.isEmpty()) {
            assertThat(e.syscall()).as(e.getMessage()).contains(syscall);
            assertThat(e.step()).as(e.getMessage()).isPresent();
        }
        if (!errno.isEmpty()) {
            assertThat(e.errno().orElse("")).as(e.getMessage()).startsWith(errno + " ");
        }
        if (hint) {
            assertThat(e.hint()).as(e.getMessage()).isPresent();
        }
    }
}
