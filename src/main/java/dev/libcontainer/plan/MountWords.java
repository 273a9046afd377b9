package dev.libcontainer.plan;

import java.util.List;

/** The mount options that the compiler understands; any other word is data of the file system. */
public final class MountWords {
    private MountWords() {}

    /** All of them, in alphabetical order. */
    public static List<String> all() {
        return List.copyOf(MountOptions.words());
    }
}
