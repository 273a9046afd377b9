package dev.libcontainer.security;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The words of a seccomp profile that the compiler understands, each list in alphabetical order. */
public final class SeccompWords {
    private SeccompWords() {}

    /** Names of actions. */
    public static List<String> actions() {
        List<String> names = new ArrayList<>();
        for (SeccompAction action : SeccompAction.values()) {
            names.add(action.ociName());
        }
        Collections.sort(names);
        return names;
    }

    /** Names of comparisons. */
    public static List<String> operators() {
        List<String> names = new ArrayList<>();
        for (ArgCheck.Op operator : ArgCheck.Op.values()) {
            names.add("SCMP_CMP_" + operator.name());
        }
        Collections.sort(names);
        return names;
    }

    /** Names of architectures. */
    public static List<String> architectures() {
        List<String> names = new ArrayList<>();
        for (Arch arch : Arch.values()) {
            names.add(arch.ociName());
        }
        Collections.sort(names);
        return names;
    }

    /** Names of flags. */
    public static List<String> flags() {
        List<String> names = new ArrayList<>();
        for (SeccompFlag flag : SeccompFlag.values()) {
            names.add(flag.ociName());
        }
        Collections.sort(names);
        return names;
    }
}
