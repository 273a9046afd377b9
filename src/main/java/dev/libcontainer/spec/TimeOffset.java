package dev.libcontainer.spec;

/**
 * How far a clock of a time namespace is ahead of the host's.
 *
 * @param secs seconds, an int64
 * @param nanosecs nanoseconds to add, 0 to 999999999
 * @see <a href="https://man7.org/linux/man-pages/man7/time_namespaces.7.html">time_namespaces(7)</a>
 */
public record TimeOffset(long secs, long nanosecs) {}
