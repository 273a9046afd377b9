package dev.libcontainer.cgroup;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Taking directories away whose last processes may still be on their way out. */
final class CgroupRemoval {
    private static final int ATTEMPTS = 11;
    private static final long FIRST_PAUSE_NANOS = 1_000_000;

    private CgroupRemoval() {}

    /** Removes them and what is below; throws CgroupException if somebody is still in one after a few seconds. */
    static void remove(List<CgroupDirectory> directories) {
        List<CgroupDirectory> left = new ArrayList<>(directories);
        long pause = FIRST_PAUSE_NANOS;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++, pause *= 2) {
            left.removeIf(CgroupDirectory::remove);
            if (left.isEmpty()) {
                return;
            }
            LockSupport.parkNanos(pause);
        }
        CgroupDirectory first = left.get(0);
        throw CgroupException.failed(
                first.hierarchy().name(),
                "cannot remove " + first.path() + ": processes " + first.processes() + " are in it",
                "");
    }
}
