package dev.libcontainer.benchmarks;

import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.security.Arch;
import dev.libcontainer.security.CapabilitySet;
import dev.libcontainer.security.DefaultSeccompProfile;
import dev.libcontainer.security.ReferenceRules;
import dev.libcontainer.security.SeccompCompiler;
import dev.libcontainer.spec.Seccomp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The default profile as BPF, written to files for the C programs. */
public final class Filters {
    private static final int INSTRUCTION_BYTES = 8;

    private Filters() {}

    /** Writes the filter as the library compiles it. */
    public static void main(String[] args) throws IOException {
        write(Path.of(args[0]), SeccompCompiler.compile(profile(), arch()).bpf());
    }

    private static Arch arch() {
        return Arch.fromOsArch(System.getProperty("os.arch")).orElseThrow();
    }

    private static Seccomp profile() {
        return DefaultSeccompProfile.forCapabilities(CapabilitySet.CONTAINER_DEFAULT, arch());
    }

    /** As the library compiles it. */
    static Path ours(Path directory) throws IOException {
        return write(
                directory.resolve("ours.bpf"),
                SeccompCompiler.compile(profile(), arch()).bpf());
    }

    /** As the library compiles it for programs of the host's other interfaces too. */
    static Path compatible(Path directory) throws IOException {
        Seccomp wide = DefaultSeccompProfile.withCompatible(profile(), arch());
        return write(
                directory.resolve("compatible.bpf"),
                SeccompCompiler.compile(wide, arch()).bpf());
    }

    /** As libseccomp encodes it unless told otherwise, for the architectures that runc gives it. Empty without it. */
    static Optional<Path> libseccomp(Path directory) throws IOException {
        List<String> archs = arch() == Arch.X86_64
                ? List.of("SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32")
                : List.of("SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM");
        Seccomp profile = profile();
        Seccomp wide = new Seccomp(
                profile.defaultAction(),
                profile.defaultErrnoRet(),
                archs,
                profile.flags(),
                profile.listenerPath(),
                profile.listenerMetadata(),
                profile.syscalls());
        byte[] rules = ReferenceRules.encode(wide, arch(), ReferenceRules.Optimization.DEFAULT);
        Optional<byte[]> bpf = Kernel.libseccomp(rules);
        return bpf.isPresent() ? Optional.of(write(directory.resolve("libseccomp.bpf"), bpf.get())) : Optional.empty();
    }

    private static Path write(Path file, byte[] bpf) throws IOException {
        return Files.write(file, bpf);
    }

    static long instructions(Path filter) throws IOException {
        return Files.size(filter) / INSTRUCTION_BYTES;
    }
}
