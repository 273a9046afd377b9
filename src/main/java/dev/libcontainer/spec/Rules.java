package dev.libcontainer.spec;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** The checks that several members share. Each throws at the path it is given. */
final class Rules {
    private static final Pattern NUMBER_LIST = Pattern.compile("\\d{1,5}(-\\d{1,5})?(,\\d{1,5}(-\\d{1,5})?)*");
    private static final Pattern NOT_IN_INTERFACE_NAMES = Pattern.compile("[/:%\\s]");
    private static final int LONGEST_INTERFACE_NAME = 15; // IFNAMSIZ without the NUL
    private static final long UINT32_MAX = 0xffff_ffffL;
    private static final int MOST_MAPPINGS = 340; // UID_GID_MAP_MAX_EXTENTS

    /** What lxcfs and its like show in place of the kernel's; nobody writes to them. */
    private static final List<String> FIGURES_IN_PROC = List.of(
            "/proc/cpuinfo",
            "/proc/diskstats",
            "/proc/loadavg",
            "/proc/meminfo",
            "/proc/slabinfo",
            "/proc/stat",
            "/proc/swaps",
            "/proc/uptime",
            "/proc/net/dev",
            "/proc/sys/crypto/fips_enabled",
            "/proc/sys/kernel/ns_last_pid");

    private Rules() {}

    static void numberList(JsonPath path, Optional<String> list) {
        if (list.isPresent()) {
            numberList(path, list.get());
        }
    }

    static void notEmpty(JsonPath path, String text) {
        if (text.isEmpty()) {
            throw path.error("must not be empty");
        }
    }

    static void absolute(JsonPath path, String file) {
        if (!file.startsWith("/")) {
            throw path.error("must be an absolute path, is " + Quoted.text(file));
        }
    }

    static void allAbsolute(JsonPath path, List<String> files) {
        for (int i = 0; i < files.size(); i++) {
            absolute(path.item(i), files.get(i));
        }
    }

    /** A mount within /proc could catch what is written to a process's attributes or to sysctls (CVE-2019-16884). */
    static void notInProc(JsonPath path, String destination) {
        String place = destination.indexOf('\0') >= 0
                ? ""
                : Path.of("/").resolve(destination).normalize().toString();
        if (place.startsWith("/proc/") && !FIGURES_IN_PROC.contains(place)) {
            throw path.error(Quoted.text(destination) + " lies within /proc, where only figures such as /proc/meminfo"
                    + " may be covered; linux.maskedPaths hides a path");
        }
    }

    static void within(JsonPath path, long value, long lowest, long highest) {
        if (value < lowest || value > highest) {
            throw path.error("must be " + lowest + " to " + highest + ", is " + value);
        }
    }

    static void within(JsonPath path, OptionalInt value, long lowest, long highest) {
        if (value.isPresent()) {
            within(path, value.getAsInt(), lowest, highest);
        }
    }

    static void within(JsonPath path, OptionalLong value, long lowest, long highest) {
        if (value.isPresent()) {
            within(path, value.getAsLong(), lowest, highest);
        }
    }

    static void uint32(JsonPath path, OptionalLong value) {
        within(path, value, 0, UINT32_MAX);
    }

    static void uint32(JsonPath path, long value) {
        within(path, value, 0, UINT32_MAX);
    }

    /** A list of CPUs or memory nodes as the kernel reads one: {@code 0-3,7}. */
    static void numberList(JsonPath path, String list) {
        if (!NUMBER_LIST.matcher(list).matches()) {
            throw path.error("must be a list such as 0-3,7, is " + Quoted.text(list));
        }
        for (String range : list.split(",")) {
            int dash = range.indexOf('-');
            if (dash >= 0 && Integer.parseInt(range.substring(0, dash)) > Integer.parseInt(range.substring(dash + 1))) {
                throw path.error("the range " + range + " runs backwards");
            }
        }
    }

    /** {@code NAME=value}: the C library and every shell drop or misread anything else. */
    static void environment(JsonPath path, List<String> env) {
        for (int i = 0; i < env.size(); i++) {
            if (env.get(i).indexOf('=') < 1) {
                throw path.item(i).error("must be NAME=value, is " + Quoted.text(env.get(i)));
            }
        }
    }

    /** The kernel's {@code dev_valid_name}. */
    static void interfaceName(JsonPath path, String name) {
        boolean valid = !name.isEmpty()
                && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_INTERFACE_NAME
                && !name.equals(".")
                && !name.equals("..")
                && !NOT_IN_INTERFACE_NAMES.matcher(name).find();
        if (!valid) {
            throw path.error(Quoted.text(name) + " cannot be the name of a network interface");
        }
    }

    /** Mappings of one kind: in range, and no id mapped twice, on either side. */
    static void idMappings(JsonPath path, List<IdMapping> mappings) {
        if (mappings.size() > MOST_MAPPINGS) {
            throw path.error("has " + mappings.size() + " mappings, the kernel takes " + MOST_MAPPINGS);
        }
        for (int i = 0; i < mappings.size(); i++) {
            IdMapping mapping = mappings.get(i);
            JsonPath place = path.item(i);
            within(place.member("size"), mapping.size(), 1, UINT32_MAX);
            idRange(place.member("containerID"), mapping.containerID(), mapping.size());
            idRange(place.member("hostID"), mapping.hostID(), mapping.size());
            for (int j = 0; j < i; j++) {
                IdMapping other = mappings.get(j);
                if (overlap(mapping.containerID(), mapping.size(), other.containerID(), other.size())) {
                    throw place.member("containerID").error("overlaps " + path.item(j));
                }
                if (overlap(mapping.hostID(), mapping.size(), other.hostID(), other.size())) {
                    throw place.member("hostID").error("overlaps " + path.item(j));
                }
            }
        }
    }

    private static void idRange(JsonPath path, long first, long size) {
        uint32(path, first);
        if (first + size > UINT32_MAX) {
            throw path.error("ids up to " + (first + size - 1) + " do not exist, the last is 4294967294");
        }
    }

    private static boolean overlap(long first, long size, long otherFirst, long otherSize) {
        return first < otherFirst + otherSize && otherFirst < first + size;
    }

    /** Refuses items with the same key, of which there is one for each; the error stands at the member it came from. */
    static void unique(JsonPath path, String member, List<String> keys) {
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < keys.size(); i++) {
            Integer first = seen.putIfAbsent(keys.get(i), i);
            if (first != null) {
                throw path.item(i).member(member).error(keys.get(i) + " is given twice, first in " + path.item(first));
            }
        }
    }

    /**
     * Refuses an item that is the same as the one of that name before it. Only then are records compared: the first
     * {@code equals} or {@code hashCode} of a record costs tens of milliseconds in a fresh JVM.
     */
    static void noCopies(JsonPath path, List<?> items, List<String> names) {
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            Integer last = seen.put(names.get(i), i);
            if (last != null && items.get(i).equals(items.get(last))) {
                throw path.item(i).error("is the same as " + path.item(last));
            }
        }
    }
}
