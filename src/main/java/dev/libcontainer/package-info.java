/**
 * Containers from inside a JVM: {@link dev.libcontainer.Containers} compiles a {@link dev.libcontainer.ContainerSpec} to a
 * {@link dev.libcontainer.Blueprint}, which spawns {@link dev.libcontainer.Container}s.
 */
@NullMarked
package dev.libcontainer;

import org.jspecify.annotations.NullMarked;
