package dev.libcontainer.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them: {@code 5s}, {@code 250ms}, {@code 1m30s}. */
final class Interval {
    private static final Pattern PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(ms|s|m|h)");

    private Interval() {}

    static Duration parse(String text) {
        Matcher part = PART.matcher(text);
        Duration sum = Duration.ZERO;
        int end = 0;
        while (part.find() && part.start() == end) {
            sum = sum.plusMillis((long) (Double.parseDouble(part.group(1)) * unitMillis(part.group(2))));
            end = part.end();
        }
        if (end != text.length() || sum.isZero()) {
            throw new UsageException("--interval is a duration like 5s, 250ms or 1m30s, not \"" + text + "\"");
        }
        return sum;
    }

    private static long unitMillis(String unit) {
        return switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            default -> 3_600_000;
        };
    }
}
