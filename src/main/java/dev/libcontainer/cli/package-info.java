/**
 * The command {@code jrunc}: one class a verb, which turns words into a call of the runtime and its answer into text.
 *
 * <p>Nothing here knows the process it runs in but {@link dev.libcontainer.cli.Jrunc#main}: a {@link
 * dev.libcontainer.cli.Console} carries directory, environment and streams, a verb returns its exit code.
 *
 * <p>Used by nobody; uses {@code runtime}, {@code cgroup} and {@code spec}.
 */
@NullMarked
package dev.libcontainer.cli;

import org.jspecify.annotations.NullMarked;
