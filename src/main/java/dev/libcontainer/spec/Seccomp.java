package dev.libcontainer.spec;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A system call filter, in the words of libseccomp.
 *
 * @param defaultAction what happens to calls no rule names, e.g. {@code SCMP_ACT_ERRNO}
 * @param defaultErrnoRet the errno of that action, if it has one; absent means EPERM
 * @param architectures e.g. {@code SCMP_ARCH_X86_64}, besides the native one
 * @param flags of {@code seccomp(2)}, e.g. {@code SECCOMP_FILTER_FLAG_LOG}
 * @param listenerPath the socket that receives the notification fd for {@code SCMP_ACT_NOTIFY}
 * @param listenerMetadata passed on to that socket as it is
 * @param syscalls the rules
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#seccomp">config-linux.md,
 *     Seccomp</a>
 */
public record Seccomp(
        String defaultAction,
        OptionalInt defaultErrnoRet,
        List<String> architectures,
        List<String> flags,
        Optional<String> listenerPath,
        Optional<String> listenerMetadata,
        List<SyscallRule> syscalls) {

    /** Keeps unmodifiable copies of its lists. */
    public Seccomp {
        architectures = List.copyOf(architectures);
        flags = List.copyOf(flags);
        syscalls = List.copyOf(syscalls);
    }

    /**
     * What happens to some system calls.
     *
     * @param names the calls, at least one; names the kernel lacks are skipped
     * @param action e.g. {@code SCMP_ACT_ALLOW}
     * @param errnoRet the errno of that action, if it has one; absent means EPERM
     * @param args conditions that must all hold; none means always
     */
    public record SyscallRule(List<String> names, String action, OptionalInt errnoRet, List<Arg> args) {

        /** Keeps unmodifiable copies of its lists. */
        public SyscallRule {
            names = List.copyOf(names);
            args = List.copyOf(args);
        }
    }

    /**
     * A condition on one argument of a system call.
     *
     * @param index which argument, 0 to 5
     * @param value what it is compared with, a uint64; the mask for {@code SCMP_CMP_MASKED_EQ}
     * @param valueTwo a uint64, the value under that mask
     * @param op the comparison, e.g. {@code SCMP_CMP_EQ}
     */
    public record Arg(int index, long value, long valueTwo, String op) {}
}
