package dev.libcontainer.security;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

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

    /** All names, sorted. */
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
        if (numbers == null || numbers[arch.ordinal()] == ABSENT) {
            return OptionalInt.empty();
        }
        int number = numbers[arch.ordinal()];
        return OptionalInt.of(arch == Arch.X32 ? number | Arch.X32_BIT : number);
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
        Map<String, int[]> table = new TreeMap<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.startsWith("#")) {
                String[] cells = line.split(" ");
                int[] numbers = new int[COLUMNS.length];
                for (int column = 0; column < COLUMNS.length; column++) {
                    String cell = cells[column + 1];
                    numbers[COLUMNS[column].ordinal()] = cell.equals("-") ? ABSENT : Integer.parseInt(cell);
                }
                table.put(cells[0], numbers);
            }
        }
        return Collections.unmodifiableMap(table);
    }
}
