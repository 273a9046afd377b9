package dev.libcontainer.security;

import dev.libcontainer.spec.Seccomp;
import dev.libcontainer.spec.Seccomp.Arg;
import dev.libcontainer.spec.Seccomp.SyscallRule;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Small profiles in few words. */
final class Profiles {
    private Profiles() {}

    static Seccomp deny(SyscallRule... rules) {
        return profile("SCMP_ACT_ERRNO", List.of(), List.of(), rules);
    }

    static Seccomp profile(String action, List<String> archs, List<String> flags, SyscallRule... rules) {
        return new Seccomp(
                action, OptionalInt.empty(), archs, flags, Optional.empty(), Optional.empty(), List.of(rules));
    }

    static SyscallRule allow(String name, Arg... args) {
        return rule("SCMP_ACT_ALLOW", name, args);
    }

    static SyscallRule rule(String action, String name, Arg... args) {
        return new SyscallRule(List.of(name), action, OptionalInt.empty(), List.of(args));
    }

    static Arg arg(int index, String op, long value) {
        return new Arg(index, value, 0, "SCMP_CMP_" + op);
    }
}
