/**
 * Network namespaces, ready before they are needed, and the host's devices that move into one.
 *
 * <p>May be used by the facade; uses {@code spec} and {@code kernel}.
 */
@NullMarked
package dev.libcontainer.net;

import org.jspecify.annotations.NullMarked;
