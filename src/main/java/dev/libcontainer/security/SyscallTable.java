package dev.libcontainer.security;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * The numbers of system calls by name and architecture, as of Linux 6.17.
 *
 * <p>Read once from {@code syscalls.txt} beside this class.
 */
public final class SyscallTable {
    private static final String RESOURCE = "syscalls.txt";
    private static final Arch[] COLUMNS = {Arch.X86_64, Arch.X86, Arch.X32, Arch.AARCH64, Arch.ARM};
    private static final int ABSENT = -1;
    private static final Map<String, int[]> NUMBERS = read();

    private SyscallTable() {}

    /** Whether any architecture, even one that is not in {@link Arch}, has a system call of that name. */
    public static boolean contains(String name) {
        return NUMBERS.containsKey(name);
    }

    /** All names. */
    public static Set<String> names() {
        return NUMBERS.keySet();
    }

    /**
     * The number of a system call, as {@code seccomp_data.nr} shows it: for {@link Arch#X32} with bit 30 set.
     *
     * @return empty if the architecture has no such call
     */
    public static OptionalInt number(Arch arch, String name) {
        int[] numbers = NUMBERS.get(name);
        return numbers == null || numbers[arch.ordinal()] == ABSENT
                ? OptionalInt.empty()
                : OptionalInt.of(numbers[arch.ordinal()]);
    }

    private static Map<String, int[]> read() {
        try (InputStream in = SyscallTable.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing beside " + SyscallTable.class);
            }
            return parse(new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII)));
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
    }

    private static Map<String, int[]> parse(BufferedReader lines) throws IOException {
        Map<String, int[]> table = new HashMap<>(1024);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.startsWith("#")) {
                int end = line.indexOf(' ');
                table.put(line.substring(0, end), numbers(line, end + 1));
            }
        }
        return Collections.unmodifiableMap(table);
    }

    private static int[] numbers(String line, int start) {
        int[] numbers = new int[COLUMNS.length];
        int from = start;
        for (Arch arch : COLUMNS) {
            int to = line.indexOf(' ', from);
            String cell = to < 0 ? line.substring(from) : line.substring(from, to);
            int number = cell.equals("-") ? ABSENT : Integer.parseInt(cell);
            numbers[arch.ordinal()] = number != ABSENT && arch == Arch.X32 ? number | Arch.X32_BIT : number;
            from = to + 1;
        }
        return numbers;
    }
}
