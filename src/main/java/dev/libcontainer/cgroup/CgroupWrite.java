package dev.libcontainer.cgroup;

/**
 * A value to be written to a file of a new control group.
 *
 * @param controller whose file it is, e.g. {@code memory}; its {@linkplain CgroupMounts#hierarchy hierarchy} says where
 * @param file the name of the file, e.g. {@code memory.max}
 * @param value what is written, in one {@code write}
 * @param jsonPath the member of the configuration that asks for it, e.g. {@code linux.resources.memory.limit}
 */
public record CgroupWrite(String controller, String file, String value, String jsonPath) {

    /**
     * Whether nothing is lost if the kernel does not have the file: without swap accounting, neither "no limit of swap"
     * nor "no swap" needs to be said.
     */
    public boolean harmlessIfAbsent() {
        return switch (file) {
            case "memory.swap.max" -> value.equals("max") || value.equals("0");
            case "memory.memsw.limit_in_bytes" -> value.equals("-1");
            default -> false;
        };
    }
}
