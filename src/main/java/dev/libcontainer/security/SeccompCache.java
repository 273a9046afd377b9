package dev.libcontainer.security;

import dev.libcontainer.security.SeccompCompiler.NewerCalls;
import dev.libcontainer.spec.Seccomp;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Filters that have been compiled before, by what is in their profiles.
 *
 * <p>Keeps a bounded number, forgetting the one not used for longest. Thread-safe; two threads that miss at once may
 * both compile.
 */
public final class SeccompCache {
    private record Key(Seccomp profile, Arch nativeArch, NewerCalls newerCalls) {}

    private final Map<Key, SeccompFilter> filters;

    /**
     * An empty cache.
     *
     * @param maxFilters how many filters it keeps, at least 1; one is some kilobytes
     */
    public SeccompCache(int maxFilters) {
        if (maxFilters < 1) {
            throw new IllegalArgumentException("maxFilters " + maxFilters + " is not positive");
        }
        this.filters = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Key, SeccompFilter> eldest) {
                return size() > maxFilters;
            }
        };
    }

    /** The filter of {@link SeccompCompiler#compile(Seccomp, Arch, NewerCalls)}, compiled now or before. */
    public SeccompFilter get(Seccomp profile, Arch nativeArch, NewerCalls newerCalls) {
        Key key = new Key(profile, nativeArch, newerCalls);
        synchronized (filters) {
            SeccompFilter known = filters.get(key);
            if (known != null) {
                return known;
            }
        }
        SeccompFilter filter = SeccompCompiler.compile(profile, nativeArch, newerCalls);
        synchronized (filters) {
            filters.put(key, filter);
        }
        return filter;
    }

    /** How many filters it holds now. */
    public int size() {
        synchronized (filters) {
            return filters.size();
        }
    }
}
