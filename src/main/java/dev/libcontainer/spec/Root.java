package dev.libcontainer.spec;

/**
 * The root filesystem of a container.
 *
 * @param path a directory of the host, absolute or relative to the bundle
 * @param readonly whether the container sees it read-only
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#root">config.md, Root</a>
 */
public record Root(String path, boolean readonly) {}
