package dev.libcontainer.bench;

import dev.libcontainer.ContainerSpecBuilder;
import dev.libcontainer.Rootfs;
import dev.libcontainer.spec.Mount;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A directory of this run's own: the probe, a root to stand in, what an overlay needs. Gone when closed. */
final class Workplace implements AutoCloseable {
    /** Where the probe is in a root of its own. */
    static final String PROBE = "/bench/probe";

    /** Where an overlay is in a container that has one. */
    static final String OVERLAY = "/data";

    private static final String SHOWN = "/bench/host"; // an overlay's directories are looked up in the container

    private static final Path APPARMOR = Path.of("/sys/module/apparmor/parameters/enabled");
    private static final Path SELINUX = Path.of("/sys/fs/selinux/enforce");

    private final Path directory;

    private Workplace(Path directory) {
        this.directory = directory;
    }

    /** Makes one. */
    static Workplace make() throws IOException {
        Path directory = Files.createTempDirectory(
                "libcontainer-bench",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Workplace place = new Workplace(directory);
        for (String name : List.of("root/bench", "root/data", "upper", "work", "plain")) {
            Files.createDirectories(directory.resolve(name));
        }
        String platform = System.getProperty("os.arch").equals("aarch64") ? "linux-arm64" : "linux-x86_64";
        try (InputStream in = Workplace.class.getResourceAsStream(platform + "/lc-probe")) {
            if (in == null) {
                throw new IOException("this build holds no lc-probe for " + platform);
            }
            Files.copy(in, place.probe());
        }
        Files.setPosixFilePermissions(place.probe(), PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.copy(place.probe(), directory.resolve("root" + PROBE), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        return place;
    }

    /** The probe, as the host sees it. */
    Path probe() {
        return directory.resolve("probe");
    }

    /** A directory of the host's own file system, for writing without a container. */
    Path plain() {
        return directory.resolve("plain");
    }

    /** With the probe as the command of a container that sees the host's programs. */
    ContainerSpecBuilder inside(ContainerSpecBuilder builder) {
        return builder.bind(probe().toString(), PROBE, true).command(PROBE);
    }

    /** In a directory as root. */
    ContainerSpecBuilder inDirectory(ContainerSpecBuilder builder) {
        return builder.rootfs(Rootfs.directory(directory.resolve("root"))).command(PROBE);
    }

    /** Shows all of this directory, and an overlay of it at /data; what is written there goes to the host's file system. */
    ContainerSpecBuilder withOverlay(ContainerSpecBuilder builder) {
        List<String> options =
                List.of("lowerdir=" + SHOWN + "/root", "upperdir=" + SHOWN + "/upper", "workdir=" + SHOWN + "/work");
        return withoutOverlay(builder)
                .mount(new Mount(
                        OVERLAY, Optional.of("overlay"), Optional.of("overlay"), options, List.of(), List.of()));
    }

    /** The same without the overlay. */
    ContainerSpecBuilder withoutOverlay(ContainerSpecBuilder builder) {
        return builder.bind(directory.toString(), SHOWN, false);
    }

    boolean appArmor() {
        return read(APPARMOR).equals("Y");
    }

    /** This process's own label, where SELinux is enabled. */
    Optional<String> seLinuxLabel() {
        String label = Files.exists(SELINUX) ? read(Path.of("/proc/self/attr/current")) : "";
        return label.isEmpty() ? Optional.empty() : Optional.of(label);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file).replace("\0", "").strip();
        } catch (IOException e) {
            return ""; // not there: not enabled
        }
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
