package dev.libcontainer;

import java.util.Optional;

/** The description of a container is wrong; {@link #jsonPath()} names the place. */
public final class InvalidSpecException extends ContainerException {
    private static final long serialVersionUID = 1L;

    InvalidSpecException(String message, String jsonPath, String hint, Throwable cause) {
        super(Phase.COMPILE, message, jsonPath, hint, Optional.of(cause));
    }
}
