package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.Report;
import dev.libcontainer.kernel.SpawnException;
import dev.libcontainer.plan.Plan;
import dev.libcontainer.security.SeccompException;
import dev.libcontainer.security.UnknownCapabilityException;
import dev.libcontainer.spec.SpecException;
import java.util.Optional;
import java.util.function.Supplier;

/** Where numbers and inner exceptions become the sentences that people read. */
final class Failures {
    private static final int SIGKILL = 9;
    private static final int SIGSYS = 31;

    private Failures() {}

    /** Runs what compiles a spec. */
    static <T> T compiling(Supplier<T> work) {
        try {
            return work.get();
        } catch (SpecException e) {
            throw new InvalidSpecException(
                    String.valueOf(e.getMessage()), e.path(), e.hint().orElse(""), e);
        } catch (SeccompException e) {
            throw new InvalidSpecException(
                    String.valueOf(e.getMessage()), e.place(), e.hint().orElse(""), e);
        } catch (UnknownCapabilityException e) {
            throw new InvalidSpecException("process.capabilities: " + e.getMessage(), "process.capabilities", "", e);
        } catch (CgroupException e) {
            throw new UnsupportedByHostException(
                    String.valueOf(e.getMessage()), e.jsonPath(), e.hint().orElse(""), Optional.of(e));
        } catch (IllegalArgumentException e) {
            throw new InvalidSpecException(String.valueOf(e.getMessage()), "", "", e);
        }
    }

    /** An engine that cannot be opened, or that is gone. */
    static EngineException engine(ContainerException.Phase phase, SpawnException e) {
        Report report = e.report();
        String text = report.error().toString();
        return new EngineException(phase, report.place() + " failed: " + text, text, hintOutside(report), e);
    }

    /** A spawn that failed, in the terms of its plan. */
    static ContainerException spawn(ContainerException.Phase phase, String id, Plan plan, SpawnException e) {
        Report report = e.report();
        String what = (phase == ContainerException.Phase.SPAWN ? "start " : "prepare ") + id;
        String errno = report.error().toString();
        if (report.step() < 0 || report.step() >= plan.steps().size()) {
            if (report.kind() == Report.KILLED) {
                String message = what + ": killed by signal " + report.aux() + " before its first step";
                return new SpawnFailedException(
                        phase, message, -1, "", "", report.aux(), "", hintKilled(report.aux(), plan), e);
            }
            boolean sending =
                    report.place() == Report.Place.SEND && report.error().equals(Errno.EPIPE);
            if (sending || report.place() == Report.Place.DEAD_SPAWNER) {
                return engine(phase, e);
            }
            return new SpawnFailedException(
                    phase,
                    what + ": " + report.place() + " failed: " + errno,
                    -1,
                    report.place() == Report.Place.CLONE ? "clone3" : "",
                    errno,
                    0,
                    report.place() == Report.Place.ID_MAPS ? "linux.uidMappings" : "",
                    hintOutside(report),
                    e);
        }
        Plan.PlannedStep planned = plan.steps().get(report.step());
        String step = what + ": step " + report.step() + " of " + plan.steps().size();
        String object = planned.path().isEmpty() ? "" : " [" + planned.path() + "]";
        if (report.kind() == Report.KILLED) {
            String message = step + ": killed by signal " + report.aux() + " at: " + planned.step() + object;
            return new SpawnFailedException(
                    phase,
                    message,
                    report.step(),
                    "",
                    "",
                    report.aux(),
                    planned.path(),
                    hintKilled(report.aux(), plan),
                    e);
        }
        String syscall = planned.step().syscall();
        return new SpawnFailedException(
                phase,
                step + " failed: " + planned.step() + ": " + errno + object,
                report.step(),
                syscall,
                errno,
                0,
                planned.path(),
                Hints.of(planned.step(), report.errno()),
                e);
    }

    static EngineException kernel(ContainerException.Phase phase, KernelException e) {
        return new EngineException(
                phase, String.valueOf(e.getMessage()), e.errno().toString(), "", e);
    }

    private static String hintKilled(int signal, Plan plan) {
        if (signal == SIGSYS) {
            return "the seccomp filter forbids a system call that the steps after it need";
        }
        return signal == SIGKILL && plan.isMemoryTight()
                ? "the memory limit is too small to start a program in, or somebody outside"
                : "a memory limit too small for the start, or somebody outside";
    }

    private static String hintOutside(Report report) {
        return switch (report.place()) {
            case CLONE ->
                switch (report.errno()) {
                    case 1 -> "new namespaces need CAP_SYS_ADMIN, or a user namespace of their own";
                    case 22 -> "this kernel lacks a namespace type that the spec asks for";
                    case 12 -> "a memory limit too small for a process, or no memory";
                    case 28 -> "a limit on namespaces is reached: see /proc/sys/user/max_*_namespaces";
                    case 11 -> "a limit on processes is reached (pids.max, RLIMIT_NPROC, kernel.pid_max)";
                    case 95 ->
                        "the in-process engine cannot change ids, join namespaces or limit memory to a few"
                                + " megabytes; use the spawner";
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
