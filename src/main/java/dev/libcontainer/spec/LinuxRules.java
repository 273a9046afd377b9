package dev.libcontainer.spec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rules of {@code linux}, but for its resources and its seccomp filter. */
final class LinuxRules {
    private static final Known PROPAGATIONS = Known.of(
            "propagation", "shared", "slave", "private", "unbindable", "rshared", "rslave", "rprivate", "runbindable");
    private static final Known CLOCKS = Known.of("clock", "boottime", "monotonic");
    private static final Known DEVICE_TYPES = Known.of("device type", "c", "b", "u", "p");
    private static final Known DOMAINS = Known.of("personality", "LINUX", "LINUX32");
    private static final Known MEMORY_POLICIES = Known.of(
            "memory policy",
            "MPOL_DEFAULT",
            "MPOL_BIND",
            "MPOL_INTERLEAVE",
            "MPOL_WEIGHTED_INTERLEAVE",
            "MPOL_PREFERRED",
            "MPOL_PREFERRED_MANY",
            "MPOL_LOCAL");
    private static final Known MEMORY_POLICY_FLAGS =
            Known.of("memory policy flag", "MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES");
    private static final int LAST_NANOSECOND = 999_999_999;

    private LinuxRules() {}

    static void check(JsonPath path, Linux linux) {
        checkNamespaces(path.member("namespaces"), linux.namespaces());
        checkIdMappings(path, linux);
        checkTimeOffsets(path.member("timeOffsets"), linux);
        checkDevices(path.member("devices"), linux.devices());
        if (linux.resources().isPresent()) {
            ResourcesRules.check(path.member("resources"), linux.resources().get());
        }
        PROPAGATIONS.check(path.member("rootfsPropagation"), linux.rootfsPropagation());
        if (linux.seccomp().isPresent()) {
            SeccompRules.check(path.member("seccomp"), linux.seccomp().get());
        }
        checkSysctls(path.member("sysctl"), linux);
        Rules.allAbsolute(path.member("maskedPaths"), linux.maskedPaths());
        Rules.allAbsolute(path.member("readonlyPaths"), linux.readonlyPaths());
        if (linux.intelRdt().isPresent() && linux.intelRdt().get().closID().isPresent()) {
            checkClosId(
                    path.member("intelRdt").member("closID"),
                    linux.intelRdt().get().closID().get());
        }
        if (linux.personality().isPresent()) {
            DOMAINS.check(
                    path.member("personality").member("domain"),
                    linux.personality().get().domain());
        }
        checkNetDevices(path.member("netDevices"), linux);
        if (linux.memoryPolicy().isPresent()) {
            checkMemoryPolicy(path.member("memoryPolicy"), linux.memoryPolicy().get());
        }
    }

    /** Throws unless the container has a namespace of that type, new or joined. */
    static void needs(JsonPath path, NamespaceType type, Optional<Linux> linux) {
        if (linux.isEmpty() || linux.get().namespace(type).isEmpty()) {
            throw path.error(
                    "needs a " + type.jsonName() + " namespace, or it would change the host",
                    "Add {\"type\": \"" + type.jsonName() + "\"} to linux.namespaces.");
        }
    }

    private static void checkNamespaces(JsonPath path, List<Namespace> namespaces) {
        List<String> types = new ArrayList<>(namespaces.size());
        for (int i = 0; i < namespaces.size(); i++) {
            types.add(namespaces.get(i).type().jsonName());
            if (namespaces.get(i).path().isPresent()) {
                Rules.absolute(
                        path.item(i).member("path"), namespaces.get(i).path().get());
            }
        }
        Rules.unique(path, "type", types);
    }

    private static void checkIdMappings(JsonPath path, Linux linux) {
        Rules.idMappings(path.member("uidMappings"), linux.uidMappings());
        Rules.idMappings(path.member("gidMappings"), linux.gidMappings());
        if (linux.namespace(NamespaceType.USER).isEmpty()) {
            onlyWithUserNamespace(path.member("uidMappings"), linux.uidMappings());
            onlyWithUserNamespace(path.member("gidMappings"), linux.gidMappings());
        }
    }

