package dev.libcontainer.cgroup;

import dev.libcontainer.spec.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rules of devices as a list of what is allowed and nothing else, for whoever has no other words. */
public final class AllowedDevices {
    /**
     * Devices that may be used.
     *
     * @param major -1 is any
     * @param minor -1 is any
     * @param access letters of r, w and m
     */
    public record Device(char type, long major, long minor, String access) {}

    private AllowedDevices() {}

    /**
     * What is allowed in the end; empty if that is everything.
     *
     * @throws CgroupException if something is denied that a rule about more devices allows: such a list has no words for it
     */
    public static Optional<List<Device>> of(List<Resources.DeviceRule> configured) {
        List<DeviceRules.Rule> allowed = new ArrayList<>();
        boolean all = true;
        for (DeviceRules.Rule rule : DeviceRules.of(configured).rules()) {
            if (rule.isTotal()) {
                allowed.clear();
                all = rule.allow();
            } else if (rule.allow()) {
                allowed.add(rule);
            } else {
                deny(allowed, rule, all);
            }
        }
        List<Device> devices = new ArrayList<>();
        allowed.forEach(
                rule -> devices.add(new Device(rule.type(), rule.major(), rule.minor(), letters(rule.access()))));
        return all ? Optional.empty() : Optional.of(devices);
    }

    private static void deny(List<DeviceRules.Rule> allowed, DeviceRules.Rule denied, boolean all) {
        List<DeviceRules.Rule> before = List.copyOf(allowed);
        allowed.clear();
        for (DeviceRules.Rule rule : before) {
            boolean within = covers(denied.major(), rule.major()) && covers(denied.minor(), rule.minor());
            boolean meets = meets(denied.major(), rule.major()) && meets(denied.minor(), rule.minor());
            if (rule.type() != denied.type() || !meets || (rule.access() & denied.access()) == 0) {
                allowed.add(rule);
            } else if (!within) {
                throw inexpressible(denied);
            } else if ((rule.access() & ~denied.access()) != 0) {
                int left = rule.access() & ~denied.access();
                allowed.add(new DeviceRules.Rule(true, rule.type(), rule.major(), rule.minor(), left, rule.jsonPath()));
            }
        }
        if (all) {
            throw inexpressible(denied);
        }
    }

    private static CgroupException inexpressible(DeviceRules.Rule denied) {
        return CgroupException.refused(
                denied.jsonPath(),
                DevicesController.NAME,
                "cannot be said as a list of allowed devices: it denies some of those that a rule before it allows",
                "Allow the others one by one, or use another cgroup driver.");
    }

    private static boolean covers(long wide, long narrow) {
        return wide == DeviceRules.ANY || wide == narrow;
    }

    private static boolean meets(long one, long other) {
        return covers(one, other) || other == DeviceRules.ANY;
    }

    private static String letters(int access) {
        return ((access & DeviceRules.READ) != 0 ? "r" : "")
                + ((access & DeviceRules.WRITE) != 0 ? "w" : "")
                + ((access & DeviceRules.MKNOD) != 0 ? "m" : "");
    }
}
