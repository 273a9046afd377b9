package dev.libcontainer.security;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a filter is loaded, with the bits of {@code linux/seccomp.h}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/seccomp.2.html">seccomp(2)</a>, "SECCOMP_SET_MODE_FILTER"
 */
enum SeccompFlag {
    TSYNC(1),
    LOG(1 << 1),
    SPEC_ALLOW(1 << 2),
    WAIT_KILLABLE_RECV(1 << 5);

    private static final String PREFIX = "SECCOMP_FILTER_FLAG_";
    private static final int NEW_LISTENER = 1 << 3;
    private static final int TSYNC_ESRCH = 1 << 4;

    private final int bit;

    SeccompFlag(int bit) {
        this.bit = bit;
    }

    String ociName() {
        return PREFIX + name();
    }

    /** The bits for the names in a profile, and those that a listener needs. */
    static int bits(List<String> names, String place, boolean notify) {
        int bits = notify ? NEW_LISTENER : 0;
        for (int i = 0; i < names.size(); i++) {
            bits |= fromOciName(names.get(i), place + "[" + i + "]").bit;
        }
        if (!notify) {
            bits &= ~WAIT_KILLABLE_RECV.bit; // the kernel refuses it without a listener
        } else if ((bits & TSYNC.bit) != 0) {
            bits |= TSYNC_ESRCH; // else the result could be a thread ID as well as a file descriptor
        }
        return bits;
    }

    private static SeccompFlag fromOciName(String name, String place) {
        for (SeccompFlag flag : values()) {
            if (flag.ociName().equals(name)) {
                return flag;
            }
        }
        throw new SeccompException(
                place,
                "unknown flag \"" + name + "\"",
                "one of " + Arrays.stream(values()).map(SeccompFlag::ociName).collect(Collectors.joining(", ")));
    }
}
