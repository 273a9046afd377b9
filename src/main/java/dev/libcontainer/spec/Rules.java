package dev.libcontainer.spec;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The checks that several members share. Each throws at the path it is given. */
final class Rules {
    private static final Pattern NUMBER_LIST = Pattern.compile("\\d{1,5}(-\\d{1,5})?(,\\d{1,5}(-\\d{1,5})?)*");
    private static final int LONGEST_INTERFACE_NAME = 15; // IFNAMSIZ without the NUL
    private static final int MOST_MAPPINGS = 340; // UID_GID_MAP_MAX_EXTENTS

    private Rules() {}

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

    static void within(JsonPath path, long value, long lowest, long highest) {
        if (value < lowest || value > highest) {
            throw path.error("must be " + lowest + " to " + highest + ", is " + value);
        }
    }

    static void uint32(JsonPath path, long value) {
        within(path, value, 0, 0xffff_ffffL);
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
                && name.chars().noneMatch(c -> c == '/' || c == ':' || c == '%' || Character.isWhitespace(c));
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
            within(place.member("size"), mapping.size(), 1, 0xffff_ffffL);
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
        if (first + size > 0xffff_ffffL) {
            throw path.error("ids up to " + (first + size - 1) + " do not exist, the last is 4294967294");
        }
    }

    private static boolean overlap(long first, long size, long otherFirst, long otherSize) {
        return first < otherFirst + otherSize && otherFirst < first + size;
    }

    /** Refuses a second item with the same key; the error stands at the member the key came from. */
    static <T> void unique(JsonPath path, List<T> items, String member, Function<T, ?> key) {
        Map<Object, Integer> seen = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            Object value = key.apply(items.get(i));
            Integer first = seen.putIfAbsent(value, i);
            if (first != null) {
                throw path.item(i).member(member).error(value + " is given twice, first in " + path.item(first));
            }
        }
    }

    /** Refuses an item that is the same as an earlier one in every member. */
    static <T> void noCopies(JsonPath path, List<T> items) {
        Set<T> seen = new HashSet<>();
        for (int i = 0; i < items.size(); i++) {
            if (!seen.add(items.get(i))) {
                throw path.item(i).error("is the same as " + path.item(items.indexOf(items.get(i))));
            }
        }
    }

    static void knownAll(Known known, JsonPath path, List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            known.check(path.item(i), words.get(i));
        }
    }
}
