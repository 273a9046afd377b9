package dev.libcontainer.cgroup;

/** The two interfaces the kernel has for control groups. */
public enum CgroupVersion {
    /** A hierarchy for each controller, or for a few of them together. */
    V1,
    /** One hierarchy for all controllers. */
    V2
}
