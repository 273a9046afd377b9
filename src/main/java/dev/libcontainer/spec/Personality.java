package dev.libcontainer.spec;

import java.util.List;

/**
 * The execution domain of the process.
 *
 * @param domain {@code LINUX}, or {@code LINUX32} for a {@code uname} that names the 32-bit machine
 * @param flags none is defined by the specification so far
 * @see <a href="https://man7.org/linux/man-pages/man2/personality.2.html">personality(2)</a>
 */
public record Personality(String domain, List<String> flags) {

    /** Keeps an unmodifiable copy of its list. */
    public Personality {
        flags = List.copyOf(flags);
    }
}
