package dev.libcontainer.spec;

import java.util.List;

/**
 * The NUMA memory policy of the process.
 *
 * @param mode e.g. {@code MPOL_INTERLEAVE}
 * @param nodes a list of memory nodes such as {@code 0-3,7}; empty where the mode takes none
 * @param flags e.g. {@code MPOL_F_STATIC_NODES}
 * @see <a href="https://man7.org/linux/man-pages/man2/set_mempolicy.2.html">set_mempolicy(2)</a>
 */
public record MemoryPolicy(String mode, String nodes, List<String> flags) {

    /** Keeps an unmodifiable copy of its list. */
    public MemoryPolicy {
        flags = List.copyOf(flags);
    }
}
