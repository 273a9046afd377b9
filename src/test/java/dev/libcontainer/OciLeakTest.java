package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.runtime.CreateOptions;
import dev.libcontainer.runtime.ExecOptions;
import dev.libcontainer.runtime.OciException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A JVM that stays must not collect fds or processes of what it could not finish. */
@NeedsRoot
class OciLeakTest {
    private static final Optional<Path> NOWHERE = Optional.of(Path.of("/nowhere/pid"));

    private OciBundle bundle;

    @BeforeEach
    void open() throws IOException {
        bundle = new OciBundle();
    }

    @AfterEach
    void close() throws IOException {
        bundle.close();
    }

    private static long pidfds() throws IOException {
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            return fds.filter(OciLeakTest::isPidfd).count();
        }
    }

    private static boolean isPidfd(Path fd) {
        try {
            return Files.readSymbolicLink(fd).toString().contains("pidfd");
        } catch (IOException e) {
            return false;
        }
    }

    private static long children() {
        return ProcessHandle.current().children().count();
    }

    @Test
    void aCreateWhosePidFileCannotBeWrittenLeavesNothing() throws IOException {
        bundle.runs("sleep 100000");
        CreateOptions options = new CreateOptions(
                bundle.directory, Optional.empty(), Optional.empty(), NOWHERE, false, false, List.of(), List.of());
        assertThatThrownBy(() -> bundle.runtime.create("one", options)).isInstanceOf(OciException.class);
        long pidfds = pidfds();
        long children = children();

        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> bundle.runtime.create("one", options)).hasMessageContaining("pid file");
            assertThatThrownBy(() -> bundle.runtime.run("one", options, false, false))
                    .hasMessageContaining("pid file");
        }

        assertThat(pidfds()).isEqualTo(pidfds);
        assertThat(children()).isEqualTo(children);
        assertThat(bundle.runtime.list()).isEmpty();
    }

    @Test
    void anExecWhosePidFileCannotBeWrittenLeavesNoProcess() throws IOException {
        bundle.runs("sleep 100000");
        bundle.runtime.create("one", bundle.options());
        bundle.runtime.start("one");
        long pidfds = pidfds();

        ExecOptions exec = OciBundle.exec(OciBundle.inside("sleep 100000"), true, NOWHERE);

        assertThatThrownBy(() -> bundle.runtime.exec("one", exec)).hasMessageContaining("pid file");

        assertThat(bundle.runtime.processes("one")).hasSize(1);
        assertThat(pidfds()).isEqualTo(pidfds);
    }
}
