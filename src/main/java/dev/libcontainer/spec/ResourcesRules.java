package dev.libcontainer.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/** The rules of {@code linux.resources}. */
final class ResourcesRules {
    private static final Known DEVICE_TYPES = Known.of("device type", "a", "b", "c");
    private static final Pattern ACCESS = Pattern.compile("[rwm]{1,3}");
    private static final Pattern PAGE_SIZE = Pattern.compile("[1-9]\\d*[KMG]B");
    private static final Pattern UNIFIED_KEY = Pattern.compile("[^./\\s][^/\\s]*\\.[^/\\s]+");

    /** The files of the core that are limits; the others move processes about. */
    private static final Set<String> CORE_LIMITS =
            Set.of("cgroup.max.depth", "cgroup.max.descendants", "cgroup.pressure");

    private ResourcesRules() {}

    static void check(JsonPath path, Resources resources) {
        checkDevices(path.member("devices"), resources.devices());
        if (resources.memory().isPresent()) {
            checkMemory(path.member("memory"), resources.memory().get());
        }
        if (resources.cpu().isPresent()) {
            checkCpu(path.member("cpu"), resources.cpu().get());
        }
        if (resources.pids().isPresent()) {
            atLeastMinusOne(
                    path.member("pids").member("limit"), resources.pids().get().limit());
        }
        if (resources.blockIO().isPresent()) {
            checkBlockIo(path.member("blockIO"), resources.blockIO().get());
        }
        checkHugepages(path.member("hugepageLimits"), resources.hugepageLimits());
        if (resources.network().isPresent()) {
            checkNetwork(path.member("network"), resources.network().get());
        }
        for (Map.Entry<String, Resources.Rdma> limit : resources.rdma().entrySet()) {
            checkRdma(path.member("rdma").member(limit.getKey()), limit.getValue());
        }
        for (String key : resources.unified().keySet()) {
            checkUnifiedKey(path.member("unified").member(key), key);
        }
    }

    private static void checkDevices(JsonPath path, List<Resources.DeviceRule> rules) {
        for (int i = 0; i < rules.size(); i++) {
            Resources.DeviceRule rule = rules.get(i);
            JsonPath place = path.item(i);
            DEVICE_TYPES.check(place.member("type"), rule.type());
            atLeastMinusOne(place.member("major"), rule.major());
            atLeastMinusOne(place.member("minor"), rule.minor());
            String access = rule.access().orElse("rwm");
            if (!ACCESS.matcher(access).matches()) {
                throw place.member("access").error("must be made of r, w and m, is " + Quoted.text(access));
            }
        }
    }

    private static void checkMemory(JsonPath path, Resources.Memory memory) {
        atLeastMinusOne(path.member("limit"), memory.limit());
        atLeastMinusOne(path.member("reservation"), memory.reservation());
        atLeastMinusOne(path.member("swap"), memory.swap());
        atLeastMinusOne(path.member("kernel"), memory.kernel());
        atLeastMinusOne(path.member("kernelTCP"), memory.kernelTCP());
        Rules.within(path.member("swappiness"), memory.swappiness(), 0, 100);
        long limit = memory.limit().orElse(0);
        long swap = memory.swap().orElse(0);
        if (limit > 0 && swap > 0 && swap < limit) {
            throw path.member("swap")
                    .error(
                            swap + " is below the memory limit " + limit,
                            "swap counts memory and swap together; give the sum of both.");
        }
    }

    private static void checkCpu(JsonPath path, Resources.Cpu cpu) {
        atLeastMinusOne(path.member("quota"), cpu.quota());
        atLeastMinusOne(path.member("realtimeRuntime"), cpu.realtimeRuntime());
        Rules.numberList(path.member("cpus"), cpu.cpus());
        Rules.numberList(path.member("mems"), cpu.mems());
        Rules.within(path.member("idle"), cpu.idle(), 0, 1);
    }

