package dev.libcontainer.spec;

import static dev.libcontainer.spec.IntegerType.INT64;
import static dev.libcontainer.spec.IntegerType.UINT32;
import static dev.libcontainer.spec.IntegerType.UINT64;

/** Makes a {@link Linux} of its JSON object, but for the resources. */
final class LinuxReader {
    private LinuxReader() {}

    static Linux linux(Members json) {
        return new Linux(
                json.objects("namespaces", LinuxReader::namespace),
                json.objects("uidMappings", SpecReader::idMapping),
                json.objects("gidMappings", SpecReader::idMapping),
                json.objectMap("timeOffsets", LinuxReader::timeOffset),
                json.objects("devices", LinuxReader::device),
                json.optionalText("cgroupsPath"),
                json.object("resources", ResourcesReader::resources),
                json.optionalText("rootfsPropagation"),
                json.object("seccomp", LinuxReader::seccomp),
                json.textMap("sysctl"),
                json.texts("maskedPaths"),
                json.texts("readonlyPaths"),
                json.optionalText("mountLabel"),
                json.object("intelRdt", LinuxReader::intelRdt),
                json.object("personality", LinuxReader::personality),
                json.objectMap("netDevices", device -> new NetDevice(device.optionalText("name"))),
                json.object("memoryPolicy", LinuxReader::memoryPolicy));
    }

    private static Namespace namespace(Members json) {
        String name = json.text("type");
        NamespaceType type = NamespaceType.fromJson(name)
                .orElseThrow(() -> Known.NAMESPACES.unknown(json.at("type"), name));
        return new Namespace(type, json.optionalText("path"));
    }

    private static TimeOffset timeOffset(Members json) {
        return new TimeOffset(json.integer("secs", INT64, 0), json.integer("nanosecs", UINT32, 0));
    }

    private static Device device(Members json) {
        String type = json.text("type");
        boolean numbered = !type.equals("p");
        return new Device(
                type,
                json.text("path"),
                numbered ? json.integer("major", INT64) : json.integer("major", INT64, 0),
                numbered ? json.integer("minor", INT64) : json.integer("minor", INT64, 0),
                json.optionalInt("fileMode", UINT32),
                json.optionalInteger("uid", UINT32),
                json.optionalInteger("gid", UINT32));
    }

    private static IntelRdt intelRdt(Members json) {
        return new IntelRdt(
                json.optionalText("closID"),
                json.texts("schemata"),
                json.optionalText("l3CacheSchema"),
                json.optionalText("memBwSchema"),
                json.flag("enableMonitoring"));
    }

    private static Personality personality(Members json) {
        return new Personality(json.text("domain"), json.texts("flags"));
    }

    private static MemoryPolicy memoryPolicy(Members json) {
        return new MemoryPolicy(json.text("mode"), json.optionalText("nodes").orElse(""), json.texts("flags"));
    }

    private static Seccomp seccomp(Members json) {
        return new Seccomp(
                json.text("defaultAction"),
                json.optionalInt("defaultErrnoRet", UINT32),
                json.texts("architectures"),
                json.texts("flags"),
                json.optionalText("listenerPath"),
                json.optionalText("listenerMetadata"),
                json.objects("syscalls", LinuxReader::syscallRule));
    }

    private static Seccomp.SyscallRule syscallRule(Members json) {
        return new Seccomp.SyscallRule(
                json.texts("names"),
                json.text("action"),
                json.optionalInt("errnoRet", UINT32),
                json.objects("args", LinuxReader::seccompArg));
    }

    private static Seccomp.Arg seccompArg(Members json) {
        return new Seccomp.Arg(
                json.requiredInt("index", UINT32),
                json.integer("value", UINT64),
                json.integer("valueTwo", UINT64, 0),
                json.text("op"));
    }
}
