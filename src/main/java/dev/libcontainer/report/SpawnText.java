package dev.libcontainer.report;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Report;
import dev.libcontainer.plan.LifecycleStep;
import dev.libcontainer.plan.Plan;
import java.util.Optional;

/** A spawn that failed, in the terms of its plan. */
public final class SpawnText {
    private static final int SIGKILL = 9;
    private static final int SIGSYS = 31;
    private static final int ECHILD = 10;
    private static final int ETIMEDOUT = 110;

    private SpawnText() {}

    /** The step that failed; empty when the failure lies outside the plan. */
    public static Optional<Plan.PlannedStep> step(Plan plan, Report report) {
        boolean inside = report.step() >= 0 && report.step() < plan.steps().size();
        return inside ? Optional.of(plan.steps().get(report.step())) : Optional.empty();
    }

    /**
     * What went wrong.
     *
     * @param what was tried, as in {@code start c1}
     */
    public static String message(String what, Plan plan, Report report) {
        Optional<Plan.PlannedStep> step = step(plan, report);
        if (step.isEmpty()) {
            return what
                    + (report.kind() == Report.KILLED
                            ? ": " + killed(report) + " before its first step"
                            : ": " + report.place() + " failed: " + report.error());
        }
        Plan.PlannedStep planned = step.get();
        String object = planned.path().isEmpty() ? "" : " [" + planned.path() + "]";
        String where = what + ": step " + report.step() + " of " + plan.steps().size();
        if (report.kind() == Report.KILLED) {
            return where + ": " + killed(report) + " at: " + planned.step() + object;
        }
        return where + " failed: " + planned.step() + ": " + reason(planned, report) + object;
    }

    private static String killed(Report report) {
        return "killed by signal " + report.aux() + (report.isOutOfMemory() ? " (out of memory)" : "");
    }

    /** How a hook ended, by its exit code or 128 + signal. */
    public static String hookEnd(int code) {
        int signal = code - 128;
        if (signal == SIGSYS) {
            return "error running hook: killed by signal 31 (bad system call: the filter forbids it)";
        }
        return "error running hook: " + (signal > 0 ? "killed by signal " + signal : "exit status " + code);
    }

    private static String reason(Plan.PlannedStep planned, Report report) {
        if (planned.step() instanceof LifecycleStep.RunHook hook) {
            if (report.errno() == ECHILD) {
                return hookEnd(report.aux());
            }
            if (report.errno() == ETIMEDOUT) {
                return "not done within " + hook.timeoutSeconds() + " s";
            }
        }
        if (planned.step()
                instanceof LifecycleStep.FindProgram) { // engines look for these words, and tell 126 from 127
            return report.error().sentence();
        }
        return report.error().toString();
    }

    /** What may help; empty if nothing is known. */
    public static String hint(Plan plan, Report report) {
        if (report.kind() == Report.KILLED) {
            if (report.aux() == SIGSYS) {
                return "the seccomp filter forbids a system call that the steps after it need";
            }
            if (report.isOutOfMemory()) {
                return "the memory limit is too small for the start";
            }
            return report.aux() == SIGKILL && plan.isMemoryTight()
                    ? "the memory limit is too small to start a program in, or somebody outside"
                    : "a memory limit too small for the start, or somebody outside";
        }
        return step(plan, report)
                .map(planned -> Hints.of(planned.step(), report.errno()))
                .orElseGet(() -> outside(report));
    }

    /** Whether the helper that clones is gone. */
    public static boolean isHelperGone(Report report) {
        boolean sending = report.place() == Report.Place.SEND && report.error().equals(Errno.EPIPE);
        return report.step() < 0
                && report.kind() != Report.KILLED
                && (sending || report.place() == Report.Place.DEAD_SPAWNER);
    }

    /** The hint for a failure outside of any plan. */
    public static String outside(Report report) {
        return switch (report.place()) {
            case CLONE ->
                switch (report.errno()) {
                    case 1 -> "new namespaces need CAP_SYS_ADMIN, or a user namespace of their own";
                    case 22 -> "this kernel lacks a namespace type that the spec asks for";
                    case 12 -> "a memory limit too small for a process, or no memory";
                    case 28 -> "a limit on namespaces is reached: see /proc/sys/user/max_*_namespaces";
                    case 11 -> "a limit on processes is reached (pids.max, RLIMIT_NPROC, kernel.pid_max)";
                    case 95 ->
                        "the in-process engine cannot change ids, join namespaces or limit memory to a few megabytes;"
                                + " use the spawner";
                    default -> "";
                };
            case ID_MAPS -> "without CAP_SETUID only one's own id can be mapped (user_namespaces(7))";
            case SEND -> report.errno() == 24 ? "the helper's RLIMIT_NOFILE is reached" : "open Containers anew";
            case DEAD_SPAWNER -> "open Containers anew";
            case PIPE, PIDFD -> report.errno() == 24 ? "the process has too many open files (RLIMIT_NOFILE)" : "";
            default -> "";
        };
    }
}
