package dev.libcontainer.cli;

import java.util.List;
import java.util.Locale;

/** Signals by name, as kill(1) takes them. */
final class Signal {
    /** signal(7), from 1 on; x86 and ARM agree. */
    private static final List<String> NAMES = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS");

    private static final int RTMIN = 34; // glibc keeps 32 and 33 for itself
    private static final int RTMAX = 64;

    private Signal() {}

    /** The number of {@code KILL}, {@code SIGKILL}, {@code sigkill}, {@code 9}, {@code RTMIN+1} or {@code RTMAX-2}. */
    static int number(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        if (name.startsWith("SIG")) {
            name = name.substring(3);
        }
        int number = NAMES.indexOf(name) + 1;
        if (number == 0) {
            number = unlisted(name);
        }
        if (number < 0 || number > RTMAX) {
            throw new UsageException("unknown signal \"" + text
                    + "\"; signals are named like KILL or SIGKILL, or numbers" + " from 0 to " + RTMAX);
        }
        return number;
    }

    private static int unlisted(String name) {
        try {
            return switch (name) {
                case "POLL" -> 29;
                case "IOT" -> 6;
                case "CLD" -> 17;
                case "RTMIN" -> RTMIN;
                case "RTMAX" -> RTMAX;
                default ->
                    name.startsWith("RTMIN+")
                            ? realTime(RTMIN + Integer.parseUnsignedInt(name, 6, name.length(), 10))
                            : name.startsWith("RTMAX-")
                                    ? realTime(RTMAX - Integer.parseUnsignedInt(name, 6, name.length(), 10))
                                    : Integer.parseUnsignedInt(name);
            };
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static int realTime(int number) {
        return number >= RTMIN && number <= RTMAX ? number : -1;
    }
}
