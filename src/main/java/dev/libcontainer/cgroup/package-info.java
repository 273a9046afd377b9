/**
 * Control groups: where the host has them, what is written for limits, and what can be read back.
 *
 * <p>Two layers. Mappings take and give text and values, one file a controller with the limits it writes, the files it
 * reads and what they say. {@link ContainerCgroup}, {@link CgroupSession} and what they are made of do it to directories.
 *
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v1/index.html">The kernel on version 1</a>
 * @see <a href="https://docs.kernel.org/admin-guide/cgroup-v2.html">The kernel on version 2</a>
 */
@NullMarked
package dev.libcontainer.cgroup;

import org.jspecify.annotations.NullMarked;
