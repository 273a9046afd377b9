/**
 * Network namespaces, ready before they are needed.
 *
 * <p>May be used by the facade; uses {@code kernel} only.
 */
@NullMarked
package dev.libcontainer.net;

import org.jspecify.annotations.NullMarked;
