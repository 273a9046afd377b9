package dev.libcontainer.systemd;

import java.util.List;

/**
 * One property of a unit, as org.freedesktop.systemd1(5) lists them.
 *
 * @param value unsigned numbers are a long's bits, so that unlimited is {@link #UNLIMITED}
 */
public record Property(String name, Object value) {
    /** Of a limit that is none: all bits set. */
    public static final long UNLIMITED = -1;

    /** A list of unsigned 32-bit numbers. */
    public record Numbers(List<Integer> numbers) {}

    /** A set of numbers, lowest bit first. */
    public record Bits(List<Byte> bytes) {}

    /** A device and how it may be used. */
    public record Device(String node, String access) {}

    /** A value of a type that D-Bus calls so: numbers are BigDecimals, arrays and structs are lists. */
    public record Typed(String signature, Object value) {}

    /** Devices that may be used. */
    public record Devices(List<Device> devices) {}
}
