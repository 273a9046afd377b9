package dev.libcontainer.cgroup;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.KernelException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Stopping all processes of a cgroup and those below, and letting them go on.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/freezer-subsystem.html">The freezer of version 1</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html#core-interface-files">cgroup.freeze</a>
 */
record Freezer(CgroupDirectory directory) {
    static final String NAME = "freezer";

    private static final long PAUSE_NANOS = 500_000;
    private static final int ASK_AGAIN_EVERY = 20;

    private boolean isV1() {
        return directory.hierarchy().version() == CgroupVersion.V1;
    }

    /** Whether it was frozen itself, or is about to be; not whether a cgroup above was. */
    boolean isAsked() {
        return isV1() ? directory.says("freezer.self_freezing", "1") : directory.says("cgroup.freeze", "1");
    }

    /** Whether whoever entered it would stop, for its own or for a cgroup above's sake. */
    boolean isInForce() {
        return isV1() ? !directory.says("freezer.state", "THAWED") && directory.exists() : eventsSayFrozen();
    }

    private boolean eventsSayFrozen() {
        return directory
                .read("cgroup.events")
                .filter(text -> text.lines().anyMatch("frozen 1"::equals))
                .isPresent();
    }

    private boolean isFrozen() {
        return isV1() ? directory.says("freezer.state", "FROZEN") : eventsSayFrozen();
    }

    /** False if somebody did not stop in time; then all are let go again, as they are if it fails. */
    boolean freeze(Duration atMost) {
        boolean before = isAsked();
        boolean frozen = false;
        try {
            frozen = freezeBy(System.nanoTime() + atMost.toNanos());
            return frozen;
        } finally {
            if (!frozen && !before) {
                thaw();
            }
        }
    }

    private boolean freezeBy(long end) {
        for (int tries = 0; ; tries++) {
            if (tries % ASK_AGAIN_EVERY == 0) { // version 1 misses who was in the middle of a vfork
                directory.write(isV1() ? "freezer.state" : "cgroup.freeze", isV1() ? "FROZEN" : "1");
            }
            if (isFrozen()) {
                return true;
            }
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    void thaw() {
        try {
            directory.write(isV1() ? "freezer.state" : "cgroup.freeze", isV1() ? "THAWED" : "0");
        } catch (KernelException e) {
            if (!e.errno().equals(Errno.ENOENT) && !e.errno().equals(Errno.ENODEV)) {
                throw e; // else it is gone, and nobody is in it
            }
        }
    }
}
