/** What happens to containers, as values and as events of JDK Flight Recorder. */
@NullMarked
package dev.libcontainer.events;

import org.jspecify.annotations.NullMarked;
