package dev.libcontainer.spec;

/**
 * The I/O priority of a process.
 *
 * @param ioClass {@code IOPRIO_CLASS_RT}, {@code IOPRIO_CLASS_BE} or {@code IOPRIO_CLASS_IDLE}; {@code class} in JSON
 * @param priority 0 (first) to 7 (last) within the class
 * @see <a href="https://man7.org/linux/man-pages/man2/ioprio_set.2.html">ioprio_set(2)</a>
 */
public record IoPriority(String ioClass, int priority) {}
