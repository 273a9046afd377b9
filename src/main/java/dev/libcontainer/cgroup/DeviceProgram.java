package dev.libcontainer.cgroup;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Devices in version 2: a program that the kernel asks at each access (BPF_PROG_TYPE_CGROUP_DEVICE), 1 for yes, 0 for no.
 *
 * <pre>
 *  r1 → struct bpf_cgroup_dev_ctx { u32 access_type; u32 major; u32 minor; }     access_type = access &lt;&lt; 16 | type
 *
 *  w2 = access that no rule has decided yet     w3 = type (1 block, 2 character)     w4 = major     w5 = minor
 * </pre>
 *
 * Rules are asked from the last to the first. One that allows takes its bits from w2, and when none is left the answer is
 * yes; one that denies says no if one of its bits is left. A rule about everything ends the program.
 *
 * @see <a href="https://docs.kernel.org/bpf/standardization/instruction-set.html">The kernel on the instructions</a>
 */
final class DeviceProgram {
    private static final int BLOCK = 1;
    private static final int CHARACTER = 2;
    private static final int ACCESS_SHIFT = 16;
    private static final int TYPE_MASK = 0xffff;

    private static final int LOAD_WORD = 0x61; // LDX | MEM | W
    private static final int MOVE = 0xb4; // ALU | MOV | K, and with X:
    private static final int COPY = 0xbc;
    private static final int AND = 0x54;
    private static final int SHIFT_RIGHT = 0x74;
    private static final int JUMP_IF_NOT = 0x56; // JMP32 | JNE | K, Linux 5.1
    private static final int JUMP_IF = 0x16; // JMP32 | JEQ | K
    private static final int EXIT = 0x95;

    private static final int R0 = 0;
    private static final int CONTEXT = 1;
    private static final int ACCESS = 2;
    private static final int TYPE = 3;
    private static final int MAJOR = 4;
    private static final int MINOR = 5;

    /** An instruction; offset counts instructions from the next one. */
    record Instruction(int code, int target, int source, int offset, int immediate) {
        @Override
        public String toString() {
            String goTo = " goto +" + offset;
            return switch (code) {
                case LOAD_WORD -> "w" + target + " = *(u32 *)(r" + source + " + " + offset + ")";
                case MOVE -> "w" + target + " = " + immediate;
                case COPY -> "w" + target + " = w" + source;
                case AND -> "w" + target + " &= " + immediate;
                case SHIFT_RIGHT -> "w" + target + " >>= " + immediate;
                case JUMP_IF_NOT -> "if w" + target + " != " + Integer.toUnsignedString(immediate) + goTo;
                case JUMP_IF -> "if w" + target + " == " + Integer.toUnsignedString(immediate) + goTo;
                case EXIT -> "exit";
                default -> throw new IllegalStateException("code " + code);
            };
        }
    }

    private DeviceProgram() {}

    static List<Instruction> of(DeviceRules rules) {
        List<Instruction> all = new ArrayList<>(List.of(
                new Instruction(LOAD_WORD, ACCESS, CONTEXT, 0, 0),
                new Instruction(COPY, TYPE, ACCESS, 0, 0),
                new Instruction(AND, TYPE, 0, 0, TYPE_MASK),
                new Instruction(SHIFT_RIGHT, ACCESS, 0, 0, ACCESS_SHIFT),
                new Instruction(LOAD_WORD, MAJOR, CONTEXT, Integer.BYTES, 0),
                new Instruction(LOAD_WORD, MINOR, CONTEXT, 2 * Integer.BYTES, 0)));
        for (int i = rules.rules().size(); i-- > 0; ) {
            DeviceRules.Rule rule = rules.rules().get(i);
            if (rule.isTotal()) {
                addAnswer(rule.allow(), all);
                return all; // the kernel refuses instructions that are never reached
            }
            addRule(rule, all);
        }
        addAnswer(false, all);
        return all;
    }

    private static void addRule(DeviceRules.Rule rule, List<Instruction> out) {
        List<Instruction> decision = new ArrayList<>();
        if (rule.allow()) {
            decision.add(new Instruction(AND, ACCESS, 0, 0, ~rule.access()));
            decision.add(new Instruction(JUMP_IF_NOT, ACCESS, 0, 2, 0));
        } else {
            decision.add(new Instruction(COPY, R0, ACCESS, 0, 0));
            decision.add(new Instruction(AND, R0, 0, 0, rule.access()));
            decision.add(new Instruction(JUMP_IF, R0, 0, 2, 0));
        }
        addAnswer(rule.allow(), decision);

        List<int[]> tests = new ArrayList<>();
        tests.add(new int[] {TYPE, rule.type() == 'b' ? BLOCK : CHARACTER});
        if (rule.major() != DeviceRules.ANY) {
            tests.add(new int[] {MAJOR, (int) rule.major()});
        }
        if (rule.minor() != DeviceRules.ANY) {
            tests.add(new int[] {MINOR, (int) rule.minor()});
        }
        for (int i = 0; i < tests.size(); i++) {
            int toTheEnd = tests.size() - 1 - i + decision.size();
            out.add(new Instruction(JUMP_IF_NOT, tests.get(i)[0], 0, toTheEnd, tests.get(i)[1]));
        }
        out.addAll(decision);
    }

    private static void addAnswer(boolean yes, List<Instruction> out) {
        out.add(new Instruction(MOVE, R0, 0, 0, yes ? 1 : 0));
        out.add(new Instruction(EXIT, 0, 0, 0, 0));
    }

    /** As the kernel has it: u8 code, u4 target, u4 source, s16 offset, s32 immediate. */
    static byte[] bytes(List<Instruction> program) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Instruction i : program) {
            ByteBuffer one = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());
            one.put((byte) i.code).put((byte) (i.source << 4 | i.target));
            one.putShort((short) i.offset).putInt(i.immediate);
            bytes.writeBytes(one.array());
        }
        return bytes.toByteArray();
    }
}
