package dev.libcontainer.bench;

/**
 * What one knob adds to the start of a container.
 *
 * @param name of the knob
 * @param group what it belongs to: namespaces, cgroups …
 * @param base the row that it is compared with, empty for the row that all begins with
 * @param p50 nanoseconds from the call to the reaped process
 * @param p99 the same
 * @param cost nanoseconds more than the base: the median of the differences, round by round; NaN without a base
 * @param samples how many starts
 */
public record StartRow(String name, String group, String base, double p50, double p99, double cost, int samples) {}
