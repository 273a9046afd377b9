package dev.libcontainer.runtime;

import dev.libcontainer.cgroup.CgroupStats;
import dev.libcontainer.spec.Resources;
import java.util.List;

/**
 * The OCI runtime: operations on containers by id. Native code is loaded by the first operation that needs it, so that
 * asking for states does not pay for it. Thread-safe: operations on one container exclude each other, also between
 * processes.
 */
public final class OciRuntime implements AutoCloseable {
    private final RuntimeOptions options;

    public OciRuntime(RuntimeOptions options) {
        this.options = options;
    }

    /** Makes a container whose first process waits for {@link #start}. */
    public void create(String id, CreateOptions create) {
        throw new OciException("create " + id + options);
    }

    /** Lets the program of a created container begin. */
    public void start(String id) {
        throw new OciException("start " + id);
    }

    /**
     * Creates and starts a container; unless detached, waits for its end and deletes it.
     *
     * @param keep leave a container that has ended for {@link #delete}
     * @return the exit code, or 128 + signal; 0 when detached
     */
    public int run(String id, CreateOptions create, boolean detach, boolean keep) {
        throw new OciException("run " + id);
    }

    /** Executes a program in a running container; the exit code, or 128 + signal; 0 when detached. */
    public int exec(String id, ExecOptions exec) {
        throw new OciException("exec " + id);
    }

    public ContainerState state(String id) {
        throw new OciException("state " + id);
    }

    /** All containers below the root, sorted by id; what is broken is left out with a warning. */
    public List<ContainerState> list() {
        throw new OciException("list");
    }

    /** Sends a signal to the first process, or to all processes of the container. */
    public void kill(String id, int signal, boolean all) {
        throw new OciException("kill " + id);
    }

    /**
     * Takes a stopped container down and forgets it.
     *
     * @param force also kill one that still runs; one that does not exist is no error then
     */
    public void delete(String id, boolean force) {
        throw new OciException("delete " + id);
    }

    public void pause(String id) {
        throw new OciException("pause " + id);
    }

    public void resume(String id) {
        throw new OciException("resume " + id);
    }

    /** Changes limits; what the resources do not name stays as it is. All are changed or, on a refusal, none. */
    public void update(String id, Resources resources) {
        throw new OciException("update " + id);
    }

    /** The pids of all processes of the container, as this process sees them, in ascending order. */
    public List<Integer> processes(String id) {
        throw new OciException("ps " + id);
    }

    public CgroupStats stats(String id) {
        throw new OciException("stats " + id);
    }

    /** Waits until the first process is gone. Its exit code is known only to its parent. */
    public void await(String id) {
        throw new OciException("wait " + id);
    }

    /** The plan that {@link #create} would run, for people; changes nothing and needs no root. */
    public String explain(String id, CreateOptions create) {
        throw new OciException("explain " + id);
    }

    @Override
    public void close() {}
}
