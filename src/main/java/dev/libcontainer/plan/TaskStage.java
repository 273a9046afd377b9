package dev.libcontainer.plan;

import dev.libcontainer.security.CertainCalls;
import dev.libcontainer.spec.SpecException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The wait of a container that is made before anybody knows what it is to run. */
final class TaskStage {
    private static final int FIRST_FD = 3;

    /** What the child does from the filter to the program: as AWAIT_TASK, STDIO and EXECVE have it. */
    private static final List<String> LEFT_TO_DO = List.of(
            "prctl",
            "futex",
            "munmap",
            "recvmsg",
            "chdir",
            "openat2",
            "fchdir",
            "close",
            "getcwd",
            "dup3",
            "rt_sigprocmask",
            "write",
            "execve",
            "exit_group");

    private final Draft draft;

    TaskStage(Draft draft) {
        this.draft = draft;
    }

    boolean isAwaited() {
        return draft.wishes.ahead();
    }

    /** Nothing but its gate is open while it waits; the streams that come then are its only other fds. */
    void await() {
        draft.add(new LifecycleStep.AwaitTask(), "");
        draft.add(ProcessStep.stdio(), "");
    }

    void closeFds() {
        draft.add(new LifecycleStep.CloseFds(FIRST_FD, OptionalInt.empty(), List.of(Slot.CONSOLE)), "");
    }

    /** Whether the filter, if there is one, lets a waiting child do all that it has left to do. */
    static boolean passesFilter(Draft draft) {
        return draft.wishes.ahead() && missing(draft).isEmpty();
    }

    private static Optional<String> missing(Draft draft) {
        return draft.linux.seccomp().flatMap(seccomp -> {
            byte[] bpf = PlanCompiler.filter(seccomp, draft.host, false).bpf();
            CertainCalls calls = new CertainCalls(bpf, draft.host.arch());
            return LEFT_TO_DO.stream().filter(call -> !calls.allows(call)).findFirst();
        });
    }

    /** A filter that must be loaded before the capabilities go is in force while the child waits. */
    static void refuseUnlessPassing(Draft draft) {
        Optional<String> missing = draft.wishes.ahead() ? missing(draft) : Optional.empty();
        if (missing.isPresent()) {
            throw new SpecException(
                    "linux.seccomp",
                    "does not allow " + missing.get()
                            + ", without which a container that is made ahead cannot be started",
                    "set process.noNewPrivileges, so that the filter can come last");
        }
    }
}
