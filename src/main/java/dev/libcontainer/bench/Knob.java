package dev.libcontainer.bench;

import dev.libcontainer.ContainerSpec;

/**
 * One way to isolate, alone.
 *
 * @param name in lower case, with hyphens
 * @param group what it belongs to
 * @param base the knob that has all but this; empty for none
 * @param spec a container with it
 * @param surroundings what each start needs besides
 */
record Knob(String name, String group, String base, ContainerSpec spec, Surroundings surroundings) {}
