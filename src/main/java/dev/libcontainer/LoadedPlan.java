package dev.libcontainer;

import dev.libcontainer.kernel.Engine;
import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.Report;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.kernel.SpawnException;
import dev.libcontainer.plan.Binding;
import dev.libcontainer.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A plan in the engine and, from its second spawn on, its template: a process that has done once what is the same for
 * all. Thread-safe.
 */
final class LoadedPlan {
    private static final long PAUSE_NANOS = 100_000;
    private static final long REAP_MICROS = 5_000_000;

    private final Containers containers;
    private final Plan plan;
    private final boolean pooled;
    private final AtomicInteger inUse = new AtomicInteger();
    private final AtomicInteger spawns = new AtomicInteger();
    private long loaded = -1;
    private volatile int template = -1;
    private int templatePidfd = -1;
    private volatile boolean closed;

    LoadedPlan(Containers containers, Plan plan, boolean pooled) {
        this.containers = containers;
        this.plan = plan;
        this.pooled = pooled;
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

    void spawn(SpawnCall call) {
        inUse.incrementAndGet();
        try {
            if (closed) {
                throw new IllegalStateException("the blueprint is closed");
            }
            long handle = loaded >= 0 ? loaded : load();
            int through = template;
            boolean again = plan.needsTemplate() || spawns.getAndIncrement() > 0;
            if (through < 0 && again && containers.usesTemplates() && plan.hasTemplate()) {
                through = openTemplate();
            }
            try {
                containers.engine().spawn(handle, through, call);
            } catch (SpawnException e) {
                if (through < 0 || !isTemplateGone(e.report())) {
                    throw e;
                }
                closeTemplate(); // somebody killed it: the next one makes another
                containers.engine().spawn(handle, plan.needsTemplate() ? openTemplate() : -1, call);
            }
        } finally {
            inUse.decrementAndGet();
        }
    }

    private static boolean isTemplateGone(Report report) {
        boolean place = report.place() == Report.Place.SEND || report.place() == Report.Place.DEAD_SPAWNER;
        return report.step() < 0 && place && report.error().equals(Errno.EPIPE);
    }

    private synchronized int openTemplate() {
        if (template >= 0) {
            return template;
        }
        SpawnCall call = containers.takeCall();
        List<Fd> namespaces = new ArrayList<>();
        try {
            for (Map.Entry<dev.libcontainer.plan.Slot, Binding> entry : plan.bindings().entrySet()) {
                if (entry.getValue() instanceof Binding.JoinedNamespace joined) {
                    Fd fd = Namespaces.open(joined);
                    namespaces.add(fd);
                    call.slot(entry.getKey().index() - Plan.FIRST_REQUEST_SLOT, fd.value());
                }
            }
            Fd opened = containers.engine().openTemplate(load(), call);
            templatePidfd = call.pidfd();
            template = opened.release();
            containers.templateOpened(this);
            return template;
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

    /** Ends the template process; the next spawn makes another. */
    synchronized void closeTemplate() {
        if (template >= 0) {
            Kernel.close(template);
            template = -1;
            Kernel.signal(templatePidfd, 9);
            Kernel.await(templatePidfd, REAP_MICROS);
            Kernel.close(templatePidfd);
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
