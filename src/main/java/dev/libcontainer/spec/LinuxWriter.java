package dev.libcontainer.spec;

import java.util.Map;

/** Makes the JSON object of a {@link Linux}, but for its resources. */
final class LinuxWriter {
    private LinuxWriter() {}

    static void write(ObjectBuilder json, Linux linux) {
        for (Namespace namespace : linux.namespaces()) {
            ObjectBuilder item = json.item("namespaces");
            item.text("type", namespace.type().jsonName());
            item.text("path", namespace.path());
        }
        SpecWriter.writeIdMappings(json, "uidMappings", linux.uidMappings());
        SpecWriter.writeIdMappings(json, "gidMappings", linux.gidMappings());
        writeTimeOffsets(json, linux.timeOffsets());
        for (Device device : linux.devices()) {
            write(json.item("devices"), device);
        }
        json.text("cgroupsPath", linux.cgroupsPath());
        if (linux.resources().isPresent()) {
            ResourcesWriter.write(json.object("resources"), linux.resources().get());
        }
        json.text("rootfsPropagation", linux.rootfsPropagation());
        if (linux.seccomp().isPresent()) {
            write(json.object("seccomp"), linux.seccomp().get());
        }
        json.textMap("sysctl", linux.sysctl());
        json.texts("maskedPaths", linux.maskedPaths());
        json.texts("readonlyPaths", linux.readonlyPaths());
        json.text("mountLabel", linux.mountLabel());
        if (linux.intelRdt().isPresent()) {
            write(json.object("intelRdt"), linux.intelRdt().get());
        }
        if (linux.personality().isPresent()) {
            ObjectBuilder personality = json.object("personality");
            personality.text("domain", linux.personality().get().domain());
            personality.texts("flags", linux.personality().get().flags());
        }
        writeNetDevices(json, linux.netDevices());
        if (linux.memoryPolicy().isPresent()) {
            write(json.object("memoryPolicy"), linux.memoryPolicy().get());
        }
    }

    private static void writeTimeOffsets(ObjectBuilder json, Map<String, TimeOffset> offsets) {
        if (offsets.isEmpty()) {
            return;
        }
        ObjectBuilder clocks = json.object("timeOffsets");
        for (Map.Entry<String, TimeOffset> offset : offsets.entrySet()) {
            ObjectBuilder clock = clocks.object(offset.getKey());
            clock.number("secs", offset.getValue().secs());
            clock.number("nanosecs", offset.getValue().nanosecs());
        }
    }

    private static void writeNetDevices(ObjectBuilder json, Map<String, NetDevice> netDevices) {
        if (netDevices.isEmpty()) {
            return;
        }
        ObjectBuilder devices = json.object("netDevices");
        for (Map.Entry<String, NetDevice> device : netDevices.entrySet()) {
            devices.object(device.getKey()).text("name", device.getValue().name());
        }
    }

    private static void write(ObjectBuilder json, Device device) {
        json.text("path", device.path());
        json.text("type", device.type());
        json.number("major", device.major());
        json.number("minor", device.minor());
        json.number("fileMode", device.fileMode());
        json.number("uid", device.uid());
        json.number("gid", device.gid());
    }

    private static void write(ObjectBuilder json, IntelRdt rdt) {
        json.text("closID", rdt.closID());
        json.texts("schemata", rdt.schemata());
        json.text("l3CacheSchema", rdt.l3CacheSchema());
        json.text("memBwSchema", rdt.memBwSchema());
        json.flagIfSet("enableMonitoring", rdt.enableMonitoring());
    }

    private static void write(ObjectBuilder json, MemoryPolicy policy) {
        json.text("mode", policy.mode());
        json.text("nodes", policy.nodes());
        json.texts("flags", policy.flags());
    }

    private static void write(ObjectBuilder json, Seccomp seccomp) {
        json.text("defaultAction", seccomp.defaultAction());
        json.number("defaultErrnoRet", seccomp.defaultErrnoRet());
        json.texts("architectures", seccomp.architectures());
        json.texts("flags", seccomp.flags());
        json.text("listenerPath", seccomp.listenerPath());
        json.text("listenerMetadata", seccomp.listenerMetadata());
        for (Seccomp.SyscallRule rule : seccomp.syscalls()) {
            write(json.item("syscalls"), rule);
        }
    }

    private static void write(ObjectBuilder json, Seccomp.SyscallRule rule) {
        json.texts("names", rule.names());
        json.text("action", rule.action());
        json.number("errnoRet", rule.errnoRet());
        for (Seccomp.Arg arg : rule.args()) {
            ObjectBuilder item = json.item("args");
            item.number("index", arg.index());
            item.unsigned("value", arg.value());
            item.unsignedIfSet("valueTwo", arg.valueTwo());
            item.text("op", arg.op());
        }
    }
}
