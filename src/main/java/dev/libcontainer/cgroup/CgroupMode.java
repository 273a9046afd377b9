package dev.libcontainer.cgroup;

/** Which versions of control groups a host has mounted. */
public enum CgroupMode {
    /** None at all: no limit can be set. */
    NONE,
    /** Only hierarchies of version 1. */
    LEGACY,
    /** Hierarchies of version 1 with the controllers, and a version 2 hierarchy with few or none. */
    HYBRID,
    /** Only version 2. */
    UNIFIED
}
