package dev.libcontainer;

import dev.libcontainer.kernel.Exit;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How a container ended.
 *
 * @param exitCode of its first process; absent if a signal killed it
 * @param signal that killed it; absent if it exited
 * @param coreDumped whether the kernel wrote (or handed on) a core dump
 * @param oomKilled whether the kernel killed a process of the container for want of memory
 * @param killedBeforeExec whether the signal came before the program's first instruction
 * @param userTime CPU time of the first process and what it waited for
 * @param systemTime likewise, in the kernel
 * @param maxRssBytes largest resident set
 * @param peakMemoryBytes the container's own peak, if it had a memory cgroup
 * @param startLatency from the call of spawn until the program began
 * @param wallTime from the call of spawn until the end was noticed
 */
public record ExitStatus(
        OptionalInt exitCode,
        OptionalInt signal,
        boolean coreDumped,
        boolean oomKilled,
        boolean killedBeforeExec,
        Duration userTime,
        Duration systemTime,
        long maxRssBytes,
        OptionalLong peakMemoryBytes,
        Duration startLatency,
        Duration wallTime) {
    private static final int SIGNAL_BASE = 128;
    private static final long NANOS_PER_MICRO = 1000;

    static ExitStatus of(Exit event, boolean oomKilled, OptionalLong peakMemoryBytes, long startNanos, long wallNanos) {
        boolean exited = event.code() == Exit.EXITED;
        return new ExitStatus(
                exited ? OptionalInt.of(event.status()) : OptionalInt.empty(),
                exited ? OptionalInt.empty() : OptionalInt.of(event.status()),
                event.code() == Exit.DUMPED,
                oomKilled,
                event.beforeExec(),
                Duration.ofNanos(event.userMicros() * NANOS_PER_MICRO),
                Duration.ofNanos(event.systemMicros() * NANOS_PER_MICRO),
                event.maxRssKib() * 1024,
                peakMemoryBytes,
                Duration.ofNanos(startNanos),
                Duration.ofNanos(wallNanos));
    }

    /** Exited with code 0. */
    public boolean isSuccess() {
        return exitCode.orElse(-1) == 0;
    }

    /** One number as shells have it: the exit code, or 128 + signal. */
    public int code() {
        return exitCode.isPresent() ? exitCode.getAsInt() : SIGNAL_BASE + signal.orElse(0);
    }

    @Override
    public String toString() {
        String how = exitCode.isPresent()
                ? "exit code " + exitCode.getAsInt()
                : "signal " + signal.orElse(0) + (coreDumped ? " (core dumped)" : "");
        return how + (oomKilled ? ", out of memory" : "") + (killedBeforeExec ? ", before the program began" : "");
    }
}
