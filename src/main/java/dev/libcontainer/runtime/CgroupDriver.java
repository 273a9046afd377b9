package dev.libcontainer.runtime;

/** Who makes the cgroups of containers. */
public enum CgroupDriver {
    /** This library, in the file system. */
    CGROUPFS,
    /** systemd; {@code cgroupsPath} is {@code slice:prefix:name}. */
    SYSTEMD,
    /** Nobody: containers stay in the caller's cgroup. */
    DISABLED
}
