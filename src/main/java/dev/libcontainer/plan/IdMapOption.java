package dev.libcontainer.plan;

import dev.libcontainer.spec.IdMapping;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.SpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Mappings of an id-mapped mount in a mount option, as crun has them: {@code idmap=uids=0-1-10#10-11-10;gids=0-100-10}. Each
 * triplet is the first id on the disk, the first on the host and how many; behind {@code @} the second is one of the
 * container's user namespace. Both kinds are needed: the kernel maps no mount by a namespace that lacks one.
 */
final class IdMapOption {
    /** crun reads its numbers by strtol(3), and its tests write a plus sign. */
    private static final Pattern TRIPLET = Pattern.compile("(@?)\\+?([0-9]{1,10})-([0-9]{1,10})-([0-9]{1,10})");

    private static final String FORM =
            "write idmap=uids=DISK-HOST-SIZE#…;gids=DISK-HOST-SIZE#…, with @ before a triplet whose second id is the container's";
    private static final long IDS = 1L << 32;

    private IdMapOption() {}

    /** Whether an option is one with mappings. */
    static boolean isOne(String option) {
        return option.startsWith("idmap=") || option.startsWith("ridmap=");
    }

    /**
     * The mount with the mappings of its options, unless it has {@code uidMappings} or {@code gidMappings}, which go first.
     *
     * @param path of the mount, for errors
     */
    static Mount applied(Mount mount, Linux linux, String path) {
        List<String> options = mount.options();
        for (int i = 0; i < options.size(); i++) {
            if (isOne(options.get(i))
                    && mount.uidMappings().isEmpty()
                    && mount.gidMappings().isEmpty()) {
                return applied(mount, options.get(i), linux, path + ".options[" + i + "]");
            }
        }
        return mount;
    }

    private static Mount applied(Mount mount, String option, Linux linux, String path) {
        List<IdMapping> uids = new ArrayList<>();
        List<IdMapping> gids = new ArrayList<>();
        for (String part : option.substring(option.indexOf('=') + 1).split(";", -1)) {
            if (part.startsWith("uids=")) {
                read(part.substring(5), linux.uidMappings(), uids, path);
            } else if (part.startsWith("gids=")) {
                read(part.substring(5), linux.gidMappings(), gids, path);
            } else {
                throw new SpecException(path, "\"" + part + "\" is neither uids=… nor gids=…", FORM);
            }
        }
        if (uids.isEmpty() || gids.isEmpty()) {
            throw new SpecException(path, "an id-mapped mount needs both uids=… and gids=…", FORM);
        }
        return new Mount(mount.destination(), mount.type(), mount.source(), mount.options(), uids, gids);
    }

    private static void read(String text, List<IdMapping> container, List<IdMapping> into, String path) {
        for (String triplet : text.split("#", -1)) {
            Matcher matcher = TRIPLET.matcher(triplet);
            if (!matcher.matches()) {
                throw new SpecException(path, "\"" + triplet + "\" is no mapping", FORM);
            }
            long disk = Long.parseLong(matcher.group(2));
            long host = Long.parseLong(matcher.group(3));
            long size = Long.parseLong(matcher.group(4));
            if (matcher.group(1).equals("@")) {
                host = onHost(host, container, triplet, path);
            }
            if (size == 0 || disk + size > IDS || host + size > IDS) {
                throw new SpecException(path, "\"" + triplet + "\" maps nothing, or more ids than there are", FORM);
            }
            into.add(new IdMapping(disk, host, size));
        }
    }

    private static long onHost(long id, List<IdMapping> container, String triplet, String path) {
        for (IdMapping mapping : container) {
            if (id >= mapping.containerID() && id - mapping.containerID() < mapping.size()) {
                return mapping.hostID() + id - mapping.containerID();
            }
        }
        throw new SpecException(
                path,
                "\"" + triplet + "\" is relative to the container's mappings, which have no id " + id,
                "give linux.uidMappings and linux.gidMappings, or ids of the host without @");
    }
}
