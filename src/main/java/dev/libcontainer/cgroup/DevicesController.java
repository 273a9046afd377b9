package dev.libcontainer.cgroup;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Devices in version 1: all or none, and exceptions from that. The kernel silently ignores an attempt to except one
 * device from an exception for many, so this is refused here.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/devices.html">The kernel on the device controller</a>
 */
record DevicesController(boolean allByDefault, Map<DevicesController.Key, Integer> exceptions) {
    static final String NAME = "devices";
    private static final String ALLOW = "devices.allow";
    private static final String DENY = "devices.deny";
    private static final String PATH = "linux.resources.devices";

    /** Which devices an exception is about. */
    record Key(char type, long major, long minor) {

        /** Whether all devices of the other are among these. */
        boolean covers(Key other) {
            return type == other.type && covers(major, other.major) && covers(minor, other.minor);
        }

        private boolean overlaps(Key other) {
            return type == other.type && overlap(major, other.major) && overlap(minor, other.minor);
        }

        private static boolean covers(long number, long other) {
            return number == DeviceRules.ANY || number == other;
        }

        private static boolean overlap(long number, long other) {
            return covers(number, other) || covers(other, number);
        }

        @Override
        public String toString() {
            return type + " " + text(major) + ":" + text(minor);
        }

        private static String text(long number) {
            return number == DeviceRules.ANY ? "*" : Long.toString(number);
        }
    }

    /** What rules come to. */
    static DevicesController of(DeviceRules rules) {
        boolean allByDefault = false;
        Map<Key, Integer> exceptions = new LinkedHashMap<>();
        for (DeviceRules.Rule rule : rules.rules()) {
            if (rule.isTotal()) {
                allByDefault = rule.allow();
                exceptions.clear();
                continue;
            }
            Key key = new Key(rule.type(), rule.major(), rule.minor());
            if (rule.allow() != allByDefault) {
                exceptions.merge(key, rule.access(), (a, b) -> a | b);
            } else {
                takeBack(exceptions, key, rule);
            }
        }
        return new DevicesController(allByDefault, exceptions);
    }

    private static void takeBack(Map<Key, Integer> exceptions, Key key, DeviceRules.Rule rule) {
        for (Map.Entry<Key, Integer> exception : List.copyOf(exceptions.entrySet())) {
            int both = exception.getValue() & rule.access();
            if (key.covers(exception.getKey())) {
                int left = exception.getValue() & ~rule.access();
                exceptions.put(exception.getKey(), left);
                exceptions.remove(exception.getKey(), 0);
            } else if (exception.getKey().overlaps(key) && (both & ~DeviceRules.MKNOD) != 0) {
                // Of mknod alone nothing comes: the node that can be made cannot be opened.
                throw CgroupException.refused(
                        rule.jsonPath(),
                        NAME,
                        "cgroup v1 cannot except " + key + " from the earlier rule for " + exception.getKey(),
                        "Name the devices of the earlier rule one by one.");
            }
        }
    }

    /** The writes for a cgroup whose state is not known. */
    List<CgroupWrite> writes() {
        List<CgroupWrite> writes = new ArrayList<>();
        writes.add(new CgroupWrite(NAME, allByDefault ? ALLOW : DENY, "a", PATH));
        exceptions.keySet().forEach(key -> writes.add(write(!allByDefault, key, access(key))));
        return writes;
    }

    /**
     * The writes that change a cgroup in use: what is added comes first, so that nothing that is allowed before and after
     * is denied in between.
     *
     * @param list its {@code devices.list}, which tells all only where nothing is allowed by default
     */
    List<CgroupWrite> update(String list) {
        if (allByDefault || list.lines().anyMatch(line -> line.startsWith("a "))) {
            return writes();
        }
        Map<Key, Integer> old = parse(list);
        List<CgroupWrite> writes = new ArrayList<>();
        for (Key key : exceptions.keySet()) {
            int added = access(key) & ~old.getOrDefault(key, 0);
            if (added != 0) {
                writes.add(write(true, key, added));
            }
        }
        for (Map.Entry<Key, Integer> entry : old.entrySet()) {
            int kept = exceptions.containsKey(entry.getKey()) ? access(entry.getKey()) : 0;
            int removed = entry.getValue() & ~kept;
            if (removed != 0) {
                writes.add(write(false, entry.getKey(), removed));
            }
        }
        return writes;
    }

    /** The writes that give a cgroup its earlier {@code devices.list} back, as far as that told all. */
    static List<CgroupWrite> back(String earlier, String now) {
        boolean all = earlier.lines().anyMatch(line -> line.startsWith("a "));
        return new DevicesController(all, all ? Map.of() : parse(earlier)).update(now);
    }

    /** The kernel wants one exception that grants all that is asked for, so each is given what wider ones have too. */
    private int access(Key key) {
        int access = exceptions.getOrDefault(key, 0);
        for (Map.Entry<Key, Integer> exception : exceptions.entrySet()) {
            access |= !allByDefault && exception.getKey().covers(key) ? exception.getValue() : 0;
        }
        return access;
    }

    private static Map<Key, Integer> parse(String list) {
        Map<Key, Integer> exceptions = new LinkedHashMap<>();
        list.lines().filter(line -> !line.isBlank()).forEach(line -> {
            String[] words = line.split("[ :]");
            Key key = new Key(words[0].charAt(0), number(words[1]), number(words[2]));
            exceptions.put(key, DeviceRules.access(words[3]));
        });
        return exceptions;
    }

    private static long number(String word) {
        return word.equals("*") ? DeviceRules.ANY : Long.parseLong(word);
    }

    private static CgroupWrite write(boolean allow, Key key, int access) {
        String letters = ((access & DeviceRules.READ) != 0 ? "r" : "")
                + ((access & DeviceRules.WRITE) != 0 ? "w" : "")
                + ((access & DeviceRules.MKNOD) != 0 ? "m" : "");
        return new CgroupWrite(NAME, allow ? ALLOW : DENY, key + " " + letters, PATH);
    }
}
