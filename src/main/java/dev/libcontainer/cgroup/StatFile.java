package dev.libcontainer.cgroup;

/**
 * A file of a control group that holds statistics.
 *
 * @param controller whose file it is; its {@linkplain CgroupMounts#hierarchy hierarchy} says where
 * @param file the name of the file, e.g. {@code memory.current}
 */
public record StatFile(String controller, String file) {}
