package dev.libcontainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.Stdio.TerminalSize;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A terminal of the container's own. */
@NeedsRoot
class TerminalTest {
    private static final int SIGINT = 2;

    private static String all(Container container) {
        try {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            container.terminal().orElseThrow().output().transferTo(all);
            return all.toString(UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String see(ContainerSpecBuilder builder, TerminalSize size) {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(builder.build());
                Container container = blueprint.spawn(Stdio.terminal(size))) {
            return all(container).replace("\r\n", "\n");
        }
    }

    private static String see(ContainerSpecBuilder builder) {
        return see(builder, TerminalSize.DEFAULT);
    }

    private static void await(InputStream in, String text) throws IOException {
        StringBuilder seen = new StringBuilder();
        while (seen.indexOf(text) < 0) {
            int c = in.read();
            assertThat(c).as(seen.toString()).isNotEqualTo(-1);
            seen.append((char) c);
        }
    }

    @Test
    void allThreeStreamsAreTheTerminal() {
        assertThat(see(Inside.sandbox("isatty -- ttyname"))).isEqualTo("1 1 1\n/dev/pts/0\n");
    }

    @Test
    void withoutOneNothingIsATerminal() {
        assertThat(Inside.see(Inside.sandbox("isatty")).line()).isEqualTo("0 0 0");
    }

    @Test
    void itIsTheControllingTerminalAndTheConsole() {
        assertThat(see(Inside.sandbox("")
                        .command("sh", "-c", "echo tty > /dev/tty; echo console > /dev/console; ls /dev/pts")))
                .isEqualTo("tty\nconsole\n0  ptmx\n");
    }

    @Test
    void aContainerWithoutIsolationHasOneToo() {
        assertThat(see(Inside.bare("isatty"))).isEqualTo("1 1 1\n");
    }

    @Test
    void aUserOtherThanRootOwnsIt() {
        assertThat(see(Inside.sandbox("")
                        .user(1000, 1000)
                        .command("sh", "-c", "echo x > /dev/tty; test -r /dev/stdin && echo readable")))
                .startsWith("x\n");
    }

    @Test
    void aTerminalInAUserNamespaceWorks() throws IOException {
        ContainerSpec spec = Amended.of(Inside.sandbox("isatty -- winsize"))
                .plus("linux.namespaces", "{'type': 'user'}")
                .with("linux.uidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 65536}]")
                .with("linux.gidMappings", "[{'containerID': 0, 'hostID': 100000, 'size': 65536}]")
                .build();
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(spec);
                Container container = blueprint.spawn(Stdio.terminal(TerminalSize.DEFAULT))) {
            assertThat(all(container)).startsWith("1 1 1\r\n");
        }
    }

    @Test
    void itsSizeCanBeChosenAndChanged() throws IOException {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Inside.sandbox("")
                        // the kernel signals before it stores the size (pty_resize in drivers/tty/pty.c)
                        .command(
                                "sh",
                                "-c",
                                "trap 'sleep 0.2; stty size; exit' WINCH; echo ready; while :; do sleep 0.01; done")
                        .build());
                Container container = blueprint.spawn(Stdio.terminal(new TerminalSize(30, 100)))) {
            PseudoTerminal terminal = container.terminal().orElseThrow();
            await(terminal.output(), "ready");
            assertThat(terminal.size()).isEqualTo(new TerminalSize(30, 100));

            terminal.resize(new TerminalSize(50, 333));

            assertThat(terminal.size()).isEqualTo(new TerminalSize(50, 333));
            assertThat(all(container)).contains("50 333");
        }
    }

    @Test
    void whatIsTypedIsReadAndEchoed() throws IOException {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Inside.sandbox("")
                        .command("sh", "-c", "read x; echo \"<$x>\"")
                        .build());
                Container container = blueprint.spawn(Stdio.terminal(TerminalSize.DEFAULT))) {
            container.terminal().orElseThrow().input().write("hello\n".getBytes(UTF_8));

            assertThat(all(container)).isEqualTo("hello\r\n<hello>\r\n");
            assertThat(Inside.exit(container).isSuccess()).isTrue();
        }
    }

    @Test
    void controlCInterrupts() throws IOException {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Inside.sandbox("")
                        .command(
                                "sh",
                                "-c",
                                "trap 'echo interrupted; exit 7' INT; echo ready; while :; do sleep 0.01; done")
                        .build());
                Container container = blueprint.spawn(Stdio.terminal(TerminalSize.DEFAULT))) {
            PseudoTerminal terminal = container.terminal().orElseThrow();
            await(terminal.output(), "ready");

            terminal.input().write(3);

            assertThat(all(container)).contains("interrupted");
            assertThat(Inside.exit(container).exitCode()).hasValue(7);
        }
    }

    @Test
    void controlCKillsAProgramThatDoesNotCare() throws IOException {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(
                        Inside.bare("hostname -- sleep 100000").build());
                Container container = blueprint.spawn(Stdio.terminal(TerminalSize.DEFAULT))) {
            PseudoTerminal terminal = container.terminal().orElseThrow();
            await(terminal.output(), "\n");

            terminal.input().write(3);

            assertThat(Inside.exit(container).signal()).hasValue(SIGINT);
        }
    }

    @Test
    void muchOutputIsNotLost() {
        String seen = see(Inside.sandbox("").command("seq", "1", "100000"));

        assertThat(seen.lines().count()).isEqualTo(100_000);
        assertThat(seen).endsWith("\n100000\n");
    }

    @Test
    void closingTheContainerEndsAReader() {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("sleep 100000").build())) {
            Container container = blueprint.spawn(Stdio.terminal(TerminalSize.DEFAULT));
            CompletableFuture<String> reader = CompletableFuture.supplyAsync(() -> all(container));

            container.close();

            assertThat(reader.join()).isEmpty();
        }
    }

    @Test
    void everyContainerOfABlueprintHasItsOwn() throws IOException {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(Inside.sandbox("stdin").build());
                Container one = blueprint.spawn(Stdio.terminal(TerminalSize.DEFAULT));
                Container two = blueprint.spawn(Stdio.terminal(TerminalSize.DEFAULT));
                Container three = blueprint.spawn(Stdio.terminal(TerminalSize.DEFAULT))) {
            int n = 0;
            for (Container container : new Container[] {one, two, three}) {
                n++;
                container.terminal().orElseThrow().input().write(("line " + n + "\n\004").getBytes(UTF_8));
                assertThat(all(container)).isEqualTo(("line " + n + "\r\n").repeat(2));
            }
        }
    }
}
