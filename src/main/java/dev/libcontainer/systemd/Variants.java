package dev.libcontainer.systemd;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.freedesktop.dbus.DBusPath;
import org.freedesktop.dbus.types.UInt16;
import org.freedesktop.dbus.types.UInt32;
import org.freedesktop.dbus.types.UInt64;
import org.freedesktop.dbus.types.Variant;

/** Properties in the types that the D-Bus library takes. */
final class Variants {
    private Variants() {}

    /** Properties as an {@code a(sv)}. */
    static List<Object[]> structs(List<Property> properties) {
        List<Object[]> structs = new ArrayList<>();
        for (Property property : properties) {
            structs.add(new Object[] {property.name(), variant(property.value())});
        }
        return structs;
    }

    private static Variant<?> variant(Object value) {
        if (value instanceof Long number) {
            return new Variant<>(new UInt64(Long.toUnsignedString(number)), "t");
        }
        if (value instanceof Boolean) {
            return new Variant<>(value, "b");
        }
        if (value instanceof Property.Numbers list) {
            return new Variant<>(list.numbers().stream().map(UInt32::new).toList(), "au");
        }
        if (value instanceof Property.Bits bits) {
            return new Variant<>(bits.bytes(), "ay");
        }
        if (value instanceof Property.Devices list) {
            return new Variant<>(
                    list.devices().stream()
                            .map(device -> new Object[] {device.node(), device.access()})
                            .toList(),
                    "a(ss)");
        }
        if (value instanceof Property.Typed typed) {
            return new Variant<>(object(typed.signature(), typed.value()), typed.signature());
        }
        return new Variant<>(String.valueOf(value), "s");
    }

    private static Object object(String signature, Object value) {
        if (value instanceof BigDecimal number) {
            return number(signature.charAt(0), number);
        }
        if (!(value instanceof List<?> values)) {
            return signature.equals("o") ? new DBusPath(String.valueOf(value)) : value;
        }
        if (signature.charAt(0) == 'a') {
            String element = signature.substring(1);
            return values.stream().map(each -> object(element, each)).toList();
        }
        List<String> types = VariantText.members(signature);
        Object[] struct = new Object[values.size()];
        for (int i = 0; i < struct.length; i++) {
            struct[i] = object(types.get(i), values.get(i));
        }
        return struct;
    }

    private static Object number(char type, BigDecimal number) {
        return switch (type) {
            case 'y' -> number.byteValue();
            case 'n' -> number.shortValue();
            case 'q' -> new UInt16(number.intValue());
            case 'i' -> number.intValue();
            case 'u' -> new UInt32(number.longValue());
            case 'x' -> number.longValue();
            case 't' -> new UInt64(number.toBigInteger().toString());
            default -> number.doubleValue();
        };
    }
}
