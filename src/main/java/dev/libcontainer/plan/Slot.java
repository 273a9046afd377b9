package dev.libcontainer.plan;

/**
 * A place for an fd that is known only at spawn time: bound by the request, or by an earlier step.
 *
 * @param index 0-63
 * @param name for people
 */
public record Slot(int index, String name) {
    /** stdin, stdout and stderr are slots 0 to 2. */
    static final Slot CONSOLE = new Slot(3, "console");

    static final Slot ROOT = new Slot(4, "root");
    static final Slot PROC = new Slot(5, "proc");

    long bit() {
        return 1L << index;
    }

    @Override
    public String toString() {
        return "{" + name + "}";
    }
}
