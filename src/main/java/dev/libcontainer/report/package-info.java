/**
 * What the kernel said, in sentences, and what it can do, as facts for the compiler: for whoever spawns plans.
 *
 * <p>May be used by the facade and {@code runtime}; uses {@code plan}, {@code spec}, {@code security}, {@code cgroup} and
 * {@code kernel}.
 */
@NullMarked
package dev.libcontainer.report;

import org.jspecify.annotations.NullMarked;
