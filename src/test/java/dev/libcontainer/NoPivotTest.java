package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.runtime.CreateOptions;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Containers whose root is moved over the host's. */
@NeedsRoot
class NoPivotTest {
    private OciBundle bundle;

    @BeforeEach
    void open() throws IOException {
        bundle = new OciBundle();
    }

    @AfterEach
    void close() throws IOException {
        bundle.close();
    }

    private int run(String verbs) throws IOException {
        bundle.runs(verbs);
        var moved = new CreateOptions(
                bundle.directory,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                true,
                false,
                List.of(),
                List.of());
        return bundle.runtime.run("one", moved, false, false);
    }

    @Test
    void aNestedUserNamespaceGetsNoProcfsWithoutMasks() throws IOException {
        bundle.linux("'maskedPaths':['/proc/timer_list']");

        assertThat(run("to /out/nested -- nested-mount proc /proc")).isZero();
        assertThat(bundle.written("nested")).isEqualTo("EPERM");
    }

    @Test
    void theHostsMountsAreGoneAndItsOwnThere() throws IOException {
        String all = "'CAP_SYS_ADMIN','CAP_SYS_CHROOT'";
        bundle.process("'capabilities':{'bounding':[" + all + "],'permitted':[" + all + "],'effective':[" + all + "]}");

        assertThat(run("to /out/below -- readlink /proc/self/exe -- unroot -- ls /proc -- ls /sys"))
                .isZero();
        assertThat(bundle.written("below")).isEqualTo("/inside\nok");
    }
}
