package dev.libcontainer.spec;

import java.util.Locale;

/** The integer types of the specification. A uint64 is carried in a {@code long} with the same bits. */
enum IntegerType {
    UINT16(0, 0xffff),
    INT32(Integer.MIN_VALUE, Integer.MAX_VALUE),
    UINT32(0, 0xffff_ffffL),
    INT64(Long.MIN_VALUE, Long.MAX_VALUE),
    UINT64(0, -1);

    private final long lowest;
    private final long highest;

    IntegerType(long lowest, long highest) {
        this.lowest = lowest;
        this.highest = highest;
    }

    /** The value of a JSON number, or an error at its path. */
    long parse(Json.NumberValue number) {
        String literal = number.literal();
        if (literal.indexOf('.') >= 0 || literal.indexOf('e') >= 0 || literal.indexOf('E') >= 0) {
            throw number.path().error("must be a whole number, is " + literal);
        }
        try {
            if (this == UINT64) {
                return Long.parseUnsignedLong(literal);
            }
            long value = Long.parseLong(literal);
            if (value >= lowest && value <= highest) {
                return value;
            }
        } catch (NumberFormatException e) {
            // longer than any type, or below zero where there is no sign: as much out of range as the others
        }
        throw number.path().error(literal + " is out of range, must be " + range());
    }

    private String range() {
        String end = this == UINT64 ? Long.toUnsignedString(highest) : Long.toString(highest);
        return lowest + " to " + end + " (" + name().toLowerCase(Locale.ROOT) + ")";
    }
}
