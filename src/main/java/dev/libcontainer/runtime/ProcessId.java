package dev.libcontainer.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process known for certain: a pid is used again, a pid and its start time never.
 *
 * @param startTicks when it began, in clock ticks after boot (proc_pid_stat(5), field 22)
 */
record ProcessId(int pid, long startTicks) {
    private static final int STATE = 0;
    private static final int START = 19;

    /** The process that has a pid now; empty if there is none, or only a zombie. */
    static Optional<ProcessId> of(int pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", START + 2);
            boolean dead = fields[STATE].equals("Z") || fields[STATE].equals("X");
            return dead ? Optional.empty() : Optional.of(new ProcessId(pid, Long.parseLong(fields[START])));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    boolean lives() {
        return pid > 0 && of(pid).filter(this::equals).isPresent();
    }

    /** Whether it still runs the helper's code: it waits for its start. */
    boolean isParked() {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe"))
                    .toString()
                    .startsWith("/memfd:lc:spawner");
        } catch (IOException e) {
            return false;
        }
    }
}
