package dev.libcontainer.spec;

/**
 * A resource limit of a process.
 *
 * <p>Limits are uint64 values carried in a {@code long}: use {@link Long#compareUnsigned} to compare them.
 *
 * @param type the name in {@code getrlimit(2)}, e.g. {@code RLIMIT_NOFILE}
 * @param soft what the kernel enforces
 * @param hard how far the process may raise {@code soft} itself
 * @see <a href="https://man7.org/linux/man-pages/man2/getrlimit.2.html">getrlimit(2)</a>
 */
public record Rlimit(String type, long soft, long hard) {

    /** {@code RLIM_INFINITY}: no limit; 18446744073709551615 in JSON. */
    public static final long INFINITY = -1L;
}
