/**
 * The kernel as this library sees it: file descriptors, engines, exits, probes. The only package that knows JavaCPP.
 *
 * <p>May be used by the facade and by packages that touch the system; uses nothing of ours.
 */
@NullMarked
package dev.libcontainer.kernel;

import org.jspecify.annotations.NullMarked;
