package dev.libcontainer.runtime;

import dev.libcontainer.cgroup.CgroupMode;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.spec.Resources;
import dev.libcontainer.systemd.LimitProperties;
import dev.libcontainer.systemd.Property;
import dev.libcontainer.systemd.ScopeName;
import dev.libcontainer.systemd.Systemd;
import dev.libcontainer.systemd.SystemdException;
import dev.libcontainer.systemd.UnitAnnotations;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The unit that a container's cgroups belong to. Its directories are made and limited as without systemd, where systemd will
 * look for them; it takes them over as delegated when the first process is in them, since a scope without processes is
 * none. Limits that it has words for it is told, and then all are set once more.
 */
final class SystemdScope implements AutoCloseable {
    private final Systemd systemd;
    private final CgroupMounts mounts;
    private final ScopeName name;
    private final String cgroupsPath;
    private final List<Property> wanted;

    private SystemdScope(Systemd systemd, CgroupMounts mounts, ScopeName name, List<Property> wanted) {
        this.systemd = systemd;
        this.mounts = mounts;
        this.name = name;
        this.wanted = wanted;
        this.cgroupsPath = systemd.controlGroup() + name.path();
    }

    /**
     * Connects to systemd, and asks it nothing that changes anything.
     *
     * @param cgroupsPath {@code slice:prefix:name} or empty
     * @param annotations some of which may be properties of the unit
     */
    static SystemdScope of(
            RuntimeOptions options,
            CgroupMounts mounts,
            String cgroupsPath,
            String id,
            Map<String, String> annotations) {
        List<Property> wanted = UnitAnnotations.of(annotations);
        Systemd systemd = Systemd.connect(options.environment());
        try {
            if (systemd.isUser() && !isUnified(mounts)) {
                throw new OciException("the systemd driver is root's on a host with cgroups of version 1: only those of"
                        + " version 2 are delegated to a user's own systemd\n  use --cgroup-manager cgroupfs");
            }
            ScopeName name = ScopeName.of(Optional.of(cgroupsPath), id, systemd.isUser());
            return new SystemdScope(systemd, mounts, name, wanted);
        } catch (SystemdException | OciException e) {
            systemd.close();
            throw e;
        }
    }

    String unit() {
        return name.unit();
    }

    /** Where it will be, from the mount points. */
    String cgroupsPath() {
        return cgroupsPath;
    }

    /** Makes the unit, with a process that is in the cgroups already. */
    void start(int pid, ContainerCgroup cgroup, Optional<Resources> resources) {
        Resources limits = resources.orElse(Resources.none());
        boolean unified = isUnified(mounts);
        List<Property> properties = new ArrayList<>(List.of(
                new Property("Description", "container " + name.unit()),
                new Property("Slice", name.slice()),
                new Property("Delegate", true),
                new Property("DefaultDependencies", false),
                new Property("PIDs", new Property.Numbers(List.of(pid))),
                new Property("MemoryAccounting", true),
                new Property("CPUAccounting", true),
                new Property(unified ? "IOAccounting" : "BlockIOAccounting", true),
                new Property("TasksAccounting", true)));
        if (!systemd.isUser()) { // which may load no programs for devices
            properties.addAll(LimitProperties.devices(limits.devices()));
        }
        properties.addAll(LimitProperties.of(limits, unified, systemd.version()));
        properties.addAll(wanted);
        systemd.startTransient(name, properties);
        cgroup.limit(limits);
    }

    void stop() {
        systemd.stop(name.unit());
    }

    private static boolean isUnified(CgroupMounts mounts) {
        return mounts.mode() == CgroupMode.UNIFIED;
    }

    /** Tells systemd of new limits; false if the container has no unit, or there is nothing to tell. */
    static boolean update(RuntimeOptions options, StoredContainer container, Resources resources) {
        String unit = container.cgroups().get(StoredContainer.UNIT);
        if (unit == null) {
            return false;
        }
        try (Systemd systemd = Systemd.connect(options.environment())) {
            boolean unified = isUnified(CgroupMounts.read(Path.of("/")));
            List<Property> properties = new ArrayList<>(LimitProperties.of(resources, unified, systemd.version()));
            if (!resources.devices().isEmpty() && !systemd.isUser()) {
                properties.addAll(LimitProperties.devices(resources.devices()));
            }
            if (!properties.isEmpty()) {
                systemd.set(unit, properties);
            }
            return !properties.isEmpty();
        }
    }

    /** Ends the unit of a container whose processes are gone. Without systemd there is none any more. */
    static void stop(RuntimeOptions options, StoredContainer container) {
        String unit = container.cgroups().get(StoredContainer.UNIT);
        if (unit == null) {
            return;
        }
        try (Systemd systemd = Systemd.connect(options.environment())) {
            systemd.stop(unit);
        } catch (SystemdException e) {
            options.warnings().accept(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        systemd.close();
    }
}
