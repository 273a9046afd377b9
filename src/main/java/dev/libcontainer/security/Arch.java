package dev.libcontainer.security;

import java.util.List;
import java.util.Optional;

/**
 * A system call interface that a kernel may offer, with the numbers by which a filter tells it from others.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/seccomp.2.html">seccomp(2)</a>, "arch" in seccomp_data
 */
public enum Arch {
    /** 64-bit PC. */
    X86_64("SCMP_ARCH_X86_64", 0xC000003E, true),
    /** 32-bit PC. */
    X86("SCMP_ARCH_X86", 0x40000003, false),
    /** 64-bit PC with 32-bit pointers: same audit number as {@link #X86_64}, told apart by bit 30 of the call. */
    X32("SCMP_ARCH_X32", 0xC000003E, false),
    /** 64-bit ARM. */
    AARCH64("SCMP_ARCH_AARCH64", 0xC00000B7, true),
    /** 32-bit ARM, EABI. */
    ARM("SCMP_ARCH_ARM", 0x40000028, false);

    /** The bit that makes a call number one of {@link #X32}. */
    static final int X32_BIT = 0x40000000;

    private final String ociName;
    private final int auditArch;
    private final boolean wide;

    Arch(String ociName, int auditArch, boolean wide) {
        this.ociName = ociName;
        this.auditArch = auditArch;
        this.wide = wide;
    }

    /** Its name in a profile, e.g. {@code SCMP_ARCH_X86_64}. */
    public String ociName() {
        return ociName;
    }

    /** The kernel's {@code AUDIT_ARCH_*} number, which a filter finds in {@code seccomp_data.arch}. */
    public int auditArch() {
        return auditArch;
    }

    /** Whether arguments of calls have 64 bits. */
    public boolean is64Bit() {
        return wide;
    }

    /** The other interfaces of a kernel for this one, e.g. those for 32-bit programs. */
    public List<Arch> compatible() {
        return switch (this) {
            case X86_64 -> List.of(X86, X32);
            case AARCH64 -> List.of(ARM);
            case X86, X32, ARM -> List.of();
        };
    }

    /** The architecture of that name in a profile, if it is among those here. */
    public static Optional<Arch> fromOciName(String name) {
        for (Arch arch : values()) {
            if (arch.ociName.equals(name)) {
                return Optional.of(arch);
            }
        }
        return Optional.empty();
    }

    /**
     * The architecture of that name in Java's {@code os.arch}, if it is among those here.
     *
     * @param osArch e.g. {@code amd64}
     */
    public static Optional<Arch> fromOsArch(String osArch) {
        return switch (osArch) {
            case "amd64", "x86_64" -> Optional.of(X86_64);
            case "aarch64", "arm64" -> Optional.of(AARCH64);
            case "i386", "i686", "x86" -> Optional.of(X86);
            case "arm" -> Optional.of(ARM);
            default -> Optional.empty();
        };
    }
}
