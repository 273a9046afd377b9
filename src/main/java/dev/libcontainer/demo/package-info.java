/** What {@code ./run} shows; written over the public API only. */
@NullMarked
package dev.libcontainer.demo;

import org.jspecify.annotations.NullMarked;
