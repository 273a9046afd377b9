/** When to make sandboxes ahead: decisions without clocks, threads or a kernel. */
@NullMarked
package dev.libcontainer.pool;

import org.jspecify.annotations.NullMarked;
