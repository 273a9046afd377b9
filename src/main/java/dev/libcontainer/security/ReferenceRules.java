package dev.libcontainer.security;

import dev.libcontainer.spec.Seccomp;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A profile as {@code lc_seccomp_reference} of {@code libcontainer.h} takes it, to have libseccomp compile it: what
 * runc would call libseccomp with, as one block of bytes.
 *
 * <pre>
 *  0       4      8                12             16            20           24
 *  +-------+------+----------------+--------------+-------------+------------+----------------------+-----…-----+
 *  | magic | size | default answer | optimization | arch count  | rule count | arch count × u32     | rules     |
 *  +-------+------+----------------+--------------+-------------+------------+----------------------+-----…-----+
 *
 *  rule: 0        4           8           12                  12 + name size
 *        +--------+-----------+-----------+-------------------+---------------------+
 *        | answer | name size | arg count | name, NULs to 4×n | arg count × arg     |
 *        +--------+-----------+-----------+-------------------+---------------------+
 *
 *  arg:  0       4    8         16        24        magic: "LSCR"     size: of the whole block
 *        +-------+----+---------+---------+         answer: SECCOMP_RET_*
 *        | index | op | datum a | datum b |         arch: SCMP_ARCH_* of libseccomp, the native one first
 *        +-------+----+---------+---------+         op: enum scmp_compare
 * </pre>
 *
 * All numbers are little-endian; nothing is aligned to more than 4 bytes.
 */
public final class ReferenceRules {
    /** How libseccomp lays out a filter: one comparison for each call, or a tree. */
    public enum Optimization {
        /** What libseccomp does unless told otherwise, and runc up to 1.1. */
        DEFAULT,
        /** {@code SCMP_FLTATR_CTL_OPTIMIZE} 2. */
        BINARY_TREE
    }

    private static final int MAGIC = 0x5243534c;
    private static final int HEADER_BYTES = 24;
    private static final int ARG_BYTES = 24;
    private static final int RULE_BYTES = 12;
    private static final int BINARY_TREE_LEVEL = 2;

    private record Rule(int answer, String name, List<Seccomp.Arg> args) {
        int bytes() {
            return RULE_BYTES + nameBytes() + args.size() * ARG_BYTES;
        }

        int nameBytes() {
            return (name.length() / Integer.BYTES + 1) * Integer.BYTES;
        }
    }

    private final List<Integer> archs = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private final int defaultAnswer;

    private ReferenceRules(Seccomp profile, Arch nativeArch) {
        this.defaultAnswer = SeccompRules.defaultAnswer(profile);
        SeccompRules.architectures(profile, nativeArch).forEach(arch -> archs.add(token(arch)));
        profile.syscalls().forEach(this::add);
    }

    /**
     * The block for a profile. Contradictions in it are left for libseccomp to find.
     *
     * @throws SeccompException if the profile has an unknown action, architecture or comparison
     */
    public static byte[] encode(Seccomp profile, Arch nativeArch, Optimization optimization) {
        return new ReferenceRules(profile, nativeArch).bytes(optimization);
    }

    private void add(Seccomp.SyscallRule rule) {
        int answer = SeccompAction.fromOciName(rule.action(), "action").answer(rule.errnoRet(), "errnoRet");
        if (answer == defaultAnswer) {
            return;
        }
        Set<Integer> indexes = new LinkedHashSet<>();
        rule.args().forEach(arg -> indexes.add(arg.index()));
        for (String name : rule.names()) {
            if (indexes.size() == rule.args().size()) {
                rules.add(new Rule(answer, name, rule.args()));
            } else {
                rule.args().forEach(arg -> rules.add(new Rule(answer, name, List.of(arg))));
            }
        }
    }

    private byte[] bytes(Optimization optimization) {
        int size = HEADER_BYTES
                + archs.size() * Integer.BYTES
                + rules.stream().mapToInt(Rule::bytes).sum();
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC).putInt(size).putInt(defaultAnswer);
        out.putInt(optimization == Optimization.BINARY_TREE ? BINARY_TREE_LEVEL : 0);
        out.putInt(archs.size()).putInt(rules.size());
        archs.forEach(out::putInt);
        for (Rule rule : rules) {
            out.putInt(rule.answer())
                    .putInt(rule.nameBytes())
                    .putInt(rule.args().size());
            out.put(Arrays.copyOf(rule.name().getBytes(StandardCharsets.US_ASCII), rule.nameBytes()));
            for (Seccomp.Arg arg : rule.args()) {
                out.putInt(arg.index()).putInt(number(arg)).putLong(arg.value()).putLong(arg.valueTwo());
            }
        }
        return out.array();
    }

    /** {@code enum scmp_compare}, which counts from 1 in the order of {@link ArgCheck.Op}. */
    private static int number(Seccomp.Arg arg) {
        return ArgCheck.of(arg, "arg").op().ordinal() + 1;
    }

    /** {@code SCMP_ARCH_*}: the audit number, but for x32, which has none of its own. */
    private static int token(Arch arch) {
        return arch == Arch.X32 ? 0x4000003E : arch.auditArch();
    }
}
