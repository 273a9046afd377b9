package dev.libcontainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.NeedsRoot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@NeedsRoot
class KnobStarterTest {
    @Test
    void aKnobIsStartedAsOftenAsOneLikes() throws Exception {
        try (KnobStarter starter = KnobStarter.open("pid")) {
            for (int i = 0; i < 3; i++) {
                assertThat(starter.start()).isPositive();
            }
        }
    }

    @Test
    void aPairIsMadeForEachStart() throws Exception {
        try (KnobStarter starter = KnobStarter.open("network-veth-bridge")) {
            for (int i = 0; i < 3; i++) {
                assertThat(starter.start()).isPositive();
                assertThat(Path.of(
                                "/sys/class/net/lch" + ProcessHandle.current().pid()))
                        .doesNotExist();
            }
        }
        assertThat(Path.of("/sys/class/net/lcb" + ProcessHandle.current().pid()))
                .doesNotExist();
    }

    @Test
    void aKnobThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> KnobStarter.open("nosuch"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nosuch");
    }

    @Test
    void theJmhBenchmarkHasEveryKnob() throws Exception {
        List<String> listed = new ArrayList<>(JmhParameters.of("IsolationBenchmark", "knob"));

        try (KnobStarter starter = KnobStarter.open("none")) {
            List<String> expected = new ArrayList<>(starter.names());
            expected.removeAll(List.of("apparmor", "selinux")); // where they are enabled
            if (!expected.contains("io-limit")) {
                listed.remove("io-limit"); // where there is a disk
            }
            assertThat(listed).containsExactlyElementsOf(expected);
        }
    }
}
