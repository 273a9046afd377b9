package dev.libcontainer.spec;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** The rules of {@code linux.seccomp}. */
final class SeccompRules {
    private static final Known ACTIONS = Known.of(
            "action",
            "SCMP_ACT_KILL",
            "SCMP_ACT_KILL_PROCESS",
            "SCMP_ACT_KILL_THREAD",
            "SCMP_ACT_TRAP",
            "SCMP_ACT_ERRNO",
            "SCMP_ACT_TRACE",
            "SCMP_ACT_ALLOW",
            "SCMP_ACT_LOG",
            "SCMP_ACT_NOTIFY");
    private static final Known OPERATORS = Known.of(
            "operator",
            "SCMP_CMP_NE",
            "SCMP_CMP_LT",
            "SCMP_CMP_LE",
            "SCMP_CMP_EQ",
            "SCMP_CMP_GE",
            "SCMP_CMP_GT",
            "SCMP_CMP_MASKED_EQ");
    private static final Known FLAGS = Known.of(
            "flag",
            "SECCOMP_FILTER_FLAG_TSYNC",
            "SECCOMP_FILTER_FLAG_LOG",
            "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
            "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");
    private static final Known ARCHITECTURES = Known.of(
            "architecture",
            "SCMP_ARCH_X86",
            "SCMP_ARCH_X86_64",
            "SCMP_ARCH_X32",
            "SCMP_ARCH_ARM",
            "SCMP_ARCH_AARCH64",
            "SCMP_ARCH_LOONGARCH64",
            "SCMP_ARCH_M68K",
            "SCMP_ARCH_MIPS",
            "SCMP_ARCH_MIPS64",
            "SCMP_ARCH_MIPS64N32",
            "SCMP_ARCH_MIPSEL",
            "SCMP_ARCH_MIPSEL64",
            "SCMP_ARCH_MIPSEL64N32",
            "SCMP_ARCH_PPC",
            "SCMP_ARCH_PPC64",
            "SCMP_ARCH_PPC64LE",
            "SCMP_ARCH_S390",
            "SCMP_ARCH_S390X",
            "SCMP_ARCH_PARISC",
            "SCMP_ARCH_PARISC64",
            "SCMP_ARCH_RISCV64",
            "SCMP_ARCH_SH",
            "SCMP_ARCH_SHEB");

    /** The actions that carry a number to the program or its tracer. */
    private static final Set<String> WITH_ERRNO = Set.of("SCMP_ACT_ERRNO", "SCMP_ACT_TRACE");

    private static final int HIGHEST_DATA = 0xffff; // SECCOMP_RET_DATA
    private static final int LAST_ARGUMENT = 5;

    private SeccompRules() {}

    static void check(JsonPath path, Seccomp seccomp) {
        ACTIONS.check(path.member("defaultAction"), seccomp.defaultAction());
        if (seccomp.defaultAction().equals("SCMP_ACT_NOTIFY")) {
            throw path.member("defaultAction")
                    .error("SCMP_ACT_NOTIFY cannot be the default: the call that hands over the fd would wait");
        }
        checkErrno(path.member("defaultErrnoRet"), seccomp.defaultAction(), seccomp.defaultErrnoRet());
        ARCHITECTURES.checkAll(path.member("architectures"), seccomp.architectures());
        FLAGS.checkAll(path.member("flags"), seccomp.flags());
        if (seccomp.listenerMetadata().isPresent() && seccomp.listenerPath().isEmpty()) {
            throw path.member("listenerMetadata").error("needs a listenerPath");
        }
        List<Seccomp.SyscallRule> rules = seccomp.syscalls();
        for (int i = 0; i < rules.size(); i++) {
            checkRule(path.member("syscalls").item(i), rules.get(i));
        }
    }

    private static void checkRule(JsonPath path, Seccomp.SyscallRule rule) {
        if (rule.names().isEmpty()) {
            throw path.member("names").error("must name a system call");
        }
        for (int i = 0; i < rule.names().size(); i++) {
            Rules.notEmpty(path.member("names").item(i), rule.names().get(i));
        }
        ACTIONS.check(path.member("action"), rule.action());
        checkErrno(path.member("errnoRet"), rule.action(), rule.errnoRet());
        for (int i = 0; i < rule.args().size(); i++) {
            JsonPath place = path.member("args").item(i);
            Rules.within(place.member("index"), rule.args().get(i).index(), 0, LAST_ARGUMENT);
            OPERATORS.check(place.member("op"), rule.args().get(i).op());
        }
    }

    private static void checkErrno(JsonPath path, String action, OptionalInt errno) {
        if (errno.isEmpty()) {
            return;
        }
        if (!WITH_ERRNO.contains(action)) {
            throw path.error(action + " takes no errno", "Only SCMP_ACT_ERRNO and SCMP_ACT_TRACE do.");
        }
        Rules.within(path, errno.getAsInt(), 0, HIGHEST_DATA);
    }
}
