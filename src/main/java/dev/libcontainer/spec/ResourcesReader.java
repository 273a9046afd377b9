package dev.libcontainer.spec;

import static dev.libcontainer.spec.IntegerType.INT64;
import static dev.libcontainer.spec.IntegerType.UINT16;
import static dev.libcontainer.spec.IntegerType.UINT32;
import static dev.libcontainer.spec.IntegerType.UINT64;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a {@link Resources} of its JSON object. */
final class ResourcesReader {
    private ResourcesReader() {}

    static Resources resources(Members json) {
        return new Resources(
                deviceRules(json.objects("devices")),
                memory(json.object("memory")),
                cpu(json.object("cpu")),
                pids(json.object("pids")),
                blockIo(json.object("blockIO")),
                hugepageLimits(json.objects("hugepageLimits")),
                network(json.object("network")),
                rdma(json.objectMap("rdma")),
                json.textMap("unified"));
    }

    private static List<Resources.DeviceRule> deviceRules(List<Members> items) {
        List<Resources.DeviceRule> rules = new ArrayList<>(items.size());
        for (Members json : items) {
            rules.add(new Resources.DeviceRule(
                    json.requiredFlag("allow"),
                    json.optionalText("type"),
                    json.optionalInteger("major", INT64),
                    json.optionalInteger("minor", INT64),
                    json.optionalText("access")));
        }
        return rules;
    }

    private static Optional<Resources.Memory> memory(Members json) {
        return json.isAbsent()
                ? Optional.empty()
                : Optional.of(new Resources.Memory(
                        json.optionalInteger("limit", INT64),
                        json.optionalInteger("reservation", INT64),
                        json.optionalInteger("swap", INT64),
                        json.optionalInteger("kernel", INT64),
                        json.optionalInteger("kernelTCP", INT64),
                        json.optionalInteger("swappiness", UINT64),
                        json.optionalFlag("disableOOMKiller"),
                        json.optionalFlag("useHierarchy"),
                        json.optionalFlag("checkBeforeUpdate")));
    }

    private static Optional<Resources.Cpu> cpu(Members json) {
        return json.isAbsent()
                ? Optional.empty()
                : Optional.of(new Resources.Cpu(
                        json.optionalInteger("shares", UINT64),
                        json.optionalInteger("quota", INT64),
                        json.optionalInteger("burst", UINT64),
                        json.optionalInteger("period", UINT64),
                        json.optionalInteger("realtimeRuntime", INT64),
                        json.optionalInteger("realtimePeriod", UINT64),
                        json.optionalText("cpus"),
                        json.optionalText("mems"),
                        json.optionalInteger("idle", INT64)));
    }

    private static Optional<Resources.Pids> pids(Members json) {
        return json.isAbsent()
                ? Optional.empty()
                : Optional.of(new Resources.Pids(json.optionalInteger("limit", INT64)));
    }

    private static Optional<Resources.BlockIo> blockIo(Members json) {
        return json.isAbsent()
                ? Optional.empty()
                : Optional.of(new Resources.BlockIo(
                        json.optionalInt("weight", UINT16),
                        json.optionalInt("leafWeight", UINT16),
                        weightDevices(json.objects("weightDevice")),
                        throttleDevices(json.objects("throttleReadBpsDevice")),
                        throttleDevices(json.objects("throttleWriteBpsDevice")),
                        throttleDevices(json.objects("throttleReadIOPSDevice")),
                        throttleDevices(json.objects("throttleWriteIOPSDevice"))));
    }

    private static List<Resources.WeightDevice> weightDevices(List<Members> items) {
        List<Resources.WeightDevice> devices = new ArrayList<>(items.size());
        for (Members json : items) {
            devices.add(new Resources.WeightDevice(
                    json.requiredInteger("major", INT64),
                    json.requiredInteger("minor", INT64),
                    json.optionalInt("weight", UINT16),
                    json.optionalInt("leafWeight", UINT16)));
        }
        return devices;
    }

    private static List<Resources.ThrottleDevice> throttleDevices(List<Members> items) {
        List<Resources.ThrottleDevice> devices = new ArrayList<>(items.size());
        for (Members json : items) {
            devices.add(new Resources.ThrottleDevice(
                    json.requiredInteger("major", INT64),
                    json.requiredInteger("minor", INT64),
                    json.requiredInteger("rate", UINT64)));
        }
        return devices;
    }

    private static List<Resources.HugepageLimit> hugepageLimits(List<Members> items) {
        List<Resources.HugepageLimit> limits = new ArrayList<>(items.size());
        for (Members json : items) {
            limits.add(new Resources.HugepageLimit(json.text("pageSize"), json.requiredInteger("limit", UINT64)));
        }
        return limits;
    }

    private static Optional<Resources.Network> network(Members json) {
        return json.isAbsent()
                ? Optional.empty()
                : Optional.of(new Resources.Network(
                        json.optionalInteger("classID", UINT32), interfacePriorities(json.objects("priorities"))));
    }

    private static List<Resources.InterfacePriority> interfacePriorities(List<Members> items) {
        List<Resources.InterfacePriority> priorities = new ArrayList<>(items.size());
        for (Members json : items) {
            priorities.add(
                    new Resources.InterfacePriority(json.text("name"), json.requiredInteger("priority", UINT32)));
        }
        return priorities;
    }

    private static Map<String, Resources.Rdma> rdma(Map<String, Members> devices) {
        Map<String, Resources.Rdma> limits = new LinkedHashMap<>();
        for (Map.Entry<String, Members> device : devices.entrySet()) {
            Members json = device.getValue();
            limits.put(
                    device.getKey(),
                    new Resources.Rdma(
                            json.optionalInteger("hcaHandles", UINT32), json.optionalInteger("hcaObjects", UINT32)));
        }
        return limits;
    }
}