    private static void onlyWithUserNamespace(JsonPath path, List<IdMapping> mappings) {
        if (!mappings.isEmpty()) {
            throw path.error("needs a user namespace", "Add {\"type\": \"user\"} to linux.namespaces.");
        }
    }

    private static void checkTimeOffsets(JsonPath path, Linux linux) {
        for (Map.Entry<String, TimeOffset> entry : linux.timeOffsets().entrySet()) {
            JsonPath clock = path.member(entry.getKey());
            CLOCKS.check(clock, entry.getKey());
            Rules.within(clock.member("nanosecs"), entry.getValue().nanosecs(), 0, LAST_NANOSECOND);
        }
        if (!linux.timeOffsets().isEmpty()) {
            needs(path, NamespaceType.TIME, Optional.of(linux));
        }
    }

    private static void checkDevices(JsonPath path, List<Device> devices) {
        List<String> paths = new ArrayList<>(devices.size());
        for (int i = 0; i < devices.size(); i++) {
            Device device = devices.get(i);
            paths.add(device.path());
            JsonPath place = path.item(i);
            DEVICE_TYPES.check(place.member("type"), device.type());
            Rules.absolute(place.member("path"), device.path());
            Rules.within(place.member("major"), device.major(), 0, 0xfff); // 12 and 20 bits in the kernel's dev_t
            Rules.within(place.member("minor"), device.minor(), 0, 0xf_ffff);
            Rules.within(place.member("fileMode"), device.fileMode(), 0, Integer.MAX_VALUE);
            Rules.uint32(place.member("uid"), device.uid());
            Rules.uint32(place.member("gid"), device.gid());
        }
        Rules.noCopies(path, devices, paths);
    }

    /** A container may set the parameters of its own namespaces; every other one is the host's. */
    private static void checkSysctls(JsonPath path, Linux linux) {
        for (String name : linux.sysctl().keySet()) {
            JsonPath place = path.member(name);
            Optional<String> file = Sysctl.file(name);
            if (file.isEmpty()) {
                throw place.error("is not the name of a kernel parameter");
            }
            if (file.get().equals("kernel/hostname") || file.get().equals("kernel/domainname")) {
                throw place.error("is set through another member", "Use hostname or domainname.");
            }
            Optional<NamespaceType> owner = Sysctl.owner(file.get());
            if (owner.isEmpty()) {
                throw place.error(
                        "belongs to no namespace, so it would change the host",
                        "Parameters of a container are net.*, fs.mqueue.*, user.* and those of System V IPC.");
            }
            needs(place, owner.get(), Optional.of(linux));
        }
    }

    private static void checkClosId(JsonPath path, String name) {
        if (name.equals("/")) {
            return; // the default class
        }
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.contains("/") || name.contains("\n")) {
            throw path.error(Quoted.text(name) + " is no name for a directory");
        }
    }

    private static void checkNetDevices(JsonPath path, Linux linux) {
        Map<String, String> sources = new HashMap<>();
        for (Map.Entry<String, NetDevice> entry : linux.netDevices().entrySet()) {
            String device = entry.getKey();
            String inside = entry.getValue().name().orElse(device);
            JsonPath place = path.member(device);
            Rules.interfaceName(place, device);
            Rules.interfaceName(
                    place.member("name"), inside.replaceFirst("%d", "0")); // a template: the kernel's number
            String other = inside.contains("%d") ? null : sources.putIfAbsent(inside, device);
            if (other != null) {
                throw place.error(Quoted.text(inside) + " is also the name of " + path.member(other));
            }
        }
        if (!linux.netDevices().isEmpty()) {
            needs(path, NamespaceType.NETWORK, Optional.of(linux));
        }
    }

    private static void checkMemoryPolicy(JsonPath path, MemoryPolicy policy) {
        MEMORY_POLICIES.check(path.member("mode"), policy.mode());
        MEMORY_POLICY_FLAGS.checkAll(path.member("flags"), policy.flags());
        if (!policy.nodes().isEmpty()) {
            Rules.numberList(path.member("nodes"), policy.nodes());
        }
    }
}
