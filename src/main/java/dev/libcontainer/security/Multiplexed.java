package dev.libcontainer.security;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A call that 32-bit PC programs may also make through {@code socketcall} or {@code ipc}, which take the wanted call as
 * their first argument and the arguments behind a pointer, where no filter can see them.
 *
 * @param callNumber of the multiplexer
 * @param selector its first argument
 * @see <a href="https://man7.org/linux/man-pages/man2/socketcall.2.html">socketcall(2)</a>, <a
 *     href="https://man7.org/linux/man-pages/man2/ipc.2.html">ipc(2)</a>
 */
record Multiplexed(int callNumber, int selector) {
    private static final int SOCKETCALL = 102;
    private static final int IPC = 117;
    private static final Map<String, Multiplexed> WAYS = ways();

    /** The way to a call, if it has one. */
    static Optional<Multiplexed> find(String name) {
        return Optional.ofNullable(WAYS.get(name));
    }

    /** The checks of a rule for the call as libseccomp carries them over: the selector takes the first one's place. */
    List<ArgCheck> through(List<ArgCheck> checks) {
        List<ArgCheck> changed = new ArrayList<>();
        changed.add(new ArgCheck(0, ArgCheck.Op.EQ, selector, ~0L));
        for (ArgCheck check : checks) {
            if (check.index() != 0) {
                changed.add(check);
            }
        }
        return changed;
    }

    private static Map<String, Multiplexed> ways() {
        Map<String, Multiplexed> ways = new HashMap<>();
        String sockets =
                "socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom"
                        + " shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg";
        int next = 1;
        for (String name : sockets.split(" ")) {
            ways.put(name, new Multiplexed(SOCKETCALL, next++));
        }
        putIpc(ways, 1, "semop semget semctl semtimedop");
        putIpc(ways, 11, "msgsnd msgrcv msgget msgctl");
        putIpc(ways, 21, "shmat shmdt shmget shmctl");
        return Map.copyOf(ways);
    }

    private static void putIpc(Map<String, Multiplexed> ways, int first, String names) {
        int next = first;
        for (String name : names.split(" ")) {
            ways.put(name, new Multiplexed(IPC, next++));
        }
    }
}
