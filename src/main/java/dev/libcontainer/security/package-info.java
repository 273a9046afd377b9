/**
 * What a container may ask of the kernel, as values: capability sets and system call filters.
 *
 * <p>{@link dev.libcontainer.security.SeccompCompiler} turns the {@code linux.seccomp} part of a configuration into a
 * program for the kernel, {@link dev.libcontainer.security.DefaultSeccompProfile} is the profile used when none is
 * given.
 *
 * <p>Everything here is pure: no system call is made, no root is needed, and any operating system will do. All types
 * are immutable or thread-safe.
 */
@NullMarked
package dev.libcontainer.security;

import org.jspecify.annotations.NullMarked;
