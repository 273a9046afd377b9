package dev.libcontainer.security;

/**
 * Classic BPF as seccomp allows it: codes of instructions and the layout of what a program reads.
 *
 * <pre>
 * struct sock_filter (8 bytes)          struct seccomp_data (64 bytes)
 *  0      2    3    4        8           0    4      8                     16           24      64
 *  +------+----+----+--------+           +----+------+---------------------+------------+--…----+
 *  | code | jt | jf | k      |           | nr | arch | instruction pointer | argument 0 | … 5   |
 *  +------+----+----+--------+           +----+------+---------------------+------------+--…----+
 * </pre>
 *
 * @see <a href="https://www.kernel.org/doc/Documentation/networking/filter.txt">Linux Socket Filtering</a>
 */
final class Bpf {
    static final int INSTRUCTION_BYTES = 8;

    /** The kernel's BPF_MAXINSNS. */
    static final int MAX_INSTRUCTIONS = 4096;

    /** The longest way a conditional jump can go. */
    static final int MAX_JUMP = 255;

    /** A = word at k. */
    static final int LOAD = 0x20;

    /** A &= k. */
    static final int AND = 0x54;

    /** Go k further. */
    static final int GOTO = 0x05;

    /** Go jt further if A == k, else jf. */
    static final int IF_EQUAL = 0x15;

    /** Go jt further if A &gt; k, else jf. */
    static final int IF_GREATER = 0x25;

    /** Go jt further if A &gt;= k, else jf. */
    static final int IF_AT_LEAST = 0x35;

    /** Go jt further if A &amp; k, else jf. */
    static final int IF_ANY_BIT = 0x45;

    /** Answer k. */
    static final int RETURN = 0x06;

    static final int NUMBER_OFFSET = 0;
    static final int ARCH_OFFSET = 4;
    private static final int ARGUMENTS_OFFSET = 16;

    private Bpf() {}

    /** Where the low or high half of an argument is, on a little-endian machine. */
    static int argumentOffset(int index, boolean high) {
        return ARGUMENTS_OFFSET + Long.BYTES * index + (high ? Integer.BYTES : 0);
    }
}
