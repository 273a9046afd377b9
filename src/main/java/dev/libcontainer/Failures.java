package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupException;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.Report;
import dev.libcontainer.kernel.SpawnException;
import dev.libcontainer.plan.Plan;
import dev.libcontainer.report.SpawnText;
import dev.libcontainer.security.SeccompException;
import dev.libcontainer.security.UnknownCapabilityException;
import dev.libcontainer.spec.SpecException;
import java.util.Optional;
import java.util.function.Supplier;

/** Where numbers and inner exceptions become the sentences that people read. */
final class Failures {
    private Failures() {}

    /** Runs what compiles a spec. */
    static <T> T compiling(Supplier<T> work) {
        try {
            return work.get();
        } catch (SpecException e) {
            throw spec(e);
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

    /** Something that was to be done to a running container. */
    static RuntimeException running(RuntimeException e) {
        if (e instanceof CgroupException refused) {
            if (refused.getCause() instanceof KernelException failed && failed.isForWantOfFds()) {
                return kernel(ContainerException.Phase.RUN, failed);
            }
            return new UnsupportedByHostException(
                    String.valueOf(refused.getMessage()),
                    refused.jsonPath(),
                    refused.hint().orElse(""),
                    Optional.of(refused));
        }
        return e instanceof KernelException failed ? kernel(ContainerException.Phase.RUN, failed) : e;
    }

    static InvalidSpecException spec(SpecException e) {
        return new InvalidSpecException(
                String.valueOf(e.getMessage()), e.path(), e.hint().orElse(""), e);
    }

    /** An engine that cannot be opened, or that is gone. */
    static EngineException engine(ContainerException.Phase phase, SpawnException e) {
        Report report = e.report();
        String text = report.error().toString();
        return new EngineException(phase, report.place() + " failed: " + text, text, SpawnText.outside(report), e);
    }

    /** A spawn that failed, in the terms of its plan. */
    static ContainerException spawn(ContainerException.Phase phase, String id, Plan plan, SpawnException e) {
        Report report = e.report();
        if (SpawnText.isHelperGone(report)) {
            return engine(phase, e);
        }
        String what = (phase == ContainerException.Phase.SPAWN ? "start " : "prepare ") + id;
        boolean killed = report.kind() == Report.KILLED;
        Optional<Plan.PlannedStep> step = SpawnText.step(plan, report);
        String syscall = step.map(planned -> planned.step().syscall())
                .orElse(report.place() == Report.Place.CLONE ? "clone3" : "");
        String path = step.map(Plan.PlannedStep::path)
                .orElse(!killed && report.place() == Report.Place.ID_MAPS ? "linux.uidMappings" : "");
        return new SpawnFailedException(
                phase,
                SpawnText.message(what, plan, report),
                step.isPresent() ? report.step() : -1,
                killed ? "" : syscall,
                killed ? "" : report.error().toString(),
                killed ? report.aux() : 0,
                path,
                SpawnText.hint(plan, report),
                e);
    }

    static EngineException kernel(ContainerException.Phase phase, KernelException e) {
        return new EngineException(
                phase, String.valueOf(e.getMessage()), e.errno().toString(), "", e);
    }
}
