package dev.libcontainer.events;

/**
 * Work that takes time, for a flight recording if one runs: begun by {@link Flight}, told once how it went. Where nobody
 * records it is one of the constants, which say nothing and make no garbage.
 */
public final class FlightSpan {
    private FlightSpan() {}

    /** A container is started. */
    public interface Spawn {
        Spawn UNSEEN = new Spawn() {};

        /** Whether {@link #phase} is worth calling. */
        default boolean wantsPhases() {
            return false;
        }

        /** A step of it; beginning and length as {@code Timeline} has them. */
        default void phase(String container, int step, String text, String jsonPath, long beginNanos, long nanos) {}

        /** Its program has begun. */
        default void begun(String container, long pid, String engine, boolean template) {}

        /**
         * It could not be started.
         *
         * @param step -1 if that was outside its plan
         * @param errno empty if the kernel refused nothing
         */
        default void failed(
                String container, String engine, boolean template, int step, String errno, String failure) {}
    }

    /** Somebody takes a sandbox from a pool. */
    public interface Take {
        Take UNSEEN = new Take() {};

        /** None was ready for so long. */
        default void waited(long nanos) {}

        /** None was ready, or none would do: a container is spawned. */
        default void spawns() {}

        /** The program has begun; so many sandboxes are left. */
        default void begun(String container, int ready) {}

        /** None was to be had, or the program could not be started. */
        default void failed(boolean refused, String failure, int ready) {}
    }

    /** A pool makes a sandbox. */
    public interface Refill {
        Refill UNSEEN = new Refill() {};

        /** It waits for a taker; so many are ready now. */
        default void made(String container, long pid, int ready) {}

        default void failed(String failure, int ready) {}
    }
}
