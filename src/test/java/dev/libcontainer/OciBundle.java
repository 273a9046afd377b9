package dev.libcontainer;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.runtime.CgroupDriver;
import dev.libcontainer.runtime.CreateOptions;
import dev.libcontainer.runtime.ExecOptions;
import dev.libcontainer.runtime.OciRuntime;
import dev.libcontainer.runtime.RuntimeOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A bundle whose root has the program {@code inside} and a directory {@code /out} of the host, and a runtime beside it. */
final class OciBundle implements AutoCloseable {
    private static final String NAMESPACES = Stream.of("pid", "mount", "ipc", "uts", "network")
            .map(t -> "{'type':'" + t + "'}")
            .collect(Collectors.joining(","));
    private static final String MOUNTS = """
            {'destination':'/proc','type':'proc','source':'proc'},
            {'destination':'/dev','type':'tmpfs','source':'tmpfs','options':['nosuid','mode=755']},
            {'destination':'/dev/pts','type':'devpts','source':'devpts','options':['newinstance','ptmxmode=0666']},
            """;

    final Path directory = Files.createTempDirectory(Holdings.TEMPORARY + "bundle-");
    final Path out = Files.createDirectory(directory.resolve("out"));
    final List<String> warnings = new ArrayList<>();
    final OciRuntime runtime = open();
    private String namespaces = NAMESPACES;
    private String process = "";
    private String linux = "";
    private String more = "";
    private String mounts = "";

    OciBundle() throws IOException {
        Path root = Files.createDirectory(directory.resolve("rootfs"));
        Files.copy(Path.of(Inside.HOST_PATH), root.resolve("inside"));
        root.resolve("inside").toFile().setExecutable(true, false);
    }

    /** Another runtime on the same state. */
    OciRuntime open() {
        return open(CgroupDriver.CGROUPFS);
    }

    OciRuntime open(CgroupDriver driver) {
        return new OciRuntime(
                new RuntimeOptions(directory.resolve("state"), driver, directory, Map.of(), true, warnings::add));
    }

    /** Members of {@code process}, {@code linux}, {@code mounts}, or of the whole, in JSON with single quotes. */
    OciBundle process(String members) {
        process = "," + members;
        return this;
    }

    OciBundle linux(String members) {
        linux = "," + members;
        return this;
    }

    OciBundle mount(String mount) {
        mounts = mount + ",";
        return this;
    }

    /** One namespace less of its own. */
    OciBundle withoutNamespace(String type) {
        namespaces = namespaces.replaceFirst("\\{'type':'" + type + "'\\},?", "");
        return this;
    }

    /** One more namespace of its own. */
    OciBundle namespace(String type) {
        namespaces += ",{'type':'" + type + "'}";
        return this;
    }

    OciBundle with(String members) {
        more = "," + members;
        return this;
    }

    /** The configuration of a container that runs verbs of {@code inside}. */
    OciBundle runs(String verbs) throws IOException {
        String args =
                Arrays.stream(verbs.split(" ")).map(arg -> "'" + arg + "'").collect(Collectors.joining(","));
        String json =
                "{'ociVersion':'1.3.0','root':{'path':'rootfs'},'hostname':'oci','process':{'cwd':'/','args':['/inside',"
                        + args + "]" + process + "},'mounts':[" + MOUNTS + mounts
                        + "{'destination':'/out','source':'out','options':['bind']}],'linux':{'namespaces':["
                        + namespaces + "]"
                        + linux + "}" + more + "}";
        Files.writeString(directory.resolve("config.json"), json.replace('\'', '"'));
        return this;
    }

    CreateOptions options() {
        return new CreateOptions(
                directory, Optional.empty(), Optional.empty(), Optional.empty(), false, false, List.of(), List.of());
    }

    /** What a container of the bundle prints until its end. */
    List<String> printed() throws IOException {
        return printed(stdio -> runtime.run(
                "printing",
                new CreateOptions(
                        directory,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        false,
                        List.of(),
                        stdio),
                false,
                false));
    }

    /** What a process prints that is executed in a container, under this AppArmor profile or with this SELinux label. */
    List<String> printed(String id, String verbs, Optional<String> profile, Optional<String> label) throws IOException {
        return printed(stdio -> runtime.exec(id, exec(inside(verbs), false, profile, label, Optional.empty(), stdio)));
    }

    private List<String> printed(Consumer<List<Integer>> running) throws IOException {
        Path file = Files.createFile(directory.resolve("printed"));
        Kernel.load();
        try (Fd fd = Kernel.open(file.toString(), Kernel.O_RDWR)) {
            running.accept(List.of(fd.value(), fd.value(), fd.value()));
            return Files.readAllLines(file);
        } finally {
            Files.delete(file);
        }
    }

    static ExecOptions exec(String verbs, boolean detach) {
        return exec(inside(verbs), detach, Optional.empty());
    }

    /** With arguments of its own, and a file for the pid. */
    static ExecOptions exec(List<String> args, boolean detach, Optional<Path> pidFile) {
        return exec(args, detach, Optional.empty(), Optional.empty(), pidFile, List.of());
    }

    static List<String> inside(String verbs) {
        List<String> args = new ArrayList<>(List.of("/inside"));
        args.addAll(List.of(verbs.split(" ")));
        return args;
    }

    private static ExecOptions exec(
            List<String> args,
            boolean detach,
            Optional<String> profile,
            Optional<String> label,
            Optional<Path> pidFile,
            List<Integer> stdio) {
        return new ExecOptions(
                Optional.empty(),
                args,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                false,
                profile,
                label,
                List.of(),
                false,
                detach,
                Optional.empty(),
                pidFile,
                List.of(),
                stdio);
    }

    /** What a container wrote to a file of {@code /out}; empty if it did not. */
    String written(String name) {
        try {
            Path file = out.resolve(name);
            return Files.exists(file) ? Files.readString(file).strip() : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes what is left. */
    @Override
    public void close() throws IOException {
        runtime.list().forEach(container -> runtime.delete(container.id(), true));
        runtime.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
