package dev.libcontainer.spec;

/** Makes the JSON object of a {@link Linux}, but for its resources. */
final class LinuxWriter {
    private LinuxWriter() {}

    static void linux(ObjectBuilder json, Linux linux) {
        json.objects("namespaces", linux.namespaces(), (object, namespace) -> {
            object.text("type", namespace.type().jsonName());
            object.text("path", namespace.path());
        });
        json.objects("uidMappings", linux.uidMappings(), SpecWriter::idMapping);
        json.objects("gidMappings", linux.gidMappings(), SpecWriter::idMapping);
        json.objectMap("timeOffsets", linux.timeOffsets(), (object, offset) -> {
            object.number("secs", offset.secs());
            object.number("nanosecs", offset.nanosecs());
        });
        json.objects("devices", linux.devices(), LinuxWriter::device);
        json.text("cgroupsPath", linux.cgroupsPath());
        json.object("resources", linux.resources(), ResourcesWriter::resources);
        json.text("rootfsPropagation", linux.rootfsPropagation());
        json.object("seccomp", linux.seccomp(), LinuxWriter::seccomp);
        json.textMap("sysctl", linux.sysctl());
        json.texts("maskedPaths", linux.maskedPaths());
        json.texts("readonlyPaths", linux.readonlyPaths());
        json.text("mountLabel", linux.mountLabel());
        json.object("intelRdt", linux.intelRdt(), LinuxWriter::intelRdt);
        json.object("personality", linux.personality(), (object, personality) -> {
            object.text("domain", personality.domain());
            object.texts("flags", personality.flags());
        });
        json.objectMap("netDevices", linux.netDevices(), (object, device) -> object.text("name", device.name()));
        json.object("memoryPolicy", linux.memoryPolicy(), (object, policy) -> {
            object.text("mode", policy.mode());
            object.text("nodes", policy.nodes());
            object.texts("flags", policy.flags());
        });
    }

    private static void device(ObjectBuilder json, Device device) {
        json.text("path", device.path());
        json.text("type", device.type());
        json.number("major", device.major());
        json.number("minor", device.minor());
        json.number("fileMode", device.fileMode());
        json.number("uid", device.uid());
        json.number("gid", device.gid());
    }

    private static void intelRdt(ObjectBuilder json, IntelRdt rdt) {
        json.text("closID", rdt.closID());
        json.texts("schemata", rdt.schemata());
        json.text("l3CacheSchema", rdt.l3CacheSchema());
        json.text("memBwSchema", rdt.memBwSchema());
        json.flagIfSet("enableMonitoring", rdt.enableMonitoring());
    }

    private static void seccomp(ObjectBuilder json, Seccomp seccomp) {
        json.text("defaultAction", seccomp.defaultAction());
        json.number("defaultErrnoRet", seccomp.defaultErrnoRet());
        json.texts("architectures", seccomp.architectures());
        json.texts("flags", seccomp.flags());
        json.text("listenerPath", seccomp.listenerPath());
        json.text("listenerMetadata", seccomp.listenerMetadata());
        json.objects("syscalls", seccomp.syscalls(), LinuxWriter::syscallRule);
    }

    private static void syscallRule(ObjectBuilder json, Seccomp.SyscallRule rule) {
        json.texts("names", rule.names());
        json.text("action", rule.action());
        json.number("errnoRet", rule.errnoRet());
        json.objects("args", rule.args(), (object, arg) -> {
            object.number("index", arg.index());
            object.unsigned("value", arg.value());
            object.unsignedIfSet("valueTwo", arg.valueTwo());
            object.text("op", arg.op());
        });
    }
}
