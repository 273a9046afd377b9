package dev.libcontainer.runtime;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import java.util.Optional;

/** Signals to processes that are not our children, without a race for their pids. */
final class Signals {
    private Signals() {}

    /** Sends a signal; false if the process is gone. */
    static boolean send(ProcessId process, int signal) {
        Spawner.loadKernel();
        Optional<Fd> found = Kernel.pidfd(process.pid());
        if (found.isEmpty()) {
            return false;
        }
        try (Fd pidfd = found.get()) {
            return process.lives()
                    && Kernel.signal(pidfd.value(), signal); // looked at while its pid cannot be used again
        }
    }
}
