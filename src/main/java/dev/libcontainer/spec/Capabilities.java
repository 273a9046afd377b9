package dev.libcontainer.spec;

import java.util.List;

/**
 * The five capability sets of a process, as names such as {@code CAP_KILL}.
 *
 * <p>Names are not checked here: the specification asks to warn about, not to refuse, a capability the kernel lacks.
 *
 * @param bounding the limit of what {@code execve} can ever give back
 * @param effective what the kernel checks
 * @param inheritable kept across {@code execve} by files that ask for it
 * @param permitted what may be made effective
 * @param ambient kept across {@code execve} by plain files
 * @see <a href="https://man7.org/linux/man-pages/man7/capabilities.7.html">capabilities(7)</a>
 */
public record Capabilities(
        List<String> bounding,
        List<String> effective,
        List<String> inheritable,
        List<String> permitted,
        List<String> ambient) {

    /** Keeps unmodifiable copies of its lists. */
    public Capabilities {
        bounding = List.copyOf(bounding);
        effective = List.copyOf(effective);
        inheritable = List.copyOf(inheritable);
        permitted = List.copyOf(permitted);
        ambient = List.copyOf(ambient);
    }

    /** The usual shape: the same capabilities bounding, effective and permitted; none inheritable, none ambient. */
    public static Capabilities of(List<String> names) {
        return new Capabilities(names, names, List.of(), names, List.of());
    }

    /** No capability at all. */
    public static Capabilities none() {
        return of(List.of());
    }
}
