/** What isolation costs on this host: starting a container knob by knob, and running inside of one. */
@org.jspecify.annotations.NullMarked
package dev.libcontainer.bench;
