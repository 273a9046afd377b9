package dev.libcontainer;

import java.util.Optional;

/** No sandbox of a pool was ready, and its options say that a take fails then. */
public final class PoolEmptyException extends ContainerException {
    private static final long serialVersionUID = 1L;

    PoolEmptyException(String message, Optional<ContainerException> lastFailure) {
        super(
                Phase.SPAWN,
                message,
                "",
                lastFailure
                        .map(e -> "the last one could not be made: " + e.getMessage())
                        .orElse(""),
                lastFailure.map(e -> e));
    }
}
