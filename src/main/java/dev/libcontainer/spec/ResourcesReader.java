package dev.libcontainer.spec;

import static dev.libcontainer.spec.IntegerType.INT64;
import static dev.libcontainer.spec.IntegerType.UINT16;
import static dev.libcontainer.spec.IntegerType.UINT32;
import static dev.libcontainer.spec.IntegerType.UINT64;

/** Makes a {@link Resources} of its JSON object. */
final class ResourcesReader {
    private ResourcesReader() {}

    static Resources resources(Members json) {
        return new Resources(
                json.objects("devices", ResourcesReader::deviceRule),
                json.object("memory", ResourcesReader::memory),
                json.object("cpu", ResourcesReader::cpu),
                json.object("pids", pids -> new Resources.Pids(pids.optionalInteger("limit", INT64))),
                json.object("blockIO", ResourcesReader::blockIo),
                json.objects("hugepageLimits", ResourcesReader::hugepageLimit),
                json.object("network", ResourcesReader::network),
                json.objectMap("rdma", ResourcesReader::rdma),
                json.textMap("unified"));
    }

    private static Resources.DeviceRule deviceRule(Members json) {
        return new Resources.DeviceRule(
                json.requiredFlag("allow"),
                json.optionalText("type"),
                json.optionalInteger("major", INT64),
                json.optionalInteger("minor", INT64),
                json.optionalText("access"));
    }

    private static Resources.Memory memory(Members json) {
        return new Resources.Memory(
                json.optionalInteger("limit", INT64),
                json.optionalInteger("reservation", INT64),
                json.optionalInteger("swap", INT64),
                json.optionalInteger("kernel", INT64),
                json.optionalInteger("kernelTCP", INT64),
                json.optionalInteger("swappiness", UINT64),
                json.optionalFlag("disableOOMKiller"),
                json.optionalFlag("useHierarchy"),
                json.optionalFlag("checkBeforeUpdate"));
    }

    private static Resources.Cpu cpu(Members json) {
        return new Resources.Cpu(
                json.optionalInteger("shares", UINT64),
                json.optionalInteger("quota", INT64),
                json.optionalInteger("burst", UINT64),
                json.optionalInteger("period", UINT64),
                json.optionalInteger("realtimeRuntime", INT64),
                json.optionalInteger("realtimePeriod", UINT64),
                json.optionalText("cpus"),
                json.optionalText("mems"),
                json.optionalInteger("idle", INT64));
    }

    private static Resources.BlockIo blockIo(Members json) {
        return new Resources.BlockIo(
                json.optionalInt("weight", UINT16),
                json.optionalInt("leafWeight", UINT16),
                json.objects("weightDevice", ResourcesReader::weightDevice),
                json.objects("throttleReadBpsDevice", ResourcesReader::throttleDevice),
                json.objects("throttleWriteBpsDevice", ResourcesReader::throttleDevice),
                json.objects("throttleReadIOPSDevice", ResourcesReader::throttleDevice),
                json.objects("throttleWriteIOPSDevice", ResourcesReader::throttleDevice));
    }

    private static Resources.WeightDevice weightDevice(Members json) {
        return new Resources.WeightDevice(
                json.integer("major", INT64),
                json.integer("minor", INT64),
                json.optionalInt("weight", UINT16),
                json.optionalInt("leafWeight", UINT16));
    }

    private static Resources.ThrottleDevice throttleDevice(Members json) {
        return new Resources.ThrottleDevice(
                json.integer("major", INT64), json.integer("minor", INT64), json.integer("rate", UINT64));
    }

    private static Resources.HugepageLimit hugepageLimit(Members json) {
        return new Resources.HugepageLimit(json.text("pageSize"), json.integer("limit", UINT64));
    }

    private static Resources.Network network(Members json) {
        return new Resources.Network(
                json.optionalInteger("classID", UINT32),
                json.objects("priorities", ResourcesReader::interfacePriority));
    }

    private static Resources.InterfacePriority interfacePriority(Members json) {
        return new Resources.InterfacePriority(json.text("name"), json.integer("priority", UINT32));
    }

    private static Resources.Rdma rdma(Members json) {
        return new Resources.Rdma(
                json.optionalInteger("hcaHandles", UINT32), json.optionalInteger("hcaObjects", UINT32));
    }
}
