package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A JVM whose table of fds is full can load no class from a directory. What ends or happens then is told all the same, and
 * everything goes on when there are fds again.
 */
@NeedsRoot
@NeedsCgroups
class FullFdTableTest {
    @ParameterizedTest
    @ValueSource(strings = {"plain", "limited", "captured", "events", "samples", "networks", "pool"})
    void theLibrarysThreadsOutliveAFullTableOfFds(String kind) throws Exception {
        assertThat(lines(kind)).containsExactly("exit code 3 while full", "exit code 3 afterwards", "threads: same");
    }

    /** Numbers of files that there are must not look as if this kernel had none. */
    @Test
    void samplesForWhichThereAreTooFewFdsAreRefused() throws Exception {
        assertThat(lines("samples-refused"))
                .containsExactly("of 3 fds 3 are free again", "Optional[EMFILE (Too many open files)]");
    }

    /** Who asks to be told of kills must not wait for what nobody watches. */
    @Test
    void eventsForWhichThereAreTooFewFdsAreRefused() throws Exception {
        assertThat(lines("events-refused"))
                .containsExactly("of 1 fds 1 are free again", "Optional[EMFILE (Too many open files)]");
    }

    /** No file of a cgroup that is there may be taken for one that this kernel has not. */
    @ParameterizedTest
    @ValueSource(strings = {"stats-refused", "update-refused"})
    void whatNeedsAnFdForAMomentSaysSo(String kind) throws Exception {
        assertThat(lines(kind)).containsExactly("Optional[EMFILE (Too many open files)], OptionalLong[40]");
    }

    @Test
    void aContainerCanBeClosedAndLeavesNothing() throws Exception {
        assertThat(lines("closed")).containsExactly("was in cgroups", "none is left");
    }

    @Test
    void cgroupsAreRemovedWhenThereAreFdsAgain() throws Exception {
        assertThat(lines("removed")).containsExactly("[] are left", "[] are left while full");
    }

    private static List<String> lines(String kind) throws Exception {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", "ulimit -n 256; exec \"$@\"", "sh"));
        command.addAll(OtherJvm.command(FullFdTableMain.class, kind));
        OtherJvm.Ended ended = OtherJvm.run(command, "");
        assertThat(ended.errors()).isEmpty();
        return ended.output().lines().toList();
    }
}
