package dev.libcontainer.security;

import dev.libcontainer.spec.Seccomp;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * libseccomp, asked through the program {@code src/test/cpp/seccomp_oracle.cpp}: given by the system property {@code
 * libcontainer.seccompOracle}, else compiled here.
 */
final class Oracle implements AutoCloseable {
    private static final String PROPERTY = "libcontainer.seccompOracle";
    private static final int NOT_HERE = 77;
    private static String whyNot = "";
    private static Optional<Path> program = Optional.empty();

    private final Process process;
    private final OutputStream requests;
    private final DataInputStream answers;

    private Oracle(Process process) {
        this.process = process;
        this.requests = process.getOutputStream();
        this.answers = new DataInputStream(process.getInputStream());
    }

    /** Why there is no oracle, empty if there is one. */
    static synchronized String whyNot() {
        if (program.isEmpty() && whyNot.isEmpty()) {
            try {
                locate();
            } catch (IOException | InterruptedException e) {
                whyNot = "the libseccomp oracle cannot be built: " + e.getMessage();
            }
            if (!whyNot.isEmpty()) {
                System.out.println("skipped: " + whyNot);
            }
        }
        return whyNot;
    }

    static Oracle open() throws IOException {
        return new Oracle(new ProcessBuilder(program.orElseThrow().toString()).start());
    }

    /** libseccomp's filter for a profile, or its negative errno. */
    Answer compile(Seccomp profile, Arch nativeArch, ReferenceRules.Optimization optimization) throws IOException {
        byte[] rules = ReferenceRules.encode(profile, nativeArch, optimization);
        return ask(rules);
    }

    /** What {@code lc_seccomp_reference} makes of any bytes. */
    Answer ask(byte[] rules) throws IOException {
        requests.write(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(rules.length)
                .array());
        requests.write(rules);
        requests.flush();
        int result = Integer.reverseBytes(answers.readInt());
        return new Answer(result, result > 0 ? answers.readNBytes(result) : new byte[0]);
    }

    record Answer(int result, byte[] bpf) {}

    /** For each name that libseccomp knows a line "name x86_64 x86 x32 aarch64 arm". */
    static List<String> numbers(Collection<String> names) throws IOException {
        Process process = new ProcessBuilder(program.orElseThrow().toString(), "numbers").start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(String.join("\n", names).getBytes(StandardCharsets.US_ASCII));
        }
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                .lines()
                .toList();
    }

    @Override
    public void close() {
        try {
            requests.close();
            process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void locate() throws IOException, InterruptedException {
        String given = System.getProperty(PROPERTY, "");
        Path path = given.isEmpty() ? build() : Path.of(given);
        int status = new ProcessBuilder(path.toString())
                .redirectInput(Path.of("/dev/null").toFile())
                .start()
                .waitFor();
        if (status == NOT_HERE) {
            whyNot = "libseccomp.so.2 is not installed";
        } else if (status != 0) {
            whyNot = path + " ended with status " + status;
        } else {
            program = Optional.of(path);
        }
    }

    private static Path build() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("seccomp-oracle");
        Path target = directory.resolve("seccomp_oracle");
        Process compiler = new ProcessBuilder(
                        "g++",
                        "-std=c++17",
                        "-O1",
                        "-fno-exceptions",
                        "-fno-rtti",
                        "-I",
                        "src/main/cpp",
                        "-o",
                        target.toString(),
                        "src/test/cpp/seccomp_oracle.cpp",
                        "src/main/cpp/seccomp.cpp",
                        "-ldl")
                .redirectErrorStream(true)
                .start();
        String output = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!compiler.waitFor(2, TimeUnit.MINUTES) || compiler.exitValue() != 0) {
            throw new IOException("g++: " + output);
        }
        directory.toFile().deleteOnExit(); // deleted in reverse order
        target.toFile().deleteOnExit();
        return target;
    }
}
