package dev.libcontainer.cgroup;

import dev.libcontainer.spec.Resources;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules for devices as they are in force: the first two say that nothing is allowed but what every container has,
 * later ones win over earlier ones.
 *
 * <p>What every container has stands behind the last rule that denies all devices of a type, since configurations begin
 * with one and go on with what they allow besides. It is what runc 1.2 allows: null, zero, full, random, urandom, tty,
 * ptmx, pseudo-terminals, and making nodes of any kind (not opening them).
 */
record DeviceRules(List<Rule> rules) {
    static final int MKNOD = 1;
    static final int READ = 2;
    static final int WRITE = 4;
    static final int ALL = MKNOD | READ | WRITE;
    static final long ANY = -1;

    private static final String PATH = "linux.resources.devices";
    private static final long LARGEST_NUMBER = 0xffff_ffffL;
    private static final int MEMORY = 1;
    private static final int TTY = 5;
    private static final int PTS = 136;

    /** What every container has, by major and minor number. */
    private static final long[][] DEFAULTS = {
        {MEMORY, 3}, {MEMORY, 5}, {MEMORY, 7}, {MEMORY, 8}, {MEMORY, 9}, {TTY, 0}, {TTY, 2}, {PTS, ANY}
    };

    /**
     * A rule.
     *
     * @param type {@code a} only for a rule about each and every device
     * @param access some of {@link #MKNOD}, {@link #READ} and {@link #WRITE}
     * @param jsonPath the member that it comes from
     */
    record Rule(boolean allow, char type, long major, long minor, int access, String jsonPath) {

        /** About every device and every access: nothing that was said before counts any more. */
        boolean isTotal() {
            return type == 'a';
        }

        private boolean deniesAllOfAType() {
            return !allow && major == ANY && minor == ANY && access == ALL;
        }
    }

    DeviceRules {
        rules = List.copyOf(rules);
    }

    /** The rules in force, from those of a configuration. */
    static DeviceRules of(List<Resources.DeviceRule> configured) {
        List<Rule> own = new ArrayList<>();
        for (int i = 0; i < configured.size(); i++) {
            addRules(configured.get(i), PATH + "[" + i + "]", own);
        }
        int behind = own.size();
        while (behind > 0 && !own.get(behind - 1).deniesAllOfAType()) {
            behind--;
        }
        List<Rule> all = new ArrayList<>();
        all.add(new Rule(false, 'a', ANY, ANY, ALL, PATH));
        all.addAll(own.subList(0, behind));
        for (long[] numbers : DEFAULTS) {
            all.add(new Rule(true, 'c', numbers[0], numbers[1], ALL, PATH));
        }
        all.add(new Rule(true, 'c', ANY, ANY, MKNOD, PATH));
        all.add(new Rule(true, 'b', ANY, ANY, MKNOD, PATH));
        all.addAll(own.subList(behind, own.size()));
        return new DeviceRules(all);
    }

    private static void addRules(Resources.DeviceRule rule, String path, List<Rule> out) {
        String type = rule.type().orElse("a");
        long major = number(rule.major().orElse(ANY), path + ".major");
        long minor = number(rule.minor().orElse(ANY), path + ".minor");
        int access = access(rule.access().orElse("rwm"));
        if (!type.equals("a")) {
            out.add(new Rule(rule.allow(), type.charAt(0), major, minor, access, path));
        } else if (major == ANY && minor == ANY && access == ALL) {
            out.add(new Rule(rule.allow(), 'a', ANY, ANY, ALL, path));
        } else {
            out.add(new Rule(rule.allow(), 'c', major, minor, access, path));
            out.add(new Rule(rule.allow(), 'b', major, minor, access, path));
        }
    }

    private static long number(long number, String path) {
        if (number > LARGEST_NUMBER) {
            throw CgroupException.refused(path, DevicesController.NAME, number + " is no device number", "");
        }
        return number;
    }

    static int access(String letters) {
        return (letters.indexOf('m') >= 0 ? MKNOD : 0)
                | (letters.indexOf('r') >= 0 ? READ : 0)
                | (letters.indexOf('w') >= 0 ? WRITE : 0);
    }
}
