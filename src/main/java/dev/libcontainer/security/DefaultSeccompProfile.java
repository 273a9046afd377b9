package dev.libcontainer.security;

import dev.libcontainer.spec.Seccomp;
import dev.libcontainer.spec.Seccomp.Arg;
import dev.libcontainer.spec.Seccomp.SyscallRule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The filter for a container that asks for none: what ordinary programs need is allowed, all else answers EPERM.
 *
 * <p>As strong as the default of the big container engines: no new namespaces, mounts, modules, keyrings, BPF or
 * io_uring; no sockets to hypervisors or to the kernel's crypto code; calls that a capability guards are allowed with
 * that capability. Which calls are let through, and why, is in {@link AllowedCalls}.
 */
public final class DefaultSeccompProfile {
    private static final String ALLOW = "SCMP_ACT_ALLOW";
    private static final String ERRNO = "SCMP_ACT_ERRNO";
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;

    /** The socket family of kernel crypto; see CVE-2026-31431. */
    private static final int AF_ALG = 38;

    /** The socket family of virtual machines and their hosts; not bounded by network namespaces. */
    private static final int AF_VSOCK = 40;

    /** AF_MCTP, the last of Linux 6.17. */
    private static final int LAST_FAMILY = 45;

    /** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. */
    private static final long NAMESPACE_FLAGS = 0x7e020000L;

    /** The Linux ABI, with and without UNAME26, the 32-bit ABI the same, and the question which it is. */
    private static final long[] PERSONALITIES = {0x0, 0x8, 0x20000, 0x20008, 0xffffffffL};

    private DefaultSeccompProfile() {}

    /**
     * The profile for a container, on any kernel that this library runs on (5.10 or newer).
     *
     * @param capabilities full names of those that the container may have, its bounding set
     * @param arch of the host; programs for its other interfaces, e.g. 32-bit ones, are killed: see
     *     {@link #withCompatible}
     * @throws UnknownCapabilityException if a name is not known
     */
    public static Seccomp forCapabilities(Set<String> capabilities, Arch arch) {
        return forCapabilities(CapabilitySet.parse(capabilities), arch);
    }

    /**
     * The profile for a container, on any kernel that this library runs on (5.10 or newer).
     *
     * @param capabilities those that the container may have, its bounding set
     * @param arch of the host; programs for its other interfaces, e.g. 32-bit ones, are killed: see
     *     {@link #withCompatible}
     */
    public static Seccomp forCapabilities(CapabilitySet capabilities, Arch arch) {
        List<SyscallRule> rules = new ArrayList<>();
        rules.add(allow(AllowedCalls.always()));
        rules.add(allow(AllowedCalls.onlyOn(arch)));
        for (Capability capability : capabilities.capabilities()) {
            List<String> calls = AllowedCalls.with(capability);
            if (!calls.isEmpty()) {
                rules.add(allow(calls));
            }
        }
        addSockets(rules);
        for (long personality : PERSONALITIES) {
            rules.add(allowIf("personality", new Arg(0, personality, 0, "SCMP_CMP_EQ")));
        }
        if (!capabilities.contains(Capability.SYS_ADMIN)) {
            addClone(rules);
        }
        return new Seccomp(
                ERRNO,
                OptionalInt.of(EPERM),
                List.of(arch.ociName()),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                rules);
    }

    /**
     * The profile for programs of the host's other interfaces too, e.g. for images with 32-bit programs. Such a filter
     * is about three times as long.
     *
     * @param profile from {@link #forCapabilities(CapabilitySet, Arch)}
     * @param arch of the host
     */
    public static Seccomp withCompatible(Seccomp profile, Arch arch) {
        Set<Arch> architectures = EnumSet.of(arch);
        architectures.addAll(arch.compatible());
        return new Seccomp(
                profile.defaultAction(),
                profile.defaultErrnoRet(),
                architectures.stream().map(Arch::ociName).toList(),
                profile.flags(),
                profile.listenerPath(),
                profile.listenerMetadata(),
                profile.syscalls());
    }

    /**
     * All families but the two. A plain "greater than" for those above would also let through 2<sup>32</sup> + {@link
     * #AF_ALG}, of which the kernel looks at the low word only.
     */
    private static void addSockets(List<SyscallRule> rules) {
        rules.add(allowIf("socket", new Arg(0, AF_ALG, 0, "SCMP_CMP_LT")));
        for (int family = AF_ALG + 1; family <= LAST_FAMILY; family++) {
            if (family != AF_VSOCK) {
                rules.add(allowIf("socket", new Arg(0, family, 0, "SCMP_CMP_EQ")));
            }
        }
    }

    /** No new namespaces; a filter cannot see the flags of clone3, but C libraries fall back to clone on ENOSYS. */
    private static void addClone(List<SyscallRule> rules) {
        rules.add(allowIf("clone", new Arg(0, NAMESPACE_FLAGS, 0, "SCMP_CMP_MASKED_EQ")));
        rules.add(new SyscallRule(List.of("clone3"), ERRNO, OptionalInt.of(ENOSYS), List.of()));
    }

    private static SyscallRule allow(List<String> calls) {
        return new SyscallRule(calls, ALLOW, OptionalInt.empty(), List.of());
    }

    private static SyscallRule allowIf(String call, Arg arg) {
        return new SyscallRule(List.of(call), ALLOW, OptionalInt.empty(), List.of(arg));
    }
}
