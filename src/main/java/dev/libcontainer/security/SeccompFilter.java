package dev.libcontainer.security;

import java.util.Arrays;
import java.util.List;

/**
 * A system call filter ready for the kernel.
 *
 * @param bpf {@code struct sock_filter[]}, little-endian
 * @param instructions how many of them
 * @param flags for {@code seccomp(SECCOMP_SET_MODE_FILTER, flags, …)}, the one for a listener included if
 *     {@code notifies}
 * @param notifies whether some calls are answered by a listener, so that loading yields a file descriptor
 * @param unknownCalls names in the profile that no architecture has a call for; their rules were left out
 */
public record SeccompFilter(byte[] bpf, int instructions, int flags, boolean notifies, List<String> unknownCalls) {

    /** Keeps copies. */
    public SeccompFilter {
        bpf = bpf.clone();
        unknownCalls = List.copyOf(unknownCalls);
    }

    /** A copy of the program. */
    @Override
    public byte[] bpf() {
        return bpf.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SeccompFilter filter
                && Arrays.equals(bpf, filter.bpf)
                && flags == filter.flags
                && notifies == filter.notifies
                && unknownCalls.equals(filter.unknownCalls);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(bpf) + flags;
    }

    @Override
    public String toString() {
        return "seccomp filter, " + instructions + " instructions, flags 0x" + Integer.toHexString(flags)
                + (notifies ? ", with listener" : "");
    }
}
