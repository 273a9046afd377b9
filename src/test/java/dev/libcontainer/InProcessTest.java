package dev.libcontainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.spec.NamespaceType;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The engine without a helper: what it can do it does as the other one, and what it cannot it says. */
@NeedsRoot
class InProcessTest {
    private static Containers open() {
        return Containers.open(ContainersOptions.DEFAULT.engine(ContainersOptions.EngineKind.IN_PROCESS));
    }

    private static Inside.Seen see(ContainerSpecBuilder builder) {
        try (Containers containers = open();
                Blueprint blueprint = containers.compile(builder.build())) {
            return Inside.see(blueprint, Launch.of(Stdio.capture()));
        }
    }

    @Test
    void aSandboxIsASandboxHereToo() {
        Inside.Seen seen =
                see(Inside.sandbox("pid -- hostname -- seccomp -- nnp -- touch /x -- links -- rlimit NOFILE"));

        assertThat(seen.lines().subList(0, 6)).containsExactly("1", "container", "2", "1", "EROFS", "lo up");
        assertThat(seen.lines().get(6)).startsWith("1024 ");
    }

    @Test
    void nothingOfTheJvmIsInIt() {
        Inside.Seen seen = see(Inside.bare("signals -- fds"));

        assertThat(seen.lines().subList(0, 2)).containsExactly("blocked 0000000000000000", "ignored 0000000000000000");
        assertThat(seen.lines().stream().skip(2).map(line -> line.split(" ")[0]))
                .containsExactly("0", "1", "2");
    }

    @Test
    void limitsAndEndsAreTheSame() {
        Inside.Seen seen = see(Inside.sandbox("memhog 100").memoryLimitBytes(32 << 20));

        assertThat(seen.exit().oomKilled()).isTrue();
        assertThat(see(Inside.sandbox("exit 7")).exit().code()).isEqualTo(7);
    }

    @Test
    void aTerminalIsPossible() throws Exception {
        try (Containers containers = open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("isatty").build());
                Container container = blueprint.spawn(Stdio.terminal(Stdio.TerminalSize.DEFAULT))) {
            String seen = new String(container.terminal().orElseThrow().output().readAllBytes(), UTF_8);

            assertThat(seen).isEqualTo("1 1 1\r\n");
        }
    }

    @Test
    void aFailureIsNamedAndLeavesTheJvmAsItWas() {
        try (Containers containers = open();
                Blueprint blueprint = containers.compile(
                        Inside.sandbox("").command("/missing").build())) {
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> blueprint.spawn(Stdio.pipes()))
                        .isInstanceOf(SpawnFailedException.class)
                        .hasMessageContaining("execve /missing")
                        .hasMessageContaining("ENOENT");
            }
        }
    }

    @Test
    void severalThreadsSpawnAtOnce() {
        try (Containers containers = open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build())) {
            List<CompletableFuture<Void>> working = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                String word = "t" + t;
                working.add(CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < 25; i++) {
                        assertThat(Inside.see(blueprint, "args " + word).line()).isEqualTo(word);
                    }
                }));
            }
            working.forEach(CompletableFuture::join);
        }
    }

    @Test
    void whatItCannotDoItRefuses() {
        ContainerSpec joining = Inside.bare("exit 0")
                .join(NamespaceType.NETWORK, "/proc/self/ns/net")
                .build();
        try (Containers containers = open()) {
            for (ContainerSpec spec :
                    List.of(joining, Inside.sandbox("exit 0").user(1000, 1000).build())) {
                try (Blueprint blueprint = containers.compile(spec)) {
                    assertThatThrownBy(() -> blueprint.spawn(Stdio.nothing()))
                            .isInstanceOf(SpawnFailedException.class)
                            .hasMessageContaining("in-process");
                }
            }
        }
    }
}
