package dev.libcontainer.kernel;

import java.nio.ByteBuffer;

/**
 * What clones children: the spawner, a small static helper process, or this process itself. The thread that opens an
 * engine is its parent-death anchor (see {@code lc_engine_open}) and must live as long as it. Methods are thread-safe;
 * {@link #close} may run only when no other is in progress.
 */
public final class Engine implements AutoCloseable {
    /** How children are cloned. Order and numbers are those of {@code LC_ENGINE_*}. */
    public enum Kind {
        /** By a helper process that shares no memory with the JVM: every plan, templates, the default. */
        SPAWNER,
        /** By vfork from the calling thread: plans that change no ids and join no namespaces. */
        IN_PROCESS
    }

    private final Kind kind;
    private final long handle;

    private Engine(Kind kind, long handle) {
        this.kind = kind;
        this.handle = handle;
    }

    /**
     * Opens an engine.
     *
     * @throws SpawnException if the helper cannot be started
     */
    public static Engine open(Kind kind) {
        long[] handle = new long[1];
        int[] report = new int[4];
        int r = Native.engineOpen(kind.ordinal(), handle, report);
        if (r < 0) {
            throw new SpawnException(new Report(report[0], report[1], report[2], report[3]));
        }
        return new Engine(kind, handle[0]);
    }

    public Kind kind() {
        return kind;
    }

    /** The helper's pid, 0 if there is none. */
    public int pid() {
        return Native.enginePid(handle);
    }

    /**
     * Verifies and keeps a copy of a plan.
     *
     * @param plan direct, from position 0 to its limit
     * @throws IllegalArgumentException if the verifier refuses it, naming the offset
     * @throws KernelException ENOMEM if the engine holds too many plans
     */
    public long load(ByteBuffer plan) {
        long[] loaded = new long[1];
        int[] bad = new int[1];
        int r = Native.planLoad(handle, plan, plan.limit(), loaded, bad);
        if (r == -Errno.EINVAL.number()) {
            throw new IllegalArgumentException("unsound plan: first bad byte at offset " + bad[0]);
        }
        Kernel.check("load", "plan", r);
        return loaded[0];
    }

    public void unload(long loaded) {
        Native.planUnload(handle, loaded);
    }

    /**
     * Starts a template of a loaded plan.
     *
     * @return the fd that stands for it: closing it ends the process, which the caller then reaps
     * @throws SpawnException with the failed step
     */
    public Fd openTemplate(long loaded, SpawnCall call) {
        int r = Native.templateOpen(handle, loaded, call.request(), call.result());
        if (r < 0) {
            throw new SpawnException(call.report());
        }
        return Fd.adopt(r);
    }

    /**
     * Starts a child; when this returns, it has begun its program.
     *
     * @param template an open template of the same plan, or -1
     * @throws SpawnException with the failed step; nothing is left behind
     */
    public void spawn(long loaded, int template, SpawnCall call) {
        call.through(template >= 0);
        long[] times = call.times();
        int r = times.length == 0
                ? Native.spawn(handle, loaded, template, call.request(), call.result())
                : Native.spawnTimed(handle, loaded, template, call.request(), call.result(), times, times.length);
        if (r < 0) {
            throw new SpawnException(call.report());
        }
    }

    /**
     * Begins a spawn whose child waits on the way. When this returns the child waits, is parked or runs, as the call's
     * report says.
     *
     * @throws SpawnException with the failed step; nothing is left behind
     */
    public HeldSpawn begin(long loaded, int template, SpawnCall call) {
        long[] spawn = new long[1];
        if (Native.spawnBegin(handle, loaded, template, call.request(), call.result(), spawn) < 0) {
            throw new SpawnException(call.report());
        }
        return new HeldSpawn(spawn[0], call);
    }

    @Override
    public void close() {
        Native.engineClose(handle);
    }
}
