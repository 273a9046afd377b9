package dev.libcontainer.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** The events of JDK Flight Recorder; loaded only where it is. */
final class FlightEvents {
    private FlightEvents() {}

    @Category("Containers")
    @StackTrace(false)
    abstract static class ContainerFlightEvent extends Event {
        @Label("Container")
        String container = "";
    }

    @Name("dev.libcontainer.Exit")
    @Label("Container Exit")
    @Description("The first process of a container has ended")
    static final class Exit extends ContainerFlightEvent {
        @Label("Pid")
        long pid;

        @Label("Exit Code")
        @Description("-1 if a signal killed it")
        int exitCode;

        @Label("Signal")
        int signal;

        @Label("Out Of Memory")
        boolean outOfMemory;

        @Label("CPU Time")
        @Timespan(Timespan.MICROSECONDS)
        long cpuTime;

        @Label("Lifetime")
        @Timespan(Timespan.NANOSECONDS)
        long lifetime;
    }

    @Name("dev.libcontainer.OutOfMemory")
    @Label("Container Out Of Memory")
    @Description("The kernel kills for want of memory")
    static final class OutOfMemory extends ContainerFlightEvent {
        @Label("Kills")
        long kills;
    }

    @Name("dev.libcontainer.LimitHit")
    @Label("Container Limit Hit")
    static final class LimitHit extends ContainerFlightEvent {
        @Label("Limit")
        String limit = "";

        @Label("Count")
        long count;
    }

    @Name("dev.libcontainer.Pressure")
    @Label("Container Pressure")
    static final class Pressure extends ContainerFlightEvent {
        @Label("Resource")
        String resource = "";

        @Label("Trigger")
        String trigger = "";
    }

    @Name("dev.libcontainer.Frozen")
    @Label("Container Frozen Or Thawed")
    static final class Frozen extends ContainerFlightEvent {
        @Label("Frozen")
        boolean frozen;
    }

    static void exited(
            String id, long pid, int exitCode, int signal, boolean outOfMemory, long cpuMicros, long wallNanos) {
        Exit event = new Exit();
        if (event.shouldCommit()) {
            event.container = id;
            event.pid = pid;
            event.exitCode = exitCode;
            event.signal = signal;
            event.outOfMemory = outOfMemory;
            event.cpuTime = cpuMicros;
            event.lifetime = wallNanos;
            event.commit();
        }
    }

    static void outOfMemory(String id, long kills) {
        OutOfMemory event = new OutOfMemory();
        event.container = id;
        event.kills = kills;
        event.commit();
    }

    static void limitHit(String id, String limit, long count) {
        LimitHit event = new LimitHit();
        event.container = id;
        event.limit = limit;
        event.count = count;
        event.commit();
    }

    static void pressure(String id, String resource, String trigger) {
        Pressure event = new Pressure();
        event.container = id;
        event.resource = resource;
        event.trigger = trigger;
        event.commit();
    }

    static void frozen(String id, boolean frozen) {
        Frozen event = new Frozen();
        event.container = id;
        event.frozen = frozen;
        event.commit();
    }
}
