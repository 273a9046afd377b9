package dev.libcontainer.runtime;

import java.util.Locale;

/** Where a container is in its life (runtime.md, "State"); paused is running, with its cgroup frozen. */
public enum Status {
    CREATING,
    CREATED,
    RUNNING,
    PAUSED,
    STOPPED;

    /** As state documents have it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
