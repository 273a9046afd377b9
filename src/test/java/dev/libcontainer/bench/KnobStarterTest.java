package dev.libcontainer.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.NeedsRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@NeedsRoot
class KnobStarterTest {
    private static final Path BENCHMARK =
            Path.of("benchmarks/src/main/java/dev/libcontainer/benchmarks/IsolationBenchmark.java");

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

    /** Annotations take constants only, so the list is written out there. */
    @Test
    void theJmhBenchmarkHasEveryKnob() throws Exception {
        String source = Files.readString(BENCHMARK);
        Matcher names = Pattern.compile("\"([a-z0-9-]+)\"")
                .matcher(source.substring(source.indexOf("@Param"), source.indexOf("public String knob")));
        List<String> listed = new ArrayList<>();
        while (names.find()) {
            listed.add(names.group(1));
        }

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
