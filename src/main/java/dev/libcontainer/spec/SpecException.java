package dev.libcontainer.spec;

import java.io.Serial;
import java.util.Optional;

/**
 * A configuration that cannot be used, and the member that is to blame.
 *
 * <p>The message is one line that starts with the path of the member, e.g.
 * {@code linux.namespaces[2].type: unknown namespace "nett"; known: pid, network, …}.
 */
public final class SpecException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final String path;
    private final String hint;

    /**
     * An error without advice.
     *
     * @param path the member, e.g. {@code mounts[3].destination}; empty if the whole document is meant
     * @param problem what is wrong with it
     */
    public SpecException(String path, String problem) {
        this(path, problem, "");
    }

    /**
     * An error with advice.
     *
     * @param path the member, e.g. {@code mounts[3].destination}; empty if the whole document is meant
     * @param problem what is wrong with it
     * @param hint what to do about it; empty if there is nothing to say
     */
    public SpecException(String path, String problem, String hint) {
        super(path.isEmpty() ? problem : path + ": " + problem);
        this.path = path;
        this.hint = hint;
    }

    /** The member that is to blame, e.g. {@code linux.namespaces[2].type}; empty for the document as a whole. */
    public String path() {
        return path;
    }

    /** What to do about it, one sentence. */
    public Optional<String> hint() {
        return hint.isEmpty() ? Optional.empty() : Optional.of(hint);
    }
}
