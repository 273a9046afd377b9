package dev.libcontainer.systemd;

import dev.libcontainer.cgroup.AllowedDevices;
import dev.libcontainer.cgroup.CgroupLimits;
import dev.libcontainer.spec.Resources;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Limits as properties. systemd writes what it has been told into the cgroup's files whenever it likes, so it has to be told
 * all that it has a word for; the rest it leaves alone.
 *
 * @see <a href="https://www.freedesktop.org/software/systemd/man/latest/systemd.resource-control.html">
 *     systemd.resource-control(5)</a>
 */
public final class LimitProperties {
    private static final long MICROS = 1_000_000;
    private static final long QUOTA_STEP = 10_000; // systemd has whole percents only, and would round down
    private static final long DEFAULT_PERIOD = 100_000;
    private static final int CPUS_AT_MOST = 8192;

    private final boolean unified;
    private final List<Property> properties = new ArrayList<>();

    private LimitProperties(boolean unified) {
        this.unified = unified;
    }

    /**
     * The properties for limits; what is not named is left out.
     *
     * @param unified whether systemd's hierarchy is one of version 2 with all controllers
     * @param version of systemd, which knows some properties since then
     */
    public static List<Property> of(Resources resources, boolean unified, int version) {
        LimitProperties limits = new LimitProperties(unified);
        resources.memory().ifPresent(limits::memory);
        resources.cpu().ifPresent(cpu -> limits.cpu(cpu, version));
        resources.pids().ifPresent(pids -> limits.limit("TasksMax", pids.limit()));
        resources.blockIO().ifPresent(io -> {
            if (io.weight().isPresent()) {
                limits.add(unified ? "IOWeight" : "BlockIOWeight", (long)
                        io.weight().getAsInt());
            }
        });
        limits.raw(resources);
        return limits.properties;
    }

    /** Which devices may be used; all rules of a configuration together. */
    public static List<Property> devices(List<Resources.DeviceRule> rules) {
        Optional<List<AllowedDevices.Device>> allowed = AllowedDevices.of(rules);
        List<Property.Device> devices = new ArrayList<>();
        for (AllowedDevices.Device device : allowed.orElse(List.of())) {
            String kind = device.type() == 'b' ? "block" : "char";
            String node = device.major() < 0
                    ? kind + "-*"
                    : device.minor() < 0
                            ? kind + "-" + device.major()
                            : "/dev/" + kind + "/" + device.major() + ":" + device.minor();
            devices.add(new Property.Device(node, device.access()));
        }
        return List.of(
                new Property("DevicePolicy", allowed.isPresent() ? "strict" : "auto"),
                new Property(
                        "DeviceAllow", new Property.Devices(List.of())), // an empty list forgets what was said before
                new Property("DeviceAllow", new Property.Devices(devices)));
    }

    private void add(String name, Object value) {
        properties.add(new Property(name, value));
    }

    private void limit(String name, OptionalLong value) {
        if (value.isPresent()) {
            add(name, value.getAsLong() < 0 ? Property.UNLIMITED : value.getAsLong());
        }
    }

    private void memory(Resources.Memory memory) {
        limit(unified ? "MemoryMax" : "MemoryLimit", memory.limit());
        if (!unified) {
            return;
        }
        limit("MemoryLow", memory.reservation());
        if (memory.swap().isPresent() && memory.swap().getAsLong() < 0) {
            add("MemorySwapMax", Property.UNLIMITED);
        } else if (memory.swap().isPresent() && memory.limit().orElse(-1) > 0) {
            add("MemorySwapMax", memory.swap().getAsLong() - memory.limit().getAsLong());
        }
    }

    private void cpu(Resources.Cpu cpu, int version) {
        if (cpu.shares().orElse(0) != 0) {
            if (unified) {
                add("CPUWeight", CgroupLimits.cpuWeight(cpu.shares().getAsLong()));
            } else {
                add("CPUShares", cpu.shares().getAsLong());
            }
        }
        if (cpu.quota().isPresent() && cpu.quota().getAsLong() != 0) {
            add(
                    "CPUQuotaPerSecUSec",
                    quota(cpu.quota().getAsLong(), cpu.period().orElse(0)));
        }
        if (cpu.period().orElse(0) != 0 && version >= 242) {
            add("CPUQuotaPeriodUSec", cpu.period().getAsLong());
        }
        if (unified && version >= 244) {
            cpu.cpus().filter(list -> !list.isEmpty()).ifPresent(list -> add("AllowedCPUs", bits(list)));
            cpu.mems().filter(list -> !list.isEmpty()).ifPresent(list -> add("AllowedMemoryNodes", bits(list)));
        }
    }

    /** Microseconds of CPU time in a second. */
    static long quota(long quota, long period) {
        if (quota < 0) {
            return Property.UNLIMITED;
        }
        long perSecond = quota * MICROS / (period == 0 ? DEFAULT_PERIOD : period);
        return (perSecond + QUOTA_STEP - 1) / QUOTA_STEP * QUOTA_STEP;
    }

    /** The keys of version 2 that have a property; the others stay in the file system. */
    private void raw(Resources resources) {
        resources.unified().forEach((key, value) -> {
            switch (key) {
                case "memory.high" -> add("MemoryHigh", number(value));
                case "memory.low" -> add("MemoryLow", number(value));
                case "memory.min" -> add("MemoryMin", number(value));
                case "memory.max" -> add("MemoryMax", number(value));
                case "memory.swap.max" -> add("MemorySwapMax", number(value));
                case "cpu.weight" -> add("CPUWeight", number(value));
                case "pids.max" -> add("TasksMax", number(value));
                default -> {}
            }
        });
    }

    private static long number(String value) {
        return value.strip().equals("max") ? Property.UNLIMITED : Long.parseLong(value.strip());
    }

    /** {@code 0-2,7} as bits. */
    static Property.Bits bits(String list) {
        BitSet set = new BitSet();
        try {
            for (String part : list.split(",")) {
                String[] ends = part.strip().split("-", 2);
                int first = Integer.parseInt(ends[0]);
                int last = Integer.parseInt(ends[ends.length - 1]);
                if (last >= CPUS_AT_MOST) {
                    throw new NumberFormatException(part);
                }
                set.set(first, last + 1);
            }
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            throw new SystemdException("linux.resources.cpu: \"" + list + "\" is no list like 0-2,7", e);
        }
        List<Byte> bytes = new ArrayList<>();
        for (byte each : set.toByteArray()) {
            bytes.add(each);
        }
        return new Property.Bits(List.copyOf(bytes));
    }
}
