/**
 * Spec to plan: every policy decision about a container, taken once, in pure Java, on any operating system.
 *
 * <p>May be used by the facade; uses {@code spec} and {@code security} only.
 */
@NullMarked
package dev.libcontainer.plan;

import org.jspecify.annotations.NullMarked;
