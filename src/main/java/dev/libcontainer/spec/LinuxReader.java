package dev.libcontainer.spec;

import static dev.libcontainer.spec.IntegerType.INT64;
import static dev.libcontainer.spec.IntegerType.UINT32;
import static dev.libcontainer.spec.IntegerType.UINT64;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Makes a {@link Linux} of its JSON object, but for the resources. */
final class LinuxReader {
    private LinuxReader() {}

    static Linux linux(Members json) {
        return new Linux(
                namespaces(json.objects("namespaces")),
                SpecReader.idMappings(json.objects("uidMappings")),
                SpecReader.idMappings(json.objects("gidMappings")),
                timeOffsets(json.objectMap("timeOffsets")),
                devices(json.objects("devices")),
                json.optionalText("cgroupsPath"),
                resources(json.object("resources")),
                json.optionalText("rootfsPropagation"),
                seccomp(json.object("seccomp")),
                json.textMap("sysctl"),
                json.texts("maskedPaths"),
                json.texts("readonlyPaths"),
                json.optionalText("mountLabel"),
                intelRdt(json.object("intelRdt")),
                personality(json.object("personality")),
                netDevices(json.objectMap("netDevices")),
                memoryPolicy(json.object("memoryPolicy")));
    }

    private static List<Namespace> namespaces(List<Members> items) {
        List<Namespace> namespaces = new ArrayList<>(items.size());
        for (Members json : items) {
            String name = json.text("type");
            Optional<NamespaceType> type = NamespaceType.fromJson(name);
            if (type.isEmpty()) {
                throw Known.NAMESPACES.unknown(json.at("type"), name);
            }
            namespaces.add(new Namespace(type.get(), json.optionalText("path")));
        }
        return namespaces;
    }

    private static Map<String, TimeOffset> timeOffsets(Map<String, Members> clocks) {
        Map<String, TimeOffset> offsets = new LinkedHashMap<>();
        for (Map.Entry<String, Members> clock : clocks.entrySet()) {
            Members json = clock.getValue();
            TimeOffset offset = new TimeOffset(json.integer("secs", INT64), json.integer("nanosecs", UINT32));
            offsets.put(clock.getKey(), offset);
        }
        return offsets;
    }

    private static List<Device> devices(List<Members> items) {
        List<Device> devices = new ArrayList<>(items.size());
        for (Members json : items) {
            String type = json.text("type");
            boolean numbered = !type.equals("p"); // a FIFO has no driver
            devices.add(new Device(
                    type,
                    json.text("path"),
                    numbered ? json.requiredInteger("major", INT64) : json.integer("major", INT64),
                    numbered ? json.requiredInteger("minor", INT64) : json.integer("minor", INT64),
                    json.optionalInt("fileMode", UINT32),
                    json.optionalInteger("uid", UINT32),
                    json.optionalInteger("gid", UINT32)));
        }
        return devices;
    }

    private static Optional<Resources> resources(Members json) {
        return json.isAbsent() ? Optional.empty() : Optional.of(ResourcesReader.resources(json));
    }

    private static Optional<IntelRdt> intelRdt(Members json) {
        return json.isAbsent()
                ? Optional.empty()
                : Optional.of(new IntelRdt(
                        json.optionalText("closID"),
                        json.texts("schemata"),
                        json.optionalText("l3CacheSchema"),
                        json.optionalText("memBwSchema"),
                        json.flag("enableMonitoring")));
    }

    private static Optional<Personality> personality(Members json) {
        return json.isAbsent()
                ? Optional.empty()
                : Optional.of(new Personality(json.text("domain"), json.texts("flags")));
    }

    private static Map<String, NetDevice> netDevices(Map<String, Members> devices) {
        Map<String, NetDevice> netDevices = new LinkedHashMap<>();
        for (Map.Entry<String, Members> device : devices.entrySet()) {
            netDevices.put(device.getKey(), new NetDevice(device.getValue().optionalText("name")));
        }
        return netDevices;
    }

    private static Optional<MemoryPolicy> memoryPolicy(Members json) {
        return json.isAbsent()
                ? Optional.empty()
                : Optional.of(new MemoryPolicy(
                        json.text("mode"), json.optionalText("nodes").orElse(""), json.texts("flags")));
    }

    private static Optional<Seccomp> seccomp(Members json) {
        return json.isAbsent()
                ? Optional.empty()
                : Optional.of(new Seccomp(
                        json.text("defaultAction"),
                        json.optionalInt("defaultErrnoRet", UINT32),
                        json.texts("architectures"),
                        json.texts("flags"),
                        json.optionalText("listenerPath"),
                        json.optionalText("listenerMetadata"),
                        syscallRules(json.objects("syscalls"))));
    }

    private static List<Seccomp.SyscallRule> syscallRules(List<Members> items) {
        List<Seccomp.SyscallRule> rules = new ArrayList<>(items.size());
        for (Members json : items) {
            rules.add(new Seccomp.SyscallRule(
                    json.texts("names"),
                    json.text("action"),
                    json.optionalInt("errnoRet", UINT32),
                    seccompArgs(json.objects("args"))));
        }
        return rules;
    }

    private static List<Seccomp.Arg> seccompArgs(List<Members> items) {
        List<Seccomp.Arg> args = new ArrayList<>(items.size());
        for (Members json : items) {
            args.add(new Seccomp.Arg(
                    json.requiredInt("index", UINT32),
                    json.requiredInteger("value", UINT64),
                    json.integer("valueTwo", UINT64),
                    json.text("op")));
        }
        return args;
    }
}
