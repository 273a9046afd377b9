package dev.libcontainer.systemd;

import java.util.Optional;

/**
 * The unit of a container, from {@code cgroupsPath}, which for this driver is {@code slice:prefix:name}.
 *
 * @param slice the slice that it is in; {@code -.slice} is the root
 * @param unit {@code prefix-name.scope}
 * @see <a href="https://www.freedesktop.org/software/systemd/man/latest/systemd.slice.html">systemd.slice(5)</a>
 */
public record ScopeName(String slice, String unit) {
    private static final String MEMBER = "linux.cgroupsPath: ";
    private static final String SLICE = ".slice";
    private static final String ROOT = "-" + SLICE;
    /** Where containers are that ask for nothing else, of the host's manager and of a user's own. */
    private static final String SYSTEM = "system" + SLICE;

    private static final String USER = "user" + SLICE;
    private static final String DEFAULT_PREFIX = "jrunc";
    private static final int LONGEST = 255;

    /**
     * Reads a path.
     *
     * @param id names the unit if the path is absent
     * @param user whether it is a unit of a user's own manager
     * @throws SystemdException if it is no such path
     */
    public static ScopeName of(Optional<String> cgroupsPath, String id, boolean user) {
        String usual = user ? USER : SYSTEM;
        if (cgroupsPath.filter(path -> !path.isEmpty()).isEmpty()) {
            return named(usual, DEFAULT_PREFIX, id);
        }
        String[] parts = cgroupsPath.get().split(":", -1);
        if (parts.length != 3 || parts[2].isEmpty()) {
            throw new SystemdException(MEMBER
                    + "expected to be of the form slice:prefix:name for the systemd driver, not " + cgroupsPath.get());
        }
        String slice = parts[0].isEmpty() ? usual : parts[0];
        return named(slice.equals("-") ? ROOT : slice, parts[1], parts[2]);
    }

    private static ScopeName named(String slice, String prefix, String name) {
        if (name.endsWith(SLICE)) {
            throw new SystemdException(
                    MEMBER + "a container cannot be the slice " + name + ": slices have no processes");
        }
        String unit = (prefix.isEmpty() ? "" : prefix + "-") + name + ".scope";
        if (!unit.matches("[A-Za-z0-9:_.\\\\@+-]+") || unit.length() > LONGEST) {
            throw new SystemdException(MEMBER + "\"" + unit + "\" is no name for a unit");
        }
        ScopeName scope = new ScopeName(slice, unit.replace("+", "\\x2b"));
        scope.path(); // says what is wrong with the slice
        return scope;
    }

    /** Where it is below the top of systemd's hierarchy: {@code a-b.slice} is in {@code a.slice}. */
    public String path() {
        if (slice.equals(ROOT)) {
            return "/" + unit;
        }
        String name = slice.endsWith(SLICE) ? slice.substring(0, slice.length() - SLICE.length()) : "";
        StringBuilder path = new StringBuilder();
        StringBuilder prefix = new StringBuilder();
        for (String part : name.split("-", -1)) {
            if (!part.matches("[A-Za-z0-9:_.\\\\@]+")) {
                throw new SystemdException(MEMBER + "\"" + slice + "\" is no name for a slice");
            }
            path.append('/').append(prefix).append(part).append(SLICE);
            prefix.append(part).append('-');
        }
        return path.append('/').append(unit).toString();
    }
}
