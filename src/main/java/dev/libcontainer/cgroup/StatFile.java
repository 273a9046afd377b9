package dev.libcontainer.cgroup;

/**
 * A file of a control group that holds statistics.
 *
 * @param controller whose file it is; its {@linkplain CgroupMounts#hierarchy hierarchy} says where
 * @param file the name of the file, e.g. {@code memory.current}
 */
public record StatFile(String controller, String file) {

    // A key of maps: the methods a record has by itself take tens of milliseconds when first called in a fresh JVM.

    @Override
    public boolean equals(Object other) {
        return other instanceof StatFile that && controller.equals(that.controller) && file.equals(that.file);
    }

    @Override
    public int hashCode() {
        return 31 * controller.hashCode() + file.hashCode();
    }
}
