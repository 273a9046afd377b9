package dev.libcontainer.security;

import java.io.Serial;
import java.util.Locale;
import java.util.Optional;

/** A capability was asked for by a name that this library does not know. */
public final class UnknownCapabilityException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1;

    private final String capability;

    UnknownCapabilityException(String capability) {
        super("unknown capability \"" + capability + "\"");
        this.capability = capability;
    }

    /** The name that was asked for. */
    public String capability() {
        return capability;
    }

    /** What was probably meant, one sentence. */
    public Optional<String> hint() {
        String shout = capability.toUpperCase(Locale.ROOT);
        String full = shout.startsWith("CAP_") ? shout : "CAP_" + shout;
        for (Capability known : Capability.values()) {
            if (known.fullName().equals(full)) {
                return Optional.of("write " + full);
            }
        }
        return Optional.empty();
    }
}
