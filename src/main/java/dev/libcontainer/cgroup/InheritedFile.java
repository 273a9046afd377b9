package dev.libcontainer.cgroup;

/**
 * A file that is empty in a new control group and has to be given the value of the parent's before a process may enter.
 *
 * @param controller whose file it is; its {@linkplain CgroupMounts#hierarchy hierarchy} says where
 * @param file the name of the file, e.g. {@code cpuset.mems}
 */
public record InheritedFile(String controller, String file) {}
