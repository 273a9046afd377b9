package dev.libcontainer;

import dev.libcontainer.kernel.Engine;
import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Report;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.kernel.SpawnException;
import dev.libcontainer.plan.Binding;
import dev.libcontainer.plan.Plan;
import dev.libcontainer.report.JoinedNamespaces;
import dev.libcontainer.spec.SpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A plan in the engine and, from its second spawn on, its template: a process that has done once what is the same for
 * all. Thread-safe.
 */
final class LoadedPlan {
    private static final long PAUSE_NANOS = 100_000;
    private static final int MOST_ATTEMPTS = 10;

    private final Containers containers;
    private final Plan plan;
    private final boolean pooled;
    private final boolean tight;
    private final AtomicInteger inUse = new AtomicInteger();
    private final AtomicInteger spawns = new AtomicInteger();
    private long loaded = -1;
    private volatile Optional<Template> template = Optional.empty();
    private volatile boolean closed;

    LoadedPlan(Containers containers, Plan plan, boolean pooled) {
        this.containers = containers;
        this.plan = plan;
        this.pooled = pooled;
        this.tight = plan.isMemoryTight();
        if (!pooled) {
            load(); // errors of loading belong to the compilation
        }
    }

    private synchronized long load() {
        if (loaded < 0) {
            loaded = containers.engine().load(plan.encode(containers.failAtStep()));
        }
        return loaded;
    }

    /**
     * Spawns.
     *
     * @param apart whether the child may have hardly any memory: then it shares none with the process that clones it
     */
    void spawn(SpawnCall call, boolean apart) {
        inUse.incrementAndGet();
        try {
            if (closed) {
                throw new IllegalStateException("the blueprint is closed");
            }
            long handle = loaded >= 0 ? loaded : load();
            if (!wantsTemplate(apart)) {
                containers.engine().spawn(handle, -1, call);
                return;
            }
            for (int attempt = 1; !spawnThrough(acquireTemplate(), handle, call, attempt); attempt++) {
                Thread.onSpinWait();
            }
        } finally {
            inUse.decrementAndGet();
        }
    }

    /** A child with hardly any memory always gets one: the kernel, killing it, may kill who cloned it too. */
    private boolean wantsTemplate(boolean apart) {
        if (tight || apart) {
            return containers.engine().kind() == Engine.Kind.SPAWNER;
        }
        boolean again = plan.needsTemplate() || spawns.getAndIncrement() > 0;
        return again && containers.usesTemplates() && plan.hasTemplate();
    }

    /** Spawns through a template that is the caller's to release; false if somebody has killed it. */
    private boolean spawnThrough(Template through, long handle, SpawnCall call, int attempt) {
        try {
            containers.engine().spawn(handle, through.fd(), call);
            return true;
        } catch (SpawnException e) {
            if (attempt == MOST_ATTEMPTS || !isTemplateGone(e.report())) {
                throw e;
            }
            closeTemplate(through);
            return false;
        } finally {
            through.release();
        }
    }

    private Template acquireTemplate() {
        for (; ; ) {
            Optional<Template> ready = template;
            Template current = ready.isPresent() ? ready.get() : openTemplate();
            if (current.acquire()) {
                return current;
            }
            closeTemplate(current); // it was ended between the two lines above
        }
    }

    private static boolean isTemplateGone(Report report) {
        boolean place = report.place() == Report.Place.SEND || report.place() == Report.Place.DEAD_SPAWNER;
        return report.step() < 0 && place && report.error().equals(Errno.EPIPE);
    }

    private Template openTemplate() {
        Template made;
        synchronized (this) {
            if (template.isPresent()) {
                return template.get();
            }
            made = forkTemplate();
            template = Optional.of(made);
        }
        containers.templateOpened(this); // may end another plan's: not under this one's lock
        return made;
    }

    private Template forkTemplate() {
        SpawnCall call = containers.takeCall();
        List<Fd> namespaces = new ArrayList<>();
        try {
            for (Map.Entry<dev.libcontainer.plan.Slot, Binding> entry :
                    plan.bindings().entrySet()) {
                if (entry.getValue() instanceof Binding.JoinedNamespace joined) {
                    Fd fd = JoinedNamespaces.open(joined);
                    namespaces.add(fd);
                    call.slot(entry.getKey().index() - Plan.FIRST_REQUEST_SLOT, fd.value());
                }
            }
            Fd opened = containers.engine().openTemplate(load(), call);
            return new Template(opened.release(), call.pidfd());
        } catch (SpecException e) {
            throw Failures.spec(e);
        } catch (SpawnException e) {
            throw Failures.spawn(ContainerException.Phase.PREPARE, "template", plan, e);
        } finally {
            namespaces.forEach(Fd::close);
            containers.giveCall(call);
        }
    }

    boolean isIdle() {
        return inUse.get() == 0;
    }

    /** Ends the template process when its last user is done; the next spawn makes another. */
    void closeTemplate() {
        template.ifPresent(this::closeTemplate);
    }

    private synchronized void closeTemplate(Template ending) {
        if (template.isPresent() && template.get() == ending) {
            template = Optional.empty();
            ending.release();
            containers.templateClosed(this);
        }
    }

    void close() {
        closed = true;
        while (!isIdle()) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        synchronized (this) {
            closeTemplate();
            if (loaded >= 0) {
                Engine engine = containers.engine();
                engine.unload(loaded);
                loaded = -1;
            }
        }
    }

    @Override
    public String toString() {
        return "plan of " + plan.steps().size() + " steps" + (pooled ? ", network made ahead" : "");
    }
}