    private static void checkBlockIo(JsonPath path, Resources.BlockIo blockIo) {
        checkWeight(path.member("weight"), blockIo.weight());
        checkWeight(path.member("leafWeight"), blockIo.leafWeight());
        for (int i = 0; i < blockIo.weightDevice().size(); i++) {
            Resources.WeightDevice device = blockIo.weightDevice().get(i);
            JsonPath place = path.member("weightDevice").item(i);
            checkDevice(place, device.major(), device.minor());
            checkWeight(place.member("weight"), device.weight());
            checkWeight(place.member("leafWeight"), device.leafWeight());
            if (device.weight().isEmpty() && device.leafWeight().isEmpty()) {
                throw place.error("needs a weight or a leafWeight");
            }
        }
        checkThrottles(path.member("throttleReadBpsDevice"), blockIo.throttleReadBpsDevice());
        checkThrottles(path.member("throttleWriteBpsDevice"), blockIo.throttleWriteBpsDevice());
        checkThrottles(path.member("throttleReadIOPSDevice"), blockIo.throttleReadIOPSDevice());
        checkThrottles(path.member("throttleWriteIOPSDevice"), blockIo.throttleWriteIOPSDevice());
    }

    /** Zero is let through: Docker writes it where no weight is meant. */
    private static void checkWeight(JsonPath path, OptionalInt weight) {
        if (weight.isPresent() && weight.getAsInt() != 0) {
            Rules.within(path, weight.getAsInt(), 10, 1000);
        }
    }

    private static void checkThrottles(JsonPath path, List<Resources.ThrottleDevice> throttles) {
        for (int i = 0; i < throttles.size(); i++) {
            checkDevice(path.item(i), throttles.get(i).major(), throttles.get(i).minor());
        }
    }

    private static void checkDevice(JsonPath path, long major, long minor) {
        Rules.within(path.member("major"), major, 0, 0xfff); // 12 and 20 bits in the kernel's dev_t
        Rules.within(path.member("minor"), minor, 0, 0xf_ffff);
    }

    private static void checkHugepages(JsonPath path, List<Resources.HugepageLimit> limits) {
        List<String> sizes = new ArrayList<>(limits.size());
        for (int i = 0; i < limits.size(); i++) {
            String size = limits.get(i).pageSize();
            if (!PAGE_SIZE.matcher(size).matches()) {
                throw path.item(i).member("pageSize").error("must be a size such as 2MB, is " + Quoted.text(size));
            }
            sizes.add(size);
        }
        Rules.unique(path, "pageSize", sizes);
    }

    private static void checkNetwork(JsonPath path, Resources.Network network) {
        Rules.uint32(path.member("classID"), network.classID());
        for (int i = 0; i < network.priorities().size(); i++) {
            Resources.InterfacePriority priority = network.priorities().get(i);
            JsonPath place = path.member("priorities").item(i);
            Rules.interfaceName(place.member("name"), priority.name());
            Rules.uint32(place.member("priority"), priority.priority());
        }
    }

    private static void checkRdma(JsonPath path, Resources.Rdma limit) {
        if (limit.hcaHandles().isEmpty() && limit.hcaObjects().isEmpty()) {
            throw path.error("needs hcaHandles or hcaObjects");
        }
        Rules.uint32(path.member("hcaHandles"), limit.hcaHandles());
        Rules.uint32(path.member("hcaObjects"), limit.hcaObjects());
    }

    /** A key becomes a file name below the cgroup, so it must not lead anywhere else. */
    private static void checkUnifiedKey(JsonPath path, String key) {
        boolean core = key.startsWith("cgroup.") && !CORE_LIMITS.contains(key);
        if (core || !UNIFIED_KEY.matcher(key).matches()) {
            throw path.error("is not the name of a controller's file, such as memory.high");
        }
    }

    private static void atLeastMinusOne(JsonPath path, OptionalLong value) {
        if (value.isPresent() && value.getAsLong() < -1) {
            throw path.error("must be -1 (unlimited) or more, is " + value.getAsLong());
        }
    }
}
