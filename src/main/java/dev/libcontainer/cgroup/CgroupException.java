package dev.libcontainer.cgroup;

import dev.libcontainer.kernel.KernelException;
import java.io.Serial;
import java.util.Optional;

/** What cannot be done to a cgroup, and the member of the configuration that asks for it. */
public final class CgroupException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final String jsonPath;
    private final String controller;
    private final String hint;

    private CgroupException(String jsonPath, String controller, String problem, String hint) {
        super(jsonPath.isEmpty() ? problem : jsonPath + ": " + problem);
        this.jsonPath = jsonPath;
        this.controller = controller;
        this.hint = hint;
    }

    static CgroupException missing(String jsonPath, String controller, CgroupMounts mounts) {
        String available = mounts.controllers().isEmpty()
                ? "none"
                : String.join(", ", mounts.controllers().keySet());
        return new CgroupException(
                jsonPath,
                controller,
                "needs the cgroup controller " + controller + ", which this host does not offer",
                "Available: " + available + ".");
    }

    static CgroupException refused(String jsonPath, String controller, String problem, String hint) {
        return new CgroupException(jsonPath, controller, problem, hint);
    }

    /** The kernel refuses a value, or the directory for it. */
    static CgroupException refused(String jsonPath, String controller, KernelException cause, String hint) {
        CgroupException e = new CgroupException(jsonPath, controller, String.valueOf(cause.getMessage()), hint);
        e.initCause(cause);
        return e;
    }

    /** Something that is done to a whole cgroup did not work; no member of the configuration asked for it. */
    static CgroupException failed(String controller, String problem, String hint) {
        return new CgroupException("", controller, problem, hint);
    }

    /**
     * The member that asks for the limit, e.g. {@code linux.resources.memory.limit}; empty for what is done to a whole
     * cgroup.
     */
    public String jsonPath() {
        return jsonPath;
    }

    /** The controller that would set it, e.g. {@code memory}. */
    public String controller() {
        return controller;
    }

    /** What to do about it, one sentence. */
    public Optional<String> hint() {
        return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
    }
}
