package dev.libcontainer.events;

import java.util.OptionalInt;
import jdk.jfr.FlightRecorder;

/**
 * What happens to containers, written to a flight recording if one runs. Costs nothing else: neither is an event made, nor
 * are classes of the JDK's recorder loaded before a JVM has it.
 */
public final class Flight {
    private static final boolean AVAILABLE =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private Flight() {}

    /** Whether the JVM has a recorder; asking for the first time takes a millisecond. */
    public static boolean isRecorded() {
        return AVAILABLE && FlightRecorder.isInitialized();
    }

    /** A container is about to be started. */
    public static FlightSpan.Spawn spawn() {
        return isRecorded() ? FlightSpanEvents.spawn() : FlightSpan.Spawn.UNSEEN;
    }

    /** Somebody asks a pool for a sandbox. */
    public static FlightSpan.Take take(String pool) {
        return isRecorded() ? FlightSpanEvents.take(pool) : FlightSpan.Take.UNSEEN;
    }

    /** A pool is about to make a sandbox. */
    public static FlightSpan.Refill refill(String pool) {
        return isRecorded() ? FlightSpanEvents.refill(pool) : FlightSpan.Refill.UNSEEN;
    }

    /** A container has ended. */
    public static void exited(
            String id,
            long pid,
            OptionalInt exitCode,
            OptionalInt signal,
            boolean oom,
            long cpuMicros,
            long wallNanos) {
        if (isRecorded()) {
            FlightEvents.exited(id, pid, exitCode.orElse(-1), signal.orElse(0), oom, cpuMicros, wallNanos);
        }
    }

    /** Something else was heard of. */
    public static void happened(ContainerEvent event) {
        if (!isRecorded()) {
            return;
        }
        if (event instanceof ContainerEvent.OutOfMemory out) {
            FlightEvents.outOfMemory(out.container(), out.kills());
        } else if (event instanceof ContainerEvent.LimitHit hit) {
            FlightEvents.limitHit(hit.container(), hit.limit().name(), hit.count());
        } else if (event instanceof ContainerEvent.Pressure pressure) {
            FlightEvents.pressure(
                    pressure.container(),
                    pressure.trigger().what(),
                    pressure.trigger().text());
        } else if (event instanceof ContainerEvent.Frozen frozen) {
            FlightEvents.frozen(frozen.container(), frozen.frozen());
        }
    }
}
