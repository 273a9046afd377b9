package dev.libcontainer.systemd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The bus that the caller's service manager is on: the system's for root, the user's own for others. An engine that does
 * without root calls as root of a user namespace that it has made, with {@code USER} still telling who that is.
 *
 * @param address as D-Bus writes it
 * @param user whether it is a user's
 * @param uid the caller's, as the bus sees it
 */
record Bus(String address, boolean user, long uid) {
    private static final String SYSTEM = "unix:path=/run/dbus/system_bus_socket";

    /**
     * Finds it.
     *
     * @param environment may name it in {@code DBUS_SYSTEM_BUS_ADDRESS}, or in {@code DBUS_SESSION_BUS_ADDRESS} or {@code XDG_RUNTIME_DIR}
     * @throws SystemdException if a user has none
     */
    static Bus of(Map<String, String> environment) {
        long uid = own();
        if (uid == 0 && isUsersNamespace(environment)) {
            uid = outside(0, uidMap());
        }
        if (uid == 0) {
            return new Bus(environment.getOrDefault("DBUS_SYSTEM_BUS_ADDRESS", SYSTEM), false, uid);
        }
        String session = environment.getOrDefault("DBUS_SESSION_BUS_ADDRESS", "");
        if (!session.isEmpty()) {
            return new Bus(session, true, uid);
        }
        String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
        Path socket = runtime.isEmpty() ? Path.of("/run/user", Long.toString(uid), "bus") : Path.of(runtime, "bus");
        if (!Files.exists(socket)) {
            throw new SystemdException("the systemd driver asks a user's own systemd, whose bus is not at " + socket
                    + ": log in, or loginctl enable-linger, or set"
                    + " DBUS_SESSION_BUS_ADDRESS; or use --cgroup-manager cgroupfs, and tell the engine so");
        }
        return new Bus("unix:path=" + socket, true, uid);
    }

    /** As runc decides: root of a system container, which is root of a user namespace too, is called so. */
    private static boolean isUsersNamespace(Map<String, String> environment) {
        String name = environment.getOrDefault("USER", "");
        return !name.isEmpty() && !name.equals("root");
    }

    private static long own() {
        try {
            return ((Number) Files.getAttribute(Path.of("/proc/self"), "unix:uid")).longValue(); // the effective one
        } catch (IOException e) {
            return 0; // no procfs: whoever is asked next says what is missing
        }
    }

    private static String uidMap() {
        try {
            return Files.readString(Path.of("/proc/self/uid_map"));
        } catch (IOException e) {
            return "";
        }
    }

    /** The id outside of a user namespace with this map; itself where the map has no word of it. */
    static long outside(long uid, String uidMap) {
        for (String line : uidMap.lines().toList()) {
            String[] words = line.strip().split("\\s+");
            long first = Long.parseLong(words[0]);
            if (uid >= first && uid - first < Long.parseLong(words[2])) {
                return Long.parseLong(words[1]) + uid - first;
            }
        }
        return uid;
    }
}
