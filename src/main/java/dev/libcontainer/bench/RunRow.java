package dev.libcontainer.bench;

/**
 * What something takes outside of containers and inside.
 *
 * @param name of what is done, e.g. {@code getppid}
 * @param outside nanoseconds for one, the median
 * @param inside the same in the default sandbox
 * @param unfiltered the same in a sandbox without seccomp
 * @param p99 of the batches inside
 */
public record RunRow(String name, double outside, double inside, double unfiltered, double p99) {
    /** Inside to outside. */
    public double ratio() {
        return inside / outside;
    }
}
