/**
 * Units of systemd, for containers whose cgroups it is to know of: what they are called, what properties say of limits, and
 * the calls over D-Bus. The only package that knows a D-Bus library, which nothing loads until a bus is connected to.
 */
@NullMarked
package dev.libcontainer.systemd;

import org.jspecify.annotations.NullMarked;
