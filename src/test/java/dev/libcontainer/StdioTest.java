package dev.libcontainer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.Inside.Seen;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where standard streams lead. */
@NeedsRoot
class StdioTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path files;

    private static ContainerSpecBuilder shell(String script) {
        return Inside.sandbox("").command("sh", "-c", script);
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }

    private static Container spawn(Containers containers, ContainerSpecBuilder builder, Stdio stdio) {
        return containers.compile(builder.build()).spawn(stdio);
    }

    @Test
    void nothingIsDevNull() {
        try (Containers containers = Containers.open();
                Container container =
                        spawn(containers, shell("read x && exit 1; echo out; echo err >&2; exit 0"), Stdio.nothing())) {
            assertThat(Inside.exit(container).isSuccess()).isTrue();
            assertThat(container.output()).isEmpty();
            assertThat(container.stdout()).isEmpty();
        }
    }

    // ---- pipes ----

    @Test
    void pipesAreStreams() throws IOException {
        try (Containers containers = Containers.open();
                Container container = spawn(containers, shell("cat; echo err >&2"), Stdio.pipes())) {
            try (OutputStream in = container.stdin()) {
                in.write("hello\n".getBytes(UTF_8));
            }
            assertThat(new String(container.stdout().readAllBytes(), UTF_8)).isEqualTo("hello\n");
            assertThat(new String(container.stderr().readAllBytes(), UTF_8)).isEqualTo("err\n");
            assertThat(Inside.exit(container).isSuccess()).isTrue();
        }
    }

    @Test
    void aDialogueIsPossible() throws IOException {
        try (Containers containers = Containers.open();
                Container container = spawn(containers, shell("while read x; do echo \"<$x>\"; done"), Stdio.pipes())) {
            OutputStream in = container.stdin();
            InputStream out = container.stdout();
            for (String word : List.of("one", "two", "three")) {
                in.write((word + "\n").getBytes(UTF_8));
                in.flush();
                assertThat(new String(out.readNBytes(word.length() + 3), UTF_8)).isEqualTo("<" + word + ">\n");
            }
            in.close();
            assertThat(out.read()).isEqualTo(-1);
        }
    }

    @Test
    void pipesAreChannels() throws IOException {
        try (Containers containers = Containers.open();
                Container container = spawn(containers, shell("cat; cat /etc/group >&2"), Stdio.pipes())) {
            try (WritableByteChannel in = container.stdinChannel()) {
                in.write(ByteBuffer.wrap("hello\n".getBytes(UTF_8)));
            }
            assertThat(all(container.stdoutChannel())).asString().isEqualTo("hello\n");
            assertThat(all(container.stderrChannel())).asString().startsWith("root:x:0:");
        }
    }

    private static byte[] all(ReadableByteChannel channel) throws IOException {
        return Channels.newInputStream(channel).readAllBytes();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 65536, 10 * MIB})
    void bytesOfAnyKindAndNumberGoThroughPipes(int size) throws Exception {
        byte[] sent = random(size);
        try (Containers containers = Containers.open();
                Container container = spawn(containers, Inside.sandbox("stdin"), Stdio.pipes())) {
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                try (OutputStream in = container.stdin()) {
                    in.write(sent);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });

            byte[] received = container.stdout().readAllBytes();

            writer.join();
            assertThat(Arrays.equals(received, sent)).isTrue();
            assertThat(Inside.exit(container).isSuccess()).isTrue();
        }
    }

    @Test
    void whatWasWrittenCanBeReadAfterTheEnd() throws IOException {
        try (Containers containers = Containers.open();
                Container container = spawn(containers, shell("echo out; echo err >&2"), Stdio.pipes())) {
            Inside.exit(container);

            assertThat(new String(container.stdout().readAllBytes(), UTF_8)).isEqualTo("out\n");
            assertThat(new String(container.stderr().readAllBytes(), UTF_8)).isEqualTo("err\n");
        }
    }

    @Test
    void writingToAContainerThatIsGoneFails() throws IOException {
        try (Containers containers = Containers.open();
                Container container = spawn(containers, Inside.sandbox("exit 0"), Stdio.pipes())) {
            Inside.exit(container);
            OutputStream in = container.stdin();

            assertThatThrownBy(() -> {
                        in.write(new byte[100]);
                        in.flush();
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    private static long openPipes() {
        return Holdings.now().things().stream()
                .filter(thing -> thing.contains("pipe:"))
                .count();
    }

    @Test
    void pipesThatNobodyAskedForAreReleasedWithTheContainer() {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build())) {
            long before = openPipes();
            for (int i = 0; i < 20; i++) {
                blueprint.spawn(Stdio.pipes()).close();
            }
            assertThat(openPipes()).isEqualTo(before);
        }
    }

    @Test
    void errorsCanGoWhereOutputGoes() throws IOException {
        try (Containers containers = Containers.open();
                Container piped = spawn(
                        containers,
                        shell("echo out; echo err >&2"),
                        Stdio.pipes().errorsToOutput());
                Container captured = spawn(
                        containers,
                        shell("echo out; echo err >&2"),
                        Stdio.capture().errorsToOutput())) {
            assertThat(new String(piped.stdout().readAllBytes(), UTF_8)).isEqualTo("out\nerr\n");
            assertThat(piped.stderr()).isEmpty();
            Inside.exit(captured);
            assertThat(captured.output()).isEqualTo("out\nerr\n");
            assertThat(captured.errorOutput()).isEmpty();
        }
    }

    // ---- files ----

    @Test
    void streamsCanBeFiles() throws IOException {
        Path in = Files.writeString(files.resolve("in"), "from a file\n");
        Path out = Files.writeString(files.resolve("out"), "this will be gone, it is longer than what comes\n");
        Path err = files.resolve("err");
        Stdio stdio = Stdio.nothing().inputFrom(in).outputTo(out).errorsTo(err);
        try (Containers containers = Containers.open();
                Container container = spawn(containers, shell("cat; echo err >&2"), stdio)) {
            Inside.exit(container);

            assertThat(out).hasContent("from a file\n");
            assertThat(err).hasContent("err\n");
        }
    }

    @Test
    void outputCanBeAddedToAFile() throws IOException {
        Path out = files.resolve("out");
        Stdio stdio = Stdio.nothing().outputAppendedTo(out).errorsToOutput();
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(shell("echo out; echo err >&2").build())) {
            for (int i = 0; i < 3; i++) {
                try (Container container = blueprint.spawn(stdio)) {
                    Inside.exit(container);
                }
            }
            assertThat(out).hasContent("out\nerr\n".repeat(3));
        }
    }

    @Test
    void aFileThatCannotBeOpenedIsNamed() {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build())) {
            assertThatThrownBy(() -> blueprint.spawn(Stdio.nothing().inputFrom(files.resolve("missing"))))
                    .isInstanceOf(ContainerException.class)
                    .hasMessageContaining(files.resolve("missing").toString())
                    .hasMessageContaining("ENOENT");
            assertThatThrownBy(() -> blueprint.spawn(Stdio.nothing().outputTo(files)))
                    .isInstanceOf(ContainerException.class)
                    .hasMessageContaining("EISDIR");
            assertThat(containers.runningCount()).isZero();
        }
    }

    // ---- captured output ----

    @Test
    void outputAndErrorsAreCapturedApart() {
        Seen seen = Inside.see(shell("echo out; echo err >&2; printf 'ü€'"));

        assertThat(seen.output()).isEqualTo("out\nü€");
        assertThat(seen.errors()).isEqualTo("err\n");
    }

    private List<Path> spilled() throws IOException {
        try (Stream<Path> temporary = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return temporary
                    .filter(file -> file.getFileName().toString().startsWith(Holdings.TEMPORARY))
                    .toList();
        }
    }

    @Test
    void muchCapturedOutputGoesToAFileThatIsDeleted() throws IOException {
        List<Path> before = spilled();
        byte[] sent = random(3 * MIB);
        Path in = Files.write(files.resolve("in"), sent);
        try (Containers containers = Containers.open();
                Container container = spawn(
                        containers,
                        Inside.sandbox("stdin"),
                        Stdio.capture(64 * 1024).inputFrom(in))) {
            Inside.exit(container);

            for (int i = 0; i < 2; i++) {
                try (InputStream out = container.stdout()) {
                    assertThat(Arrays.equals(out.readAllBytes(), sent)).isTrue();
                }
            }
            assertThat(spilled()).hasSize(before.size() + 1);
        }
        assertThat(spilled()).isEqualTo(before);
    }

    @Test
    void littleCapturedOutputNeedsNoFile() throws IOException {
        List<Path> before = spilled();
        try (Containers containers = Containers.open();
                Container container = spawn(containers, shell("seq 1 1000"), Stdio.capture())) {
            Inside.exit(container);

            assertThat(container.output()).startsWith("1\n2\n").endsWith("1000\n");
            assertThat(spilled()).isEqualTo(before);
        }
    }

    @Test
    void capturedOutputThatFillsTheHeapHindersNoOther() throws Exception {
        OtherJvm.Ended ended = OtherJvm.run(FullHeapMain.class, "");

        assertThat(ended.errors()).isEmpty();
        assertThat(ended.output().lines().toList())
                .containsExactly("java.io.IOException: java.lang.OutOfMemoryError: Java heap space", "[little]");
    }

    @Test
    void capturedOutputEndsWithItsLastWriterEvenIfThatIsNotTheFirstProcess() {
        Seen seen = Inside.see(Inside.bare("").command("sh", "-c", "(sleep 0.1; echo late) & echo early"));

        assertThat(seen.output()).isEqualTo("early\nlate\n");
    }

    @Test
    void manyCanBeCapturedAtOnce() {
        try (Containers containers = Containers.open();
                Blueprint blueprint = containers.compile(shell("seq 1 $N").build())) {
            List<Container> all = Stream.iterate(1, n -> n + 1)
                    .limit(30)
                    .map(n -> blueprint.spawn(Launch.of(Stdio.capture()).env(List.of("PATH=/usr/bin", "N=" + n * 100))))
                    .toList();
            for (int i = 0; i < all.size(); i++) {
                assertThat(all.get(i).output()).endsWith("\n" + (i + 1) * 100 + "\n");
                all.get(i).close();
            }
        }
    }

    // ---- the JVM's own ----

    @Test
    void inheritedStreamsAreTheJvmsOwn() throws Exception {
        OtherJvm.Ended ended = OtherJvm.run(InheritingMain.class, "to stdin\n");

        assertThat(ended.output()).isEqualTo("to stdin\nout\n");
        assertThat(ended.errors()).endsWith("err\n");
        assertThat(ended.code()).isZero();
    }

    /** Runs in a JVM of its own. */
    static final class InheritingMain {
        public static void main(String[] args) throws Exception {
            try (Containers containers = Containers.open();
                    Container container = spawn(containers, shell("cat; echo out; echo err >&2"), Stdio.inherit())) {
                System.exit(container.waitFor().code());
            }
        }
    }
}
