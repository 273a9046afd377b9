package dev.libcontainer.spec;

import java.util.List;
import java.util.Map;

/** Makes the JSON object of a {@link Resources}. */
final class ResourcesWriter {
    private ResourcesWriter() {}

    static void write(ObjectBuilder json, Resources resources) {
        for (Resources.DeviceRule rule : resources.devices()) {
            write(json.item("devices"), rule);
        }
        if (resources.memory().isPresent()) {
            write(json.object("memory"), resources.memory().get());
        }
        if (resources.cpu().isPresent()) {
            write(json.object("cpu"), resources.cpu().get());
        }
        if (resources.pids().isPresent()) {
            json.object("pids").number("limit", resources.pids().get().limit());
        }
        if (resources.blockIO().isPresent()) {
            write(json.object("blockIO"), resources.blockIO().get());
        }
        for (Resources.HugepageLimit limit : resources.hugepageLimits()) {
            ObjectBuilder item = json.item("hugepageLimits");
            item.text("pageSize", limit.pageSize());
            item.unsigned("limit", limit.limit());
        }
        if (resources.network().isPresent()) {
            write(json.object("network"), resources.network().get());
        }
        writeRdma(json, resources.rdma());
        json.textMap("unified", resources.unified());
    }

    private static void write(ObjectBuilder json, Resources.DeviceRule rule) {
        json.flag("allow", rule.allow());
        json.text("type", rule.type());
        json.number("major", rule.major());
        json.number("minor", rule.minor());
        json.text("access", rule.access());
    }

    private static void write(ObjectBuilder json, Resources.Memory memory) {
        json.number("limit", memory.limit());
        json.number("reservation", memory.reservation());
        json.number("swap", memory.swap());
        json.number("kernel", memory.kernel());
        json.number("kernelTCP", memory.kernelTCP());
        json.unsigned("swappiness", memory.swappiness());
        json.flag("disableOOMKiller", memory.disableOOMKiller());
        json.flag("useHierarchy", memory.useHierarchy());
        json.flag("checkBeforeUpdate", memory.checkBeforeUpdate());
    }

    private static void write(ObjectBuilder json, Resources.Cpu cpu) {
        json.unsigned("shares", cpu.shares());
        json.number("quota", cpu.quota());
        json.unsigned("burst", cpu.burst());
        json.unsigned("period", cpu.period());
        json.number("realtimeRuntime", cpu.realtimeRuntime());
        json.unsigned("realtimePeriod", cpu.realtimePeriod());
        json.text("cpus", cpu.cpus());
        json.text("mems", cpu.mems());
        json.number("idle", cpu.idle());
    }

    private static void write(ObjectBuilder json, Resources.BlockIo blockIo) {
        json.number("weight", blockIo.weight());
        json.number("leafWeight", blockIo.leafWeight());
        for (Resources.WeightDevice device : blockIo.weightDevice()) {
            ObjectBuilder item = json.item("weightDevice");
            item.number("major", device.major());
            item.number("minor", device.minor());
            item.number("weight", device.weight());
            item.number("leafWeight", device.leafWeight());
        }
        writeThrottles(json, "throttleReadBpsDevice", blockIo.throttleReadBpsDevice());
        writeThrottles(json, "throttleWriteBpsDevice", blockIo.throttleWriteBpsDevice());
        writeThrottles(json, "throttleReadIOPSDevice", blockIo.throttleReadIOPSDevice());
        writeThrottles(json, "throttleWriteIOPSDevice", blockIo.throttleWriteIOPSDevice());
    }

    private static void writeThrottles(ObjectBuilder json, String name, List<Resources.ThrottleDevice> devices) {
        for (Resources.ThrottleDevice device : devices) {
            ObjectBuilder item = json.item(name);
            item.number("major", device.major());
            item.number("minor", device.minor());
            item.unsigned("rate", device.rate());
        }
    }

    private static void write(ObjectBuilder json, Resources.Network network) {
        json.number("classID", network.classID());
        for (Resources.InterfacePriority priority : network.priorities()) {
            ObjectBuilder item = json.item("priorities");
            item.text("name", priority.name());
            item.number("priority", priority.priority());
        }
    }

    private static void writeRdma(ObjectBuilder json, Map<String, Resources.Rdma> limits) {
        if (limits.isEmpty()) {
            return;
        }
        ObjectBuilder devices = json.object("rdma");
        for (Map.Entry<String, Resources.Rdma> limit : limits.entrySet()) {
            ObjectBuilder device = devices.object(limit.getKey());
            device.number("hcaHandles", limit.getValue().hcaHandles());
            device.number("hcaObjects", limit.getValue().hcaObjects());
        }
    }
}
