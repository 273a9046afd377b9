/**
 * What can be a container's root.
 *
 * <p>May be used by the facade; uses {@code spec} and {@code kernel} only.
 */
@NullMarked
package dev.libcontainer.rootfs;

import org.jspecify.annotations.NullMarked;
