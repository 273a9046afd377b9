package dev.libcontainer.security;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.Locale;

/**
 * Shows a filter to people: one line an instruction, jumps with the line they go to.
 *
 * <pre>
 *    0  load arch
 *    1  if == 0xc000003e x86_64     else 142
 *    2  load nr
 *    3  if &gt;= 0x100 256             then 71
 *  142  return KILL_THREAD
 * </pre>
 */
public final class BpfPrinter {
    private static final int RESULT_COLUMN = 36;

    private final ByteBuffer program;
    private final StringBuilder text = new StringBuilder();

    private BpfPrinter(byte[] bpf) {
        this.program = ByteBuffer.wrap(bpf).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The listing of a program, lines ended by line feeds.
     *
     * @param bpf {@code struct sock_filter[]}, little-endian; need not be valid
     * @throws IllegalArgumentException if it is not a whole number of instructions
     */
    public static String print(byte[] bpf) {
        if (bpf.length % Bpf.INSTRUCTION_BYTES != 0) {
            throw new IllegalArgumentException(bpf.length + " bytes are not a whole number of instructions");
        }
        BpfPrinter printer = new BpfPrinter(bpf);
        BitSet archTests = printer.archTests();
        for (int i = 0; i < bpf.length / Bpf.INSTRUCTION_BYTES; i++) {
            printer.line(i, archTests.get(i));
        }
        return printer.text.toString();
    }

    /** The tests that run with the architecture loaded: those reached from its load without another load between. */
    private BitSet archTests() {
        int count = program.capacity() / Bpf.INSTRUCTION_BYTES;
        BitSet reached = new BitSet(count);
        for (int i = 0; i < count; i++) {
            boolean loadsArch = code(i) == Bpf.LOAD && k(i) == Bpf.ARCH_OFFSET;
            if (loadsArch) {
                reached.set(i + 1);
            } else if (reached.get(i) && code(i) == Bpf.IF_EQUAL) {
                reached.set(i + 1 + yes(i));
                reached.set(i + 1 + no(i));
            }
        }
        return reached;
    }

    private void line(int i, boolean testsArch) {
        text.append(String.format(Locale.ROOT, "%4d  ", i));
        switch (code(i)) {
            case Bpf.LOAD -> text.append("load ").append(word(k(i)));
            case Bpf.AND -> text.append(String.format(Locale.ROOT, "and 0x%x", k(i)));
            case Bpf.GOTO -> text.append("goto ").append(Integer.toUnsignedLong(k(i)) + i + 1);
            case Bpf.IF_EQUAL -> jump(i, "==", testsArch);
            case Bpf.IF_GREATER -> jump(i, ">", false);
            case Bpf.IF_AT_LEAST -> jump(i, ">=", false);
            case Bpf.IF_ANY_BIT -> jump(i, "&", false);
            case Bpf.RETURN -> text.append("return ").append(SeccompAction.describe(k(i)));
            default ->
                text.append(
                        String.format(Locale.ROOT, "? code 0x%02x jt %d jf %d k 0x%x", code(i), yes(i), no(i), k(i)));
        }
        text.append('\n');
    }

    private void jump(int i, String operator, boolean testsArch) {
        String constant = testsArch ? archName(k(i)) : Integer.toUnsignedString(k(i));
        String condition = String.format(Locale.ROOT, "if %s 0x%x %s", operator, k(i), constant);
        text.append(condition).append(" ".repeat(Math.max(1, RESULT_COLUMN - condition.length())));
        if (yes(i) != 0) {
            text.append("then ").append(i + 1 + yes(i));
        }
        if (no(i) != 0) {
            text.append(yes(i) != 0 ? " " : "").append("else ").append(i + 1 + no(i));
        }
    }

    private static String archName(int auditArch) {
        for (Arch arch : Arch.values()) {
            if (arch.auditArch() == auditArch) {
                return arch.name().toLowerCase(Locale.ROOT);
            }
        }
        return Integer.toUnsignedString(auditArch);
    }

    private static String word(int offset) {
        if (offset == Bpf.NUMBER_OFFSET) {
            return "nr";
        }
        if (offset == Bpf.ARCH_OFFSET) {
            return "arch";
        }
        for (int index = 0; index < ArgCheck.ARGUMENTS; index++) {
            if (offset == Bpf.argumentOffset(index, false)) {
                return "argument " + index + " low";
            }
            if (offset == Bpf.argumentOffset(index, true)) {
                return "argument " + index + " high";
            }
        }
        return "[" + offset + "]";
    }

    private int code(int i) {
        return program.getShort(i * Bpf.INSTRUCTION_BYTES) & 0xffff;
    }

    private int yes(int i) {
        return program.get(i * Bpf.INSTRUCTION_BYTES + 2) & 0xff;
    }

    private int no(int i) {
        return program.get(i * Bpf.INSTRUCTION_BYTES + 3) & 0xff;
    }

    private int k(int i) {
        return program.getInt(i * Bpf.INSTRUCTION_BYTES + 4);
    }
}
