package dev.libcontainer.spec;

import java.util.List;

/** Makes the JSON object of a {@link Resources}. */
final class ResourcesWriter {
    private ResourcesWriter() {}

    static void resources(ObjectBuilder json, Resources resources) {
        json.objects("devices", resources.devices(), ResourcesWriter::deviceRule);
        json.object("memory", resources.memory(), ResourcesWriter::memory);
        json.object("cpu", resources.cpu(), ResourcesWriter::cpu);
        json.object("pids", resources.pids(), (object, pids) -> object.number("limit", pids.limit()));
        json.object("blockIO", resources.blockIO(), ResourcesWriter::blockIo);
        json.objects("hugepageLimits", resources.hugepageLimits(), (object, limit) -> {
            object.text("pageSize", limit.pageSize());
            object.unsigned("limit", limit.limit());
        });
        json.object("network", resources.network(), ResourcesWriter::network);
        json.objectMap("rdma", resources.rdma(), (object, limit) -> {
            object.number("hcaHandles", limit.hcaHandles());
            object.number("hcaObjects", limit.hcaObjects());
        });
        json.textMap("unified", resources.unified());
    }

    private static void deviceRule(ObjectBuilder json, Resources.DeviceRule rule) {
        json.flag("allow", rule.allow());
        json.text("type", rule.type());
        json.number("major", rule.major());
        json.number("minor", rule.minor());
        json.text("access", rule.access());
    }

    private static void memory(ObjectBuilder json, Resources.Memory memory) {
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

    private static void cpu(ObjectBuilder json, Resources.Cpu cpu) {
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

    private static void blockIo(ObjectBuilder json, Resources.BlockIo blockIo) {
        json.number("weight", blockIo.weight());
        json.number("leafWeight", blockIo.leafWeight());
        json.objects("weightDevice", blockIo.weightDevice(), (object, device) -> {
            object.number("major", device.major());
            object.number("minor", device.minor());
            object.number("weight", device.weight());
            object.number("leafWeight", device.leafWeight());
        });
        throttles(json, "throttleReadBpsDevice", blockIo.throttleReadBpsDevice());
        throttles(json, "throttleWriteBpsDevice", blockIo.throttleWriteBpsDevice());
        throttles(json, "throttleReadIOPSDevice", blockIo.throttleReadIOPSDevice());
        throttles(json, "throttleWriteIOPSDevice", blockIo.throttleWriteIOPSDevice());
    }

    private static void throttles(ObjectBuilder json, String name, List<Resources.ThrottleDevice> devices) {
        json.objects(name, devices, (object, device) -> {
            object.number("major", device.major());
            object.number("minor", device.minor());
            object.unsigned("rate", device.rate());
        });
    }

    private static void network(ObjectBuilder json, Resources.Network network) {
        json.number("classID", network.classID());
        json.objects("priorities", network.priorities(), (object, priority) -> {
            object.text("name", priority.name());
            object.number("priority", priority.priority());
        });
    }
}
