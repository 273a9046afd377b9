/**
 * Control groups: where the host has them, what is written for limits, and what can be read back.
 *
 * <p>Everything in here takes and gives text and values; opening, reading and writing the files is left to the caller.
 * One file a controller, each with the same three parts: the limits it writes, the files it reads, what they say.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/index.html">The kernel on version 1</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">The kernel on version 2</a>
 */
@NullMarked
package dev.libcontainer.cgroup;

import org.jspecify.annotations.NullMarked;
