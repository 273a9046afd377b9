package dev.libcontainer.bench;

import java.util.Locale;

/** Where a program runs. */
public enum Where {
    /** Beside the JVM, in the host's namespaces. */
    OUTSIDE,
    /** In the default sandbox. */
    INSIDE,
    /** In a sandbox without a seccomp filter. */
    UNFILTERED;

    /** As a word of a sentence. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
