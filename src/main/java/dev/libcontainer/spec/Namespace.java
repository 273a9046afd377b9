package dev.libcontainer.spec;

import java.util.Optional;

/**
 * A namespace of a container: a new one, or one to join.
 *
 * @param type its kind
 * @param path a namespace file such as {@code /proc/1234/ns/net}, absolute, to join; absent makes a new namespace
 */
public record Namespace(NamespaceType type, Optional<String> path) {

    /** A new namespace. */
    public static Namespace of(NamespaceType type) {
        return new Namespace(type, Optional.empty());
    }

    /** The existing namespace the file stands for. */
    public static Namespace at(NamespaceType type, String path) {
        return new Namespace(type, Optional.of(path));
    }
}
