package dev.libcontainer.spec;

import java.util.Optional;

/**
 * A network device that moves from the host into the container.
 *
 * @param name its name in the container; absent keeps the one it has
 */
public record NetDevice(Optional<String> name) {}
