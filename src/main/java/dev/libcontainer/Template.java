package dev.libcontainer;

import dev.libcontainer.kernel.Kernel;

/**
 * A template process, by the socket that leads to it. Spawns in progress count as its users: its fd keeps its number
 * until the last of them is done. Thread-safe.
 */
final class Template {
    private static final int SIGKILL = 9;
    private static final long REAP_MICROS = 5_000_000;

    private final int fd;
    private final int pidfd;
    private int users = 1; // whoever opened it

    /** Takes over both fds. */
    Template(int fd, int pidfd) {
        this.fd = fd;
        this.pidfd = pidfd;
    }

    int fd() {
        return fd;
    }

    /** One more user; false if the last one has gone, and with it the process. */
    synchronized boolean acquire() {
        if (users == 0) {
            return false;
        }
        users++;
        return true;
    }

    /** One user less; the last one ends the process. */
    synchronized void release() {
        users--;
        if (users == 0) {
            Kernel.close(fd);
            Kernel.signal(pidfd, SIGKILL);
            Kernel.await(pidfd, REAP_MICROS);
            Kernel.close(pidfd);
        }
    }
}
