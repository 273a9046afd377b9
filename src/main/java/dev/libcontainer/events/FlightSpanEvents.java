package dev.libcontainer.events;

import dev.libcontainer.events.FlightEvents.ContainerFlightEvent;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;

/** Those events of JDK Flight Recorder that have a duration; loaded only where the recorder is. */
final class FlightSpanEvents {
    private FlightSpanEvents() {}

    static FlightSpan.Spawn spawn() {
        Spawn event = new Spawn();
        if (!event.isEnabled() && !new Phase().isEnabled()) {
            return FlightSpan.Spawn.UNSEEN;
        }
        event.begin();
        return event;
    }

    static FlightSpan.Take take(String pool) {
        PoolTake event = new PoolTake();
        if (!event.isEnabled()) {
            return FlightSpan.Take.UNSEEN;
        }
        event.begin();
        event.pool = pool;
        return event;
    }

    static FlightSpan.Refill refill(String pool) {
        PoolRefill event = new PoolRefill();
        if (!event.isEnabled()) {
            return FlightSpan.Refill.UNSEEN;
        }
        event.begin();
        event.pool = pool;
        return event;
    }

    @Name("dev.libcontainer.Spawn")
    @Label("Container Spawn")
    @Description("From the call until the program began, or until the spawn had failed")
    static final class Spawn extends ContainerFlightEvent implements FlightSpan.Spawn {
        @Label("Pid")
        @Description("-1 if it failed")
        long pid = -1;

        @Label("Engine")
        String engine = "";

        @Label("Template")
        @Description("Whether a template process had done the common steps")
        boolean template;

        @Label("Succeeded")
        boolean succeeded;

        @Label("Failed Step")
        @Description("Its number in the plan; -1 if none failed")
        int step = -1;

        @Label("Errno")
        String errno = "";

        @Label("Failure")
        String failure = "";

        @Override
        public boolean wantsPhases() {
            return new Phase().isEnabled();
        }

        @Override
        public void phase(String id, int number, String text, String jsonPath, long beginNanos, long nanos) {
            Phase event = new Phase();
            event.container = id;
            event.step = number;
            event.text = text;
            event.jsonPath = jsonPath;
            event.offset = beginNanos;
            event.time = nanos;
            event.commit();
        }

        @Override
        public void begun(String id, long newPid, String engineKind, boolean throughTemplate) {
            end();
            if (shouldCommit()) {
                pid = newPid;
                succeeded = true;
                commit(id, engineKind, throughTemplate);
            }
        }

        @Override
        public void failed(
                String id, String engineKind, boolean throughTemplate, int failedStep, String error, String text) {
            end();
            if (shouldCommit()) {
                step = failedStep;
                errno = error;
                failure = text;
                commit(id, engineKind, throughTemplate);
            }
        }

        private void commit(String id, String engineKind, boolean throughTemplate) {
            container = id;
            engine = engineKind;
            template = throughTemplate;
            commit();
        }
    }

    @Name("dev.libcontainer.Phase")
    @Label("Container Spawn Step")
    @Description("A step of a spawn that was timed; the event itself is written when the spawn is over")
    static final class Phase extends ContainerFlightEvent {
        @Label("Step")
        int step;

        @Label("What")
        String text = "";

        @Label("Member Of The Configuration")
        String jsonPath = "";

        @Label("Begin")
        @Description("From the beginning of the spawn")
        @Timespan(Timespan.NANOSECONDS)
        long offset;

        @Label("Time")
        @Timespan(Timespan.NANOSECONDS)
        long time;
    }

    @Name("dev.libcontainer.PoolTake")
    @Label("Container Pool Take")
    static final class PoolTake extends ContainerFlightEvent implements FlightSpan.Take {
        @Label("Pool")
        String pool = "";

        @Label("Outcome")
        @Description("taken, waited, spawned, refused or failed")
        String outcome = "taken";

        @Label("Wait")
        @Description("For a sandbox to become ready")
        @Timespan(Timespan.NANOSECONDS)
        long waitTime;

        @Label("Ready")
        @Description("How many sandboxes were left")
        int ready;

        @Label("Failure")
        String failure = "";

        @Override
        public void waited(long nanos) {
            waitTime = nanos;
            outcome = "waited";
        }

        @Override
        public void spawns() {
            outcome = "spawned";
        }

        @Override
        public void begun(String id, int left) {
            end();
            if (shouldCommit()) {
                container = id;
                ready = left;
                commit();
            }
        }

        @Override
        public void failed(boolean refused, String text, int left) {
            end();
            if (shouldCommit()) {
                outcome = refused ? "refused" : "failed";
                failure = text;
                ready = left;
                commit();
            }
        }
    }

    @Name("dev.libcontainer.PoolRefill")
    @Label("Container Pool Refill")
    @Description("A sandbox was made ahead, or could not be")
    static final class PoolRefill extends ContainerFlightEvent implements FlightSpan.Refill {
        @Label("Pool")
        String pool = "";

        @Label("Pid")
        @Description("-1 if it failed")
        long pid = -1;

        @Label("Made")
        boolean made;

        @Label("Ready")
        int ready;

        @Label("Failure")
        String failure = "";

        @Override
        public void made(String id, long newPid, int now) {
            end();
            if (shouldCommit()) {
                container = id;
                pid = newPid;
                made = true;
                ready = now;
                commit();
            }
        }

        @Override
        public void failed(String text, int now) {
            end();
            if (shouldCommit()) {
                failure = text;
                ready = now;
                commit();
            }
        }
    }
}
