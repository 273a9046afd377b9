package dev.libcontainer.cli;

import dev.libcontainer.runtime.ContainerState;
import dev.libcontainer.runtime.OciRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Several containers by one pattern ({@code --regex}). */
final class Regex {
    private Regex() {}

    /** The ids in which the pattern is found somewhere. */
    static List<String> ids(OciRuntime runtime, String regex) {
        Pattern pattern;
        try {
            pattern = Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new UsageException("\"" + regex + "\" is no regular expression: " + e.getDescription());
        }
        List<String> ids = new ArrayList<>();
        for (ContainerState state : runtime.list()) {
            if (pattern.matcher(state.id()).find()) {
                ids.add(state.id());
            }
        }
        return ids;
    }
}
