package dev.libcontainer.spec;

/**
 * A run of user or group ids of a user namespace (or an id-mapped mount) and the host ids they stand for.
 *
 * @param containerID the first id inside, a uint32
 * @param hostID the first id outside, a uint32
 * @param size how many ids, a uint32, at least 1
 * @see <a href="https://man7.org/linux/man-pages/man7/user_namespaces.7.html">user_namespaces(7)</a>
 */
public record IdMapping(long containerID, long hostID, long size) {}
