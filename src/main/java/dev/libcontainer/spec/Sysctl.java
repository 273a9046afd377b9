package dev.libcontainer.spec;

import java.util.Optional;
import java.util.Set;

/**
 * What the name of a kernel parameter in {@code linux.sysctl} stands for.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/sysctl.d.5.html">sysctl.d(5)</a>
 */
public final class Sysctl {
    private static final Set<String> SYSTEM_V_IPC = Set.of(
            "kernel/msgmax",
            "kernel/msgmnb",
            "kernel/msgmni",
            "kernel/sem",
            "kernel/shmall",
            "kernel/shmmax",
            "kernel/shmmni",
            "kernel/shm_rmid_forced");

    private Sysctl() {}

    /**
     * The file of a parameter, relative to {@code /proc/sys}; empty if the name cannot be that of one.
     *
     * <p>Whichever of dot and slash comes first separates, the other stands for itself:
     * {@code net.ipv4.conf.eth0/1.forwarding} is {@code net/ipv4/conf/eth0.1/forwarding}.
     */
    public static Optional<String> file(String name) {
        int dot = name.indexOf('.');
        int slash = name.indexOf('/');
        boolean dotSeparates = dot >= 0 && (slash < 0 || dot < slash);
        String file = dotSeparates ? swapped(name) : name;
        for (String part : file.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return Optional.empty();
            }
        }
        return Optional.of(file);
    }

    private static String swapped(String name) {
        StringBuilder file = new StringBuilder(name);
        for (int i = 0; i < file.length(); i++) {
            char c = file.charAt(i);
            file.setCharAt(i, c == '.' ? '/' : c == '/' ? '.' : c);
        }
        return file.toString();
    }

    /** The type of namespace a file below {@code /proc/sys} belongs to; empty for those of the whole host. */
    static Optional<NamespaceType> owner(String file) {
        if (file.startsWith("net/")) {
            return Optional.of(NamespaceType.NETWORK);
        }
        if (file.startsWith("fs/mqueue/") || SYSTEM_V_IPC.contains(file)) {
            return Optional.of(NamespaceType.IPC);
        }
        if (file.startsWith("user/")) {
            return Optional.of(NamespaceType.USER);
        }
        return Optional.empty();
    }
}
