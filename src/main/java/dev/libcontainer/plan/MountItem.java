package dev.libcontainer.plan;

import dev.libcontainer.spec.Mount;
import java.util.Set;

/**
 * A mount of the spec.
 *
 * @param path its position there
 */
record MountItem(Mount mount, MountOptions options, String path) {
    /** File systems that are a child's own by the namespaces they are mounted in, whoever does it. */
    private static final Set<String> AHEAD = Set.of("tmpfs", "devpts", "mqueue");

    /** Whether ids in it are others than those of the file system. */
    boolean isMapped() {
        return options.idMap() != MountOptions.IdMap.NONE
                || !mount.uidMappings().isEmpty();
    }

    boolean isBind() {
        return options.bind() || mount.type().filter("bind"::equals).isPresent();
    }

    String type() {
        return mount.type().orElse("");
    }

    boolean isCgroup() {
        return !isBind() && type().startsWith("cgroup");
    }

    String target() {
        String destination = mount.destination();
        String absolute = destination.startsWith("/") ? destination : "/" + destination;
        while (absolute.length() > 1 && absolute.endsWith("/")) {
            absolute = absolute.substring(0, absolute.length() - 1);
        }
        return absolute;
    }

    /** Whether it is the same for every container of a plan. */
    boolean isStatic() {
        return (isBind() && !isMapped()) || isSealedDev();
    }

    boolean isSealedDev() {
        return target().equals("/dev")
                && type().equals("tmpfs")
                && !isBind()
                && (options.flags() & MountOptions.MS_RDONLY) != 0;
    }

    /**
     * Whether a template can mount it for a child that is not yet there.
     *
     * @param inItsNetwork whether the template is in the network namespace of that child by then
     */
    boolean canBeAhead(boolean inItsNetwork) {
        boolean byNamespace = AHEAD.contains(type()) || (type().equals("sysfs") && inItsNetwork);
        return !isBind() && byNamespace && !options.copyUp() && options.propagation() == 0;
    }

    boolean isUnder(String above) {
        return isUnder(target(), above);
    }

    boolean contains(String path) {
        return isUnder(path, target());
    }

    /** Whether one of the two covers the other or lies in it. */
    boolean isRelated(MountItem other) {
        return target().equals(other.target()) || isUnder(other.target()) || other.isUnder(target());
    }

    static boolean isUnder(String path, String above) {
        return path.startsWith(above.equals("/") ? above : above + "/");
    }
}
