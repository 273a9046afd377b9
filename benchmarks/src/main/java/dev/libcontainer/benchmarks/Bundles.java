package dev.libcontainer.benchmarks;

import dev.libcontainer.security.Arch;
import dev.libcontainer.security.CapabilitySet;
import dev.libcontainer.security.DefaultSeccompProfile;
import dev.libcontainer.spec.Seccomp;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.SpecReader;
import dev.libcontainer.spec.SpecWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/**
 * What the peers are given: a root with the program in it, and bundles with the configuration that {@code jrunc spec}
 * writes: without a filter; with the library's default seccomp profile as {@code linux.seccomp}; and with the same for
 * the machine's other interfaces too, as Docker's is.
 */
record Bundles(Path root, Path plain, Path seccomp, Path compatible) {
    /** Where the program is in the root. */
    static final String PROGRAM = "/true";

    /** Namespaces, /proc, /dev and a read-only root as {@code bwrap --unshare-all} makes them, and no filter. */
    private static final String BWRAP_LEVEL = """
            { "ociVersion": "1.3.0", "root": { "path": "ROOT", "readonly": true },
              "process": { "cwd": "/", "args": ["/true"], "noNewPrivileges": true, "user": { "uid": 0, "gid": 0 } },
              "mounts": [
                { "destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid", "nodev", "noexec"] },
                { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "ro"] },
                { "destination": "/dev/pts", "type": "devpts", "source": "devpts",
                  "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=620"] }],
              "linux": { USER "namespaces": [ NAMESPACES
                { "type": "pid" }, { "type": "network" }, { "type": "ipc" }, { "type": "uts" },
                { "type": "mount" }, { "type": "cgroup" }] } }
            """;

    private static final String MAPS = """
            "uidMappings": [{ "containerID": 0, "hostID": 0, "size": 1 }],
            "gidMappings": [{ "containerID": 0, "hostID": 0, "size": 1 }],
            """;

    /** Makes them below a directory. */
    static Bundles make(Path directory, Path program) throws IOException {
        Path root = Files.createDirectories(directory.resolve("root"));
        for (String empty : new String[] {"proc", "dev", "sys", "run", "tmp", "etc", "usr"}) {
            Files.createDirectories(root.resolve(empty));
        }
        Files.createFile(root.resolve("etc/os-release")); // by which systemd-nspawn knows a root
        Files.copy(program, root.resolve("true"));
        Spec plain = configuration(root);
        Arch arch = Arch.fromOsArch(System.getProperty("os.arch")).orElseThrow();
        Seccomp profile = DefaultSeccompProfile.forCapabilities(CapabilitySet.CONTAINER_DEFAULT, arch);
        return new Bundles(
                root,
                write(directory.resolve("plain"), plain),
                write(directory.resolve("seccomp"), filtered(plain, profile)),
                write(
                        directory.resolve("compatible"),
                        filtered(plain, DefaultSeccompProfile.withCompatible(profile, arch))));
    }

    private static Path write(Path bundle, Spec spec) throws IOException {
        Files.createDirectories(bundle);
        Files.write(bundle.resolve("config.json"), SpecWriter.write(spec));
        return bundle;
    }

    private static Spec configuration(Path root) throws IOException {
        try (InputStream in = SpecReader.class.getResourceAsStream("/dev/libcontainer/cli/config.json")) {
            String json = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .replace(Spec.OCI_VERSION, "1.0.2") // older peers know no newer one
                    .replace("\"terminal\": true", "\"terminal\": false")
                    .replace("[\"sh\"]", "[\"" + PROGRAM + "\"]")
                    .replace("\"rootfs\"", "\"" + root + "\"");
            return SpecReader.read(json.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static Spec filtered(Spec spec, Seccomp profile) {
        return spec.withLinux(spec.linux().orElseThrow().withSeccomp(profile));
    }

    /** The configuration of a bundle. */
    static Spec read(Path bundle) {
        return SpecReader.read(bundle.resolve("config.json"));
    }

    /** What bwrap isolates, with a user namespace as it makes one, or without. */
    Spec bwrapLevel(boolean user) {
        String json = BWRAP_LEVEL
                .replace("ROOT", root.toString())
                .replace("USER", user ? MAPS : "")
                .replace("NAMESPACES", user ? "{ \"type\": \"user\" }," : "");
        return SpecReader.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
