package dev.libcontainer.security;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * What a filter may answer, with the numbers of {@code linux/seccomp.h}.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/seccomp.2.html">seccomp(2)</a>, "Return values"
 */
enum SeccompAction {
    KILL(0x00000000, 0),
    KILL_THREAD(0x00000000, 0),
    KILL_PROCESS(0x80000000, 0),
    TRAP(0x00030000, 0),
    ERRNO(0x00050000, 4095),
    TRACE(0x7ff00000, 0xffff),
    ALLOW(0x7fff0000, 0),
    LOG(0x7ffc0000, 0),
    NOTIFY(0x7fc00000, 0);

    /** What libseccomp answers to a call of an architecture that the profile does not name. */
    static final int BAD_ARCH = KILL_THREAD.base;

    private static final String PREFIX = "SCMP_ACT_";
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    private static final int DATA_MASK = 0xffff;

    private final int base;
    private final int maxData;

    SeccompAction(int base, int maxData) {
        this.base = base;
        this.maxData = maxData;
    }

    String ociName() {
        return PREFIX + name();
    }

    /** The answer as the kernel wants it: the action above, its errno or message below. */
    int answer(OptionalInt errno, String errnoPlace) {
        if (errno.isEmpty()) {
            return maxData == 0 ? base : base | EPERM;
        }
        int data = errno.getAsInt();
        if (maxData == 0) {
            throw new SeccompException(
                    errnoPlace,
                    ociName() + " takes no errno",
                    "remove it, or use " + ERRNO.ociName() + " or " + TRACE.ociName());
        }
        if (data < 0 || data > maxData) {
            throw new SeccompException(errnoPlace, data + " is not in 0.." + maxData, "");
        }
        return base | data;
    }

    static SeccompAction fromOciName(String name, String place) {
        for (SeccompAction action : values()) {
            if (action.ociName().equals(name)) {
                return action;
            }
        }
        throw new SeccompException(
                place,
                "unknown action \"" + name + "\"",
                "one of " + Arrays.stream(values()).map(SeccompAction::ociName).collect(Collectors.joining(", ")));
    }

    /** The answer "this kernel has no such call". */
    static int noSuchCall() {
        return ERRNO.base | ENOSYS;
    }

    /** Whether the answer lets the call, or somebody who handles it, proceed. */
    static boolean permits(int answer) {
        int action = answer & ~DATA_MASK;
        return action == ALLOW.base || action == LOG.base || action == TRACE.base;
    }

    /** The answer in words, e.g. {@code ERRNO 1}. */
    static String describe(int answer) {
        for (SeccompAction action : values()) {
            if (action != KILL && action.base == (answer & ~DATA_MASK)) {
                return action.maxData == 0 ? action.name() : action.name() + " " + (answer & DATA_MASK);
            }
        }
        return String.format("0x%08x", answer);
    }
}
