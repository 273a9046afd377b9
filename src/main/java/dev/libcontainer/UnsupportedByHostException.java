package dev.libcontainer;

import java.util.Optional;

/** This host cannot do what was asked: a kernel feature, a cgroup controller or a privilege is missing. */
public final class UnsupportedByHostException extends ContainerException {
    private static final long serialVersionUID = 1L;

    UnsupportedByHostException(String message, String jsonPath, String hint, Optional<Throwable> cause) {
        super(Phase.COMPILE, message, jsonPath, hint, cause);
    }
}
