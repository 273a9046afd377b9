package dev.libcontainer.bench;

import dev.libcontainer.security.Arch;
import dev.libcontainer.security.CapabilitySet;
import dev.libcontainer.security.DefaultSeccompProfile;
import dev.libcontainer.spec.Seccomp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Filters to be compared. */
final class Filters {
    private static final String ALLOW = "SCMP_ACT_ALLOW";
    private static final String PROBED = "getppid";
    private static final long NO_ARGUMENT = 0x1234; // of a call that has none: the probe leaves 0 there

    private Filters() {}

    static Arch arch() {
        return Arch.fromOsArch(System.getProperty("os.arch")).orElseThrow();
    }

    /** Filters of several lengths, by name. */
    static Map<String, Seccomp> all() {
        Map<String, Seccomp> filters = new LinkedHashMap<>();
        Seccomp.SyscallRule reboot =
                new Seccomp.SyscallRule(List.of("reboot"), "SCMP_ACT_ERRNO", OptionalInt.empty(), List.of());
        filters.put(
                "one-call",
                new Seccomp(
                        ALLOW,
                        OptionalInt.empty(),
                        List.of(arch().ociName()),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(reboot)));
        filters.put("default", usual());
        filters.put("compatible", DefaultSeccompProfile.withCompatible(usual(), arch()));
        return filters;
    }

    private static Seccomp usual() {
        return DefaultSeccompProfile.forCapabilities(CapabilitySet.CONTAINER_DEFAULT, arch());
    }

    /**
     * The default profile, but the call that the probe makes depends on an argument. The kernel keeps a bitmap of the calls
     * that a filter always allows and runs none for them (since 5.11); this one it cannot know.
     */
    static Seccomp withoutBitmap() {
        Seccomp all = usual();
        List<Seccomp.SyscallRule> rules = new ArrayList<>();
        for (Seccomp.SyscallRule rule : all.syscalls()) {
            List<String> others =
                    rule.names().stream().filter(name -> !name.equals(PROBED)).toList();
            if (!others.isEmpty()) {
                rules.add(new Seccomp.SyscallRule(others, rule.action(), rule.errnoRet(), rule.args()));
            }
        }
        Seccomp.Arg other = new Seccomp.Arg(0, NO_ARGUMENT, 0, "SCMP_CMP_NE");
        rules.add(new Seccomp.SyscallRule(List.of(PROBED), ALLOW, OptionalInt.empty(), List.of(other)));
        return new Seccomp(
                all.defaultAction(),
                all.defaultErrnoRet(),
                all.architectures(),
                all.flags(),
                all.listenerPath(),
                all.listenerMetadata(),
                rules);
    }
}
