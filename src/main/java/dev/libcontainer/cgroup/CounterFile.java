package dev.libcontainer.cgroup;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.libcontainer.stats.Counter;
import java.util.List;

/**
 * A file with counters, and how its bytes become numbers: no text is made of them, since this runs for each container at
 * each tick. Pure.
 *
 * @param controller whose directory it is in; empty for one of the first process in /proc
 * @param file its name there
 * @param form how it is laid out
 * @param columns what is taken from it
 */
record CounterFile(String controller, String file, Form form, List<Column> columns) {

    /** How a file is laid out. */
    enum Form {
        /** One number. */
        NUMBER,
        /** Lines of a word, a blank and a number; and pressure's, of a word, {@code avg…} and {@code total=NUMBER}. */
        KEYED,
        /** The same, of a cgroup below: its numbers come on top. */
        KEYED_BELOW,
        /** Lines of a device and {@code word=number}: summed over devices. */
        ASSIGNED,
        /** Lines of a device, a word and a number: summed over devices. */
        BY_DEVICE,
        /** {@code /proc/PID/net/dev}: the key is the column; summed over interfaces but lo. */
        INTERFACES
    }

    /**
     * A number.
     *
     * @param key the word it stands behind; of {@link Form#INTERFACES} the column as a digit or two
     * @param divisor what makes the unit of it
     */
    record Column(byte[] key, Counter counter, long divisor) {
        static Column of(String key, Counter counter) {
            return new Column(key.getBytes(US_ASCII), counter, 1);
        }

        static Column nanos(String key, Counter counter) {
            return new Column(key.getBytes(US_ASCII), counter, 1000);
        }

        int index() {
            return Integer.parseInt(new String(key, US_ASCII));
        }
    }

    boolean gives(Counter counter) {
        return columns.stream().anyMatch(column -> column.counter == counter);
    }

    /**
     * Whether its numbers stay as they are while nothing in the cgroup runs, but for pages that the kernel takes back. Not so
     * what others do to a container or for it: they write its pages to disk, send it packets and make it wait.
     */
    boolean restsWithCpu() {
        return controller.equals("memory") || controller.equals("pids");
    }

    /**
     * Puts the numbers in a file's bytes at their counters' places.
     *
     * @param places for each column the index in {@code out}, -1 if nobody wants it
     */
    void parse(byte[] data, int from, int end, int[] places, long[] out) {
        if (form == Form.NUMBER) {
            out[places[0]] = number(data, from, end) / columns.get(0).divisor;
            return;
        }
        if (!isKeyed()) {
            for (int place : places) {
                if (place >= 0) {
                    out[place] = 0; // no line of a device: nothing was done
                }
            }
        }
        for (int line = from; line < end; ) {
            int next = line;
            while (next < end && data[next] != '\n') {
                next++;
            }
            line(data, line, next, places, out);
            line = next + 1;
        }
    }

    private boolean isKeyed() {
        return form == Form.KEYED || form == Form.KEYED_BELOW;
    }

    private void line(byte[] data, int from, int end, int[] places, long[] out) {
        if (form == Form.INTERFACES) {
            networkInterface(data, from, end, places, out);
            return;
        }
        for (int i = 0; i < places.length; i++) {
            Column column = columns.get(i);
            if (places[i] < 0) {
                continue;
            }
            if (isKeyed() && starts(data, from, end, column.key) && data[from + column.key.length] == ' ') {
                long above = form == Form.KEYED_BELOW ? Math.max(0, out[places[i]]) : 0;
                out[places[i]] = above + lastNumber(data, from, end) / column.divisor;
            } else if (!isKeyed()) {
                char after = form == Form.ASSIGNED ? '=' : ' ';
                int at = word(data, from, end, column.key, after);
                out[places[i]] += at < 0 ? 0 : number(data, at, end);
            }
        }
    }

    private static boolean starts(byte[] data, int from, int end, byte[] key) {
        if (end - from <= key.length) {
            return false;
        }
        for (int i = 0; i < key.length; i++) {
            if (data[from + i] != key[i]) {
                return false;
            }
        }
        return true;
    }

    /** Where the number behind a word begins that stands after a blank; -1 if there is none. */
    private static int word(byte[] data, int from, int end, byte[] key, char after) {
        for (int i = from; i < end; i++) {
            if (data[i] == ' ' && starts(data, i + 1, end, key) && data[i + 1 + key.length] == after) {
                return i + key.length + 2;
            }
        }
        return -1;
    }

    private void networkInterface(byte[] data, int from, int end, int[] places, long[] out) {
        int colon = from;
        while (colon < end && data[colon] != ':') {
            colon++;
        }
        boolean loopback = colon >= from + 2
                && data[colon - 1] == 'o'
                && data[colon - 2] == 'l'
                && (colon == from + 2 || data[colon - 3] == ' ');
        if (colon == end || loopback) {
            return; // one of the two lines of heading
        }
        int column = 0;
        for (int i = colon + 1; i < end; column++) {
            while (i < end && data[i] == ' ') {
                i++;
            }
            for (int j = 0; j < places.length; j++) {
                if (places[j] >= 0 && columns.get(j).index() == column) {
                    out[places[j]] += number(data, i, end);
                }
            }
            while (i < end && data[i] != ' ') {
                i++;
            }
        }
    }

    /** The decimal number at a position. */
    private static long number(byte[] data, int from, int end) {
        long value = 0;
        for (int i = from; i < end && data[i] >= '0' && data[i] <= '9'; i++) {
            value = value * 10 + data[i] - '0';
        }
        return value;
    }

    private static long lastNumber(byte[] data, int from, int end) {
        int first = end;
        while (first > from && data[first - 1] >= '0' && data[first - 1] <= '9') {
            first--;
        }
        return number(data, first, end);
    }
}
