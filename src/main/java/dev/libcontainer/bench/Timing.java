package dev.libcontainer.bench;

/**
 * What one batch of operations took.
 *
 * @param row what was done, e.g. {@code getppid}
 * @param nanos of one operation; NaN where the kernel refused it
 * @param errno why it refused, or 0
 */
record Timing(String row, double nanos, int errno) {
    /** Reads a line of the probe: {@code NAME OPERATIONS NANOSECONDS} or {@code NAME failed ERRNO}. */
    static Timing read(String line) {
        String[] words = line.split(" ");
        return words[1].equals("failed")
                ? new Timing(words[0], Double.NaN, Integer.parseInt(words[2]))
                : new Timing(words[0], Double.parseDouble(words[2]) / Double.parseDouble(words[1]), 0);
    }

    boolean isRefused() {
        return errno != 0;
    }
}
