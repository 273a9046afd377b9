package dev.libcontainer.spec;

import java.util.Optional;

/** The kinds of Linux namespaces a container may have of its own. */
public enum NamespaceType {
    /** Process ids. */
    PID("pid"),
    /** Network devices, addresses, ports, firewall. */
    NETWORK("network"),
    /** Mount points. */
    MOUNT("mount"),
    /** System V IPC and POSIX message queues. */
    IPC("ipc"),
    /** Hostname and NIS domain name. */
    UTS("uts"),
    /** User and group ids, capabilities. */
    USER("user"),
    /** The root of the cgroup hierarchy. */
    CGROUP("cgroup"),
    /** Offsets of the monotonic and boot-time clocks. */
    TIME("time");

    private final String jsonName;

    NamespaceType(String jsonName) {
        this.jsonName = jsonName;
    }

    /** The name in {@code linux.namespaces[].type}; {@code /proc/PID/ns} has others, {@code net} and {@code mnt}. */
    public String jsonName() {
        return jsonName;
    }

    /** The name in {@code /proc/PID/ns} (namespaces(7)); for a first process, what its children get. */
    public String procName() {
        return switch (this) {
            case NETWORK -> "net";
            case MOUNT -> "mnt";
            default -> jsonName;
        };
    }

    /** The type of that JSON name, if there is one. */
    public static Optional<NamespaceType> fromJson(String jsonName) {
        for (NamespaceType type : values()) {
            if (type.jsonName.equals(jsonName)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
