package dev.libcontainer.cgroup;

import java.io.Serial;
import java.util.Optional;

/** A limit this host cannot set, and the member of the configuration that asks for it. */
public final class CgroupException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final String jsonPath;
    private final String controller;
    private final String hint;

    private CgroupException(String jsonPath, String controller, String problem, String hint) {
        super(jsonPath + ": " + problem);
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

    /** The member that asks for the limit, e.g. {@code linux.resources.memory.limit}. */
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
