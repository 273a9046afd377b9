package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupSession;
import dev.libcontainer.kernel.KernelException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Containers that belong together: below one cgroup in each hierarchy, with limits for all of them in sum, and ended
 * together. Thread-safe. If the JVM is killed, the next that opens a scope or compiles a container of the same parent
 * finds what is left, kills it and removes it.
 */
public final class Scope implements AutoCloseable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_+-]{0,200}");

    private final Containers containers;
    private final CgroupSession cgroups;
    private final String name;
    private final Set<Blueprint> blueprints = ConcurrentHashMap.newKeySet();
    /** Those whose cgroups are not gone yet. */
    private final Set<Container> present = ConcurrentHashMap.newKeySet();

    private final Set<Container> early = new HashSet<>();
    private boolean closed;

    Scope(Containers containers, CgroupSession cgroups, String name) {
        this.containers = containers;
        this.cgroups = cgroups;
        this.name = name;
    }

    /** A prefix keeps it from being taken for a container. */
    static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + name
                    + "\" is no name for a scope: letters, digits and _+- are, with a letter or digit first");
        }
        return "_scope-" + name;
    }

    public String name() {
        return name;
    }

    /** Compiles a description whose containers are in this scope; only {@link #spawn} starts them. */
    public synchronized Blueprint compile(ContainerSpec spec) {
        refuseClosed();
        Blueprint blueprint = containers.compile(spec, cgroups).in(this);
        blueprints.add(blueprint);
        return blueprint;
    }

    /** Compiles and starts one container. */
    public Container spawn(ContainerSpec spec, Stdio stdio) {
        return compile(spec).spawn(stdio);
    }

    private void refuseClosed() {
        if (closed) {
            throw new IllegalStateException("scope " + name + " is closed");
        }
    }

    /** Those that run. */
    public List<Container> containers() {
        return present.stream().filter(Container::isAlive).toList();
    }

    /** A container was started in it. */
    void started(Container container) {
        boolean late;
        synchronized (this) {
            late = closed;
            if (!early.remove(container)) {
                present.add(container);
            }
        }
        if (late) {
            container.close();
        }
    }

    /** An ended container's cgroups are gone. */
    synchronized void swept(Container container) {
        if (!present.remove(container)) {
            early.add(container); // faster than its spawn's return
        }
    }

    /** Kills everything in it, waits for the end of it, and takes its cgroups down. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        try {
            List<Container> left = List.copyOf(present);
            left.forEach(Container::kill);
            cgroups.kill();
            left.forEach(Container::close);
            blueprints.forEach(Blueprint::close);
            cgroups.close();
        } catch (KernelException e) {
            throw Failures.kernel(ContainerException.Phase.RUN, e);
        }
    }

    @Override
    public String toString() {
        return "scope " + name + " (" + containers().size() + " running)";
    }
}
