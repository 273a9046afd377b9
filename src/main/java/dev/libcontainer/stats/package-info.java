/** What containers use, as values: whole pictures, and samples of a stream. */
@NullMarked
package dev.libcontainer.stats;

import org.jspecify.annotations.NullMarked;
