package dev.libcontainer.spec;

import java.util.Locale;

/** The integer types of the specification. A uint64 is carried in a {@code long} with the same bits. */
enum IntegerType {
    UINT16("0", "65535"),
    INT32("-2147483648", "2147483647"),
    UINT32("0", "4294967295"),
    INT64("-9223372036854775808", "9223372036854775807"),
    UINT64("0", "18446744073709551615");

    private final String lowest;
    private final String highest;

    IntegerType(String lowest, String highest) {
        this.lowest = lowest;
        this.highest = highest;
    }

    /** The value of a JSON number, or an error at its path. */
    long parse(Json.NumberValue number) {
        String literal = number.literal();
        if (literal.chars().anyMatch(c -> c == '.' || c == 'e' || c == 'E')) {
            throw number.path().error("must be a whole number, is " + literal);
        }
        try {
            long value = this == UINT64 ? Long.parseUnsignedLong(literal) : Long.parseLong(literal);
            if (holds(value)) {
                return value;
            }
        } catch (NumberFormatException tooLong) {
            // falls out of every range
        }
        throw number.path()
                .error(literal + " is out of range, must be " + lowest + " to " + highest + " (" + jsonName() + ")");
    }

    private boolean holds(long value) {
        return switch (this) {
            case UINT16, INT32, UINT32 -> value >= Long.parseLong(lowest) && value <= Long.parseLong(highest);
            case INT64, UINT64 -> true;
        };
    }

    private String jsonName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
