package dev.libcontainer.plan;

import java.util.List;
import java.util.OptionalInt;

/** Steps of a container that outlives its maker. */
public sealed interface LifecycleStep extends Step {
    /** Waits until the process that makes the container has done its part: ids on disk, hooks, devices moved in. */
    record AwaitMaker() implements LifecycleStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.AWAIT_HOST, 0, 0, 0, 0, 1);
        }

        @Override
        public String syscall() {
            return "futex";
        }

        @Override
        public String toString() {
            return "await the runtime";
        }
    }

    /** Closes all fds of a range that are not the program's, but for some. */
    record CloseFds(int first, OptionalInt last, List<Slot> kept) implements LifecycleStep {
        public CloseFds {
            kept = List.copyOf(kept);
        }

        static CloseFds from(int first, List<Slot> kept) {
            return new CloseFds(first, OptionalInt.empty(), kept);
        }

        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.CLOSE_FDS, 0, slot(0), slot(1), slot(2), first | (long) last.orElse(0) << 32);
        }

        private int slot(int i) {
            return i < kept.size() ? kept.get(i).index() : 0;
        }

        @Override
        public String syscall() {
            return "close_range";
        }

        @Override
        public List<Slot> reads() {
            return kept;
        }

        @Override
        public String toString() {
            return "close fds from " + first + (last.isPresent() ? " to " + last.getAsInt() : "")
                    + (kept.isEmpty() ? "" : " but for " + kept);
        }
    }

    /** Waits for the start; what goes wrong after it is reported to whoever started it. */
    record AwaitStart(Slot gate, Slot reports) implements LifecycleStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.AWAIT_START, 0, reports.index(), gate.index(), 0, 0);
        }

        @Override
        public String syscall() {
            return "read";
        }

        @Override
        public List<Slot> reads() {
            return List.of(gate, reports);
        }

        @Override
        public String toString() {
            return "await start at " + gate;
        }
    }

    /** Waits for what is to be run; arguments, environment, working directory and streams come with it. */
    record AwaitTask() implements LifecycleStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.AWAIT_TASK, 0, 0, 0, 0, 0);
        }

        @Override
        public String syscall() {
            return "recvmsg";
        }

        @Override
        public List<Slot> reads() {
            return List.of(Slot.CONSOLE);
        }

        @Override
        public String toString() {
            return "await task at " + Slot.CONSOLE;
        }
    }

    /**
     * Runs a program in the container's namespaces to its end.
     *
     * @param timeoutSeconds after which it has failed; 0: never
     */
    record RunHook(String path, List<String> args, List<String> env, int timeoutSeconds, Slot state)
            implements LifecycleStep {
        public RunHook {
            args = List.copyOf(args);
            env = List.copyOf(env);
        }

        @Override
        public void encode(PlanEncoder out) {
            long d = timeoutSeconds | (long) state.index() << 32;
            out.step(Wire.HOOK, 0, out.string(path), out.vector(args), out.vector(env), d);
        }

        @Override
        public String syscall() {
            return "hook";
        }

        @Override
        public List<Slot> reads() {
            return List.of(state);
        }

        @Override
        public String toString() {
            return "hook " + path + " argv=" + args.size() + " envp=" + env.size()
                    + (timeoutSeconds > 0 ? " within " + timeoutSeconds + " s" : "");
        }
    }

    /** Makes sure that the program is there, while the failure is still the creator's to hear. */
    record FindProgram(List<String> candidates) implements LifecycleStep {
        public FindProgram {
            candidates = List.copyOf(candidates);
        }

        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.FIND_PROGRAM, 0, out.candidates(candidates), 0, 0, 0);
        }

        @Override
        public String syscall() {
            return "faccessat2";
        }

        @Override
        public String toString() {
            String more = candidates.size() > 1 ? " (and " + (candidates.size() - 1) + " more)" : "";
            return "find program " + candidates.get(0) + more;
        }
    }

    /** A session keyring of its own. */
    record NewKeyring(String name) implements LifecycleStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.NEW_KEYRING, 0, out.string(name), 0, 0, 0);
        }

        @Override
        public String syscall() {
            return "keyctl";
        }

        @Override
        public String toString() {
            return "session keyring " + name;
        }
    }

    /** Moves the root over /, where it cannot be pivoted into. */
    record MoveRoot() implements LifecycleStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.MOVE_ROOT, 0, 0, 0, 0, 0);
        }

        @Override
        public String syscall() {
            return "mount(MS_MOVE)";
        }

        @Override
        public List<Slot> reads() {
            return List.of(Slot.ROOT);
        }

        @Override
        public String toString() {
            return "move the root over /";
        }
    }

    /** Gives the program an fd under a number. */
    record PassFd(Slot slot, int number) implements LifecycleStep {
        @Override
        public void encode(PlanEncoder out) {
            out.step(Wire.DUP_FD, 0, 0, slot.index(), 0, number);
        }

        @Override
        public String syscall() {
            return "dup3";
        }

        @Override
        public List<Slot> reads() {
            return List.of(slot);
        }

        @Override
        public String toString() {
            return "fd " + number + " = " + slot;
        }
    }
}
