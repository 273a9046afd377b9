package dev.libcontainer.systemd;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Properties that a container's annotations want its unit to have, as with runc and crun: {@code org.systemd.property.NAME}
 * is a value in GVariant's text format. Times may be named as in unit files, in seconds: {@code TimeoutStopSec} becomes
 * {@code TimeoutStopUSec}.
 *
 * @see <a href="https://github.com/opencontainers/runc/blob/main/docs/systemd.md">runc's docs/systemd.md</a>
 */
public final class UnitAnnotations {
    /** What the keys of such annotations begin with. */
    public static final String PREFIX = "org.systemd.property.";

    private static final String SECONDS = "Sec";
    private static final BigDecimal MICROS = BigDecimal.valueOf(1_000_000);
    private static final int U64_BITS = 64;

    /** They say which processes are in the unit and where it is, of which everything else depends. */
    private static final Set<String> OURS = Set.of("PIDs", "Slice", "Delegate");

    private UnitAnnotations() {}

    /**
     * The properties, in the order of their names.
     *
     * @throws SystemdException that names the annotation if its name or its value is none
     */
    public static List<Property> of(Map<String, String> annotations) {
        List<Property> properties = new ArrayList<>();
        new TreeMap<>(annotations).forEach((key, value) -> {
            if (key.startsWith(PREFIX)) {
                properties.add(property(key, key.substring(PREFIX.length()), value));
            }
        });
        return properties;
    }

    private static Property property(String key, String name, String text) {
        if (!name.matches("[A-Za-z]{3,}")) {
            throw refused(key, "\"" + name + "\" is no name of a property: letters only, three at least");
        }
        if (OURS.contains(name)) {
            throw refused(key, name + " is set by the runtime");
        }
        try {
            VariantText.Value value = VariantText.parse(text);
            if (name.matches(".*[a-z]" + SECONDS)) {
                String micros = name.substring(0, name.length() - SECONDS.length()) + "USec";
                return new Property(micros, micros(key, value));
            }
            return new Property(name, new Property.Typed(value.signature(), value.value()));
        } catch (VariantText.Malformed e) {
            throw new SystemdException(
                    path(key) + ": " + e.getMessage()
                            + "\n  values are in GVariant's text format: 'text', true, uint64 42",
                    e);
        }
    }

    private static Property.Typed micros(String key, VariantText.Value value) {
        if (!(value.value() instanceof BigDecimal seconds)) {
            throw refused(key, "is a time: a number of seconds, not a value of type " + value.signature());
        }
        BigInteger micros = seconds.multiply(MICROS).toBigInteger();
        if (micros.signum() < 0 || micros.bitLength() > U64_BITS) {
            throw refused(key, "is no time: " + seconds + " s");
        }
        return new Property.Typed("t", new BigDecimal(micros));
    }

    private static String path(String key) {
        return "annotations[\"" + key + "\"]";
    }

    private static SystemdException refused(String key, String why) {
        return new SystemdException(path(key) + ": " + why);
    }
}
