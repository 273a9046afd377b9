package dev.libcontainer.spec;

import java.util.List;
import java.util.Map;

/**
 * What a runtime can do, whatever host it is on.
 *
 * @param ociVersionMin the oldest version of the specification it follows
 * @param ociVersionMax the newest one
 * @param hooks names of hooks
 * @param mountOptions words it understands as mount options
 * @param linux what only Linux has
 * @param annotations about the runtime itself, keys in reverse domain notation
 * @param potentiallyUnsafeConfigAnnotations annotations of a configuration that change what the runtime does
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/features.md">features.md</a>
 */
public record Features(
        String ociVersionMin,
        String ociVersionMax,
        List<String> hooks,
        List<String> mountOptions,
        Linux linux,
        Map<String, String> annotations,
        List<String> potentiallyUnsafeConfigAnnotations) {

    /** Keeps unmodifiable copies of its lists and map. */
    public Features {
        hooks = List.copyOf(hooks);
        mountOptions = List.copyOf(mountOptions);
        annotations = Ordered.copyOf(annotations);
        potentiallyUnsafeConfigAnnotations = List.copyOf(potentiallyUnsafeConfigAnnotations);
    }

    /**
     * What only Linux has.
     *
     * @param namespaces types
     * @param capabilities names
     * @param apparmor whether profiles are applied
     * @param selinux whether labels are applied
     * @param intelRdt whether classes are joined and made
     * @param idmapMounts whether mounts may have id mappings
     * @param netDevices whether host devices can be moved in
     */
    public record Linux(
            List<String> namespaces,
            List<String> capabilities,
            Cgroup cgroup,
            Seccomp seccomp,
            boolean apparmor,
            boolean selinux,
            boolean intelRdt,
            MemoryPolicies memoryPolicy,
            boolean idmapMounts,
            boolean netDevices) {

        /** Keeps unmodifiable copies of its lists. */
        public Linux {
            namespaces = List.copyOf(namespaces);
            capabilities = List.copyOf(capabilities);
        }
    }

    /**
     * Control groups.
     *
     * @param systemd whether systemd can be asked to make them
     * @param systemdUser whether a user's systemd can
     * @param rdma whether RDMA limits are applied
     */
    public record Cgroup(boolean v1, boolean v2, boolean systemd, boolean systemdUser, boolean rdma) {}

    /**
     * Seccomp profiles.
     *
     * @param knownFlags flags whose names are understood
     * @param supportedFlags flags that are applied
     */
    public record Seccomp(
            List<String> actions,
            List<String> operators,
            List<String> archs,
            List<String> knownFlags,
            List<String> supportedFlags) {

        /** Keeps unmodifiable copies of its lists. */
        public Seccomp {
            actions = List.copyOf(actions);
            operators = List.copyOf(operators);
            archs = List.copyOf(archs);
            knownFlags = List.copyOf(knownFlags);
            supportedFlags = List.copyOf(supportedFlags);
        }
    }

    /** Names of NUMA memory policies; empty lists if none is applied. */
    public record MemoryPolicies(List<String> modes, List<String> flags) {

        /** Keeps unmodifiable copies of its lists. */
        public MemoryPolicies {
            modes = List.copyOf(modes);
            flags = List.copyOf(flags);
        }
    }

    /** The document, with two spaces for each level. */
    public String json() {
        JsonObject json = new JsonObject()
                .text("ociVersionMin", ociVersionMin)
                .text("ociVersionMax", ociVersionMax)
                .texts("hooks", hooks)
                .texts("mountOptions", mountOptions);
        write(json.object("linux"), linux);
        json.textMap("annotations", annotations)
                .texts("potentiallyUnsafeConfigAnnotations", potentiallyUnsafeConfigAnnotations);
        return json.indented();
    }

    private static void write(JsonObject json, Linux linux) {
        json.texts("namespaces", linux.namespaces).texts("capabilities", linux.capabilities);
        json.object("cgroup")
                .flag("v1", linux.cgroup.v1)
                .flag("v2", linux.cgroup.v2)
                .flag("systemd", linux.cgroup.systemd)
                .flag("systemdUser", linux.cgroup.systemdUser)
                .flag("rdma", linux.cgroup.rdma);
        json.object("seccomp")
                .flag("enabled", true)
                .texts("actions", linux.seccomp.actions)
                .texts("operators", linux.seccomp.operators)
                .texts("archs", linux.seccomp.archs)
                .texts("knownFlags", linux.seccomp.knownFlags)
                .texts("supportedFlags", linux.seccomp.supportedFlags);
        json.object("apparmor").flag("enabled", linux.apparmor);
        json.object("selinux").flag("enabled", linux.selinux);
        json.object("intelRdt").flag("enabled", linux.intelRdt);
        json.object("memoryPolicy").texts("modes", linux.memoryPolicy.modes).texts("flags", linux.memoryPolicy.flags);
        json.object("mountExtensions").object("idmap").flag("enabled", linux.idmapMounts);
        json.object("netDevices").flag("enabled", linux.netDevices);
    }
}
