package dev.libcontainer.security;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A set of capabilities, as the kernel keeps it: one bit each.
 *
 * <p>Bits of capabilities newer than this library are kept, but have no name here.
 *
 * @param mask bit <i>n</i> stands for the capability with number <i>n</i>
 */
public record CapabilitySet(long mask) {
    /** No capability. */
    public static final CapabilitySet NONE = new CapabilitySet(0);

    /** Every capability that this library knows. */
    public static final CapabilitySet ALL = of(Capability.values());

    /** The 14 that container engines give to a container unless told otherwise. */
    public static final CapabilitySet CONTAINER_DEFAULT = of(
            Capability.AUDIT_WRITE,
            Capability.CHOWN,
            Capability.DAC_OVERRIDE,
            Capability.FOWNER,
            Capability.FSETID,
            Capability.KILL,
            Capability.MKNOD,
            Capability.NET_BIND_SERVICE,
            Capability.NET_RAW,
            Capability.SETFCAP,
            Capability.SETGID,
            Capability.SETPCAP,
            Capability.SETUID,
            Capability.SYS_CHROOT);

    /** The set of these. */
    public static CapabilitySet of(Capability... capabilities) {
        long mask = 0;
        for (Capability capability : capabilities) {
            mask |= capability.mask();
        }
        return new CapabilitySet(mask);
    }

    /**
     * The set of these names.
     *
     * @param names full names, e.g. {@code CAP_CHOWN}; repetitions do no harm
     * @throws UnknownCapabilityException at the first name that is not known
     */
    public static CapabilitySet parse(Collection<String> names) {
        long mask = 0;
        for (String name : names) {
            mask |= Capability.fromName(name).mask();
        }
        return new CapabilitySet(mask);
    }

    /** Whether the capability is in the set. */
    public boolean contains(Capability capability) {
        return (mask & capability.mask()) != 0;
    }

    /** Whether all of the other set are in this one. */
    public boolean containsAll(CapabilitySet other) {
        return (other.mask & ~mask) == 0;
    }

    /** Whether nothing is in the set. */
    public boolean isEmpty() {
        return mask == 0;
    }

    /** This set and the other together. */
    public CapabilitySet plus(CapabilitySet other) {
        return new CapabilitySet(mask | other.mask);
    }

    /** This set without what is in the other. */
    public CapabilitySet minus(CapabilitySet other) {
        return new CapabilitySet(mask & ~other.mask);
    }

    /** What is in both sets. */
    public CapabilitySet intersect(CapabilitySet other) {
        return new CapabilitySet(mask & other.mask);
    }

    /**
     * What a kernel knows of this set.
     *
     * @param lastCapability the number in {@code /proc/sys/kernel/cap_last_cap}
     */
    public CapabilitySet knownTo(int lastCapability) {
        return lastCapability >= Long.SIZE - 1 ? this : new CapabilitySet(mask & ((2L << lastCapability) - 1));
    }

    /** The members that have a name here, in the order of their numbers. */
    public List<Capability> capabilities() {
        List<Capability> members = new ArrayList<>(Long.bitCount(mask));
        for (Capability capability : Capability.values()) {
            if (contains(capability)) {
                members.add(capability);
            }
        }
        return List.copyOf(members);
    }

    /** The full names of the members, in the order of their numbers. */
    public List<String> names() {
        return capabilities().stream().map(Capability::fullName).toList();
    }

    @Override
    public String toString() {
        return String.join(" ", names());
    }
}
