package dev.libcontainer;

import java.util.Optional;

/**
 * What a {@link ContainerPool} has done so far.
 *
 * @param ready sandboxes that wait now
 * @param made sandboxes that were made
 * @param taken of them, those that run or ran something
 * @param spawned takes that were served by a spawn: none was ready, or what was asked for cannot be had of one
 * @param refused takes that failed because none was ready
 * @param died sandboxes that ended while they waited
 * @param retired sandboxes that were let go for their age, or because nobody needed so many
 * @param failures times that making one failed
 * @param lastFailure why, the last time
 */
public record PoolFigures(
        int ready,
        long made,
        long taken,
        long spawned,
        long refused,
        long died,
        long retired,
        long failures,
        Optional<ContainerException> lastFailure) {}
