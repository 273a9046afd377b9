/**
 * The life of OCI containers: create, start, exec, kill, delete, with state on disk that outlives the JVM.
 *
 * <p>May be used by {@code cli}; uses {@code spec}, {@code plan}, {@code security}, {@code kernel}, {@code cgroup},
 * {@code net} and {@code rootfs}.
 */
@NullMarked
package dev.libcontainer.runtime;

import org.jspecify.annotations.NullMarked;
