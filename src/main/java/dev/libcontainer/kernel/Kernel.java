package dev.libcontainer.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * System calls by fd, checked: {@code -errno} becomes a {@link KernelException} here and nowhere else.
 */
public final class Kernel {
    public static final int AT_FDCWD = -100;
    public static final long O_RDONLY = 0;
    public static final long O_RDWR = 2;
    public static final long O_DIRECTORY =
            Long.parseLong(System.getProperty("os.arch").equals("aarch64") ? "40000" : "200000", 8);
    public static final long O_PATH = 010000000;
    public static final long O_WRONLY = 1;

    private static final byte[] NOTHING = {0};
    private static final ByteBuffer NO_DATA = ByteBuffer.allocateDirect(4);
    private static final int SMALL_FILE = 64 * 1024;

    private Kernel() {}

    /**
     * Loads the native library.
     *
     * @throws IllegalStateException if it cannot be loaded, saying where it was looked for
     */
    public static void load() {
        try {
            Native.load();
            if (Native.abi() != Abi.VERSION) {
                throw new IllegalStateException("the native library has ABI version " + Native.abi() + ", this is "
                        + Abi.VERSION + ": two versions of libcontainer are on the path");
            }
        } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
            String cache = System.getProperty("org.bytedeco.javacpp.cachedir", "~/.javacpp/cache");
            throw new IllegalStateException(
                    "the native library cannot be loaded (it is unpacked to " + cache
                            + ", which must be writable and not mounted noexec; org.bytedeco.javacpp.cachedir names"
                            + " another place): " + e.getMessage(),
                    e);
        }
    }

    static int check(String operation, String object, int result) {
        if (result < 0) {
            throw new KernelException(operation, object, new Errno(-result));
        }
        return result;
    }

    static byte[] cString(String s) {
        if (s.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("NUL character in \"" + s.replace("\0", "\\0") + "\"");
        }
        return (s + '\0').getBytes(StandardCharsets.UTF_8);
    }

    /** openat2(2) with O_CLOEXEC; flags as the {@code O_*} here. */
    public static Fd open(String path, long flags) {
        return open(AT_FDCWD, path, flags);
    }

    /** openat2(2) relative to a directory fd. */
    public static Fd open(int dir, String path, long flags) {
        return Fd.adopt(check("open", path, Native.openat2(dir, cString(path), flags, 0, 0)));
    }

    /** Opens a file, which is made with these permissions if it is missing and flags have O_CREAT. */
    public static Fd create(String path, long flags, long mode) {
        return Fd.adopt(check("open", path, Native.openat2(AT_FDCWD, cString(path), flags, mode, 0)));
    }

    /** The content of a small file below a directory, or nothing if it is not there. */
    public static Optional<String> readAt(int dir, String path) {
        ByteBuffer data = ByteBuffer.allocateDirect(SMALL_FILE);
        int n = Native.readAt(dir, cString(path), data, data.capacity());
        if (n == -Errno.ENOENT.number()) {
            return Optional.empty();
        }
        byte[] bytes = new byte[check("read", path, n)];
        data.get(0, bytes);
        return Optional.of(new String(bytes, StandardCharsets.UTF_8));
    }

    /** The content of a small file below a root, whose links lead nowhere else (openat2(2), RESOLVE_IN_ROOT). */
    public static String readInRoot(int root, String path) {
        long inRoot = 0x10 | 0x02; // RESOLVE_IN_ROOT, RESOLVE_NO_MAGICLINKS
        int opened =
                check("open", path, Native.openat2(root, cString(path), O_RDONLY | 04000, 0, inRoot)); // O_NONBLOCK
        try (Fd fd = Fd.adopt(opened)) {
            ByteBuffer data = ByteBuffer.allocateDirect(SMALL_FILE);
            byte[] bytes = new byte[read(fd.value(), data)];
            data.get(0, bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    /** Whether there is such a file below a directory. */
    public static boolean exists(int dir, String path) {
        int fd = Native.openat2(dir, cString(path), O_PATH, 0, 0);
        close(fd);
        return fd >= 0;
    }

    /** Writes an existing control file below a directory in one write. */
    public static void writeAt(int dir, String path, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        check("write \"" + value + "\" to", path, Native.writeAt(dir, cString(path), bytes, bytes.length));
    }

    /** The same; false if the kernel refuses. */
    public static boolean tryWriteAt(int dir, String path, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return Native.writeAt(dir, cString(path), bytes, bytes.length) >= 0;
    }

    /** The same as {@link #write}, if it can be done. */
    public static boolean tryWrite(int fd, ByteBuffer data, int size) {
        return Native.write(fd, data, size) >= 0;
    }

    /** mkdirat(2); false if it was there already. */
    public static boolean makeDirectory(int dir, String path, int mode) {
        int r = Native.mkdir(dir, cString(path), mode);
        if (r == -Errno.EEXIST.number()) {
            return false;
        }
        check("mkdir", path, r);
        return true;
    }

    /** rmdir; false if it is not there or not empty. */
    public static boolean removeDirectory(int dir, String path) {
        return Native.rmdir(dir, cString(path)) == 0;
    }

    /** A new FIFO below a directory, both ends open in one fd. */
    public static Fd fifo(int dir, String name, int mode) {
        return Fd.adopt(check("mkfifo", name, Native.fifo(dir, cString(name), mode)));
    }

    /** The reading and the writing end. */
    public static Fd[] pipe() {
        int[] ends = new int[2];
        check("pipe2", "", Native.pipe(ends));
        return new Fd[] {Fd.adopt(ends[0]), Fd.adopt(ends[1])};
    }

    /** A stream socket connected to the one that listens at a name below a directory (AT_FDCWD: at a path). */
    public static Fd connect(int dir, String name) {
        return Fd.adopt(check("connect", name, Native.socketConnect(dir, cString(name))));
    }

    /** A datagram socket at a name below a directory, that everybody may send to. */
    public static Fd bindDatagrams(int dir, String name) {
        return Fd.adopt(check("bind", name, Native.datagramBind(dir, cString(name))));
    }

    /** One that sends there; {@code @} at the beginning of a name at AT_FDCWD means an abstract one. */
    public static Fd connectDatagrams(int dir, String name) {
        return Fd.adopt(check("connect", name, Native.datagramConnect(dir, cString(name))));
    }

    /** Sends data in one message, with fds. */
    public static void send(int socket, byte[] data, int... fds) {
        check("sendmsg", "fd " + socket, Native.socketSend(socket, data, data.length, fds, fds.length));
    }

    /** A file in memory with this content, at its beginning. */
    public static Fd memoryFile(byte[] data) {
        return Fd.adopt(check("memfd_create", "", Native.memoryFile(data, data.length)));
    }

    /** read(2) into a direct buffer from 0; bytes read, 0 at the end. */
    public static int read(int fd, ByteBuffer data) {
        return check("read", "fd " + fd, Native.read(fd, data, data.capacity()));
    }

    /**
     * Reads open files from their beginnings, in one call.
     *
     * @param most the largest file, in bytes; no file is begun for which data has no such room left
     * @param data direct; for each file i32 length or -errno, then its bytes padded to four
     * @return bytes in data: those of all files, or of as many as it has room for
     */
    public static int readEach(int[] fds, int count, int most, ByteBuffer data) {
        return check("read", "files", Native.readEach(fds, count, most, data, data.capacity()));
    }

    /** write(2) of the first size bytes of a direct buffer; bytes written. */
    public static int write(int fd, ByteBuffer data, int size) {
        return check("write", "fd " + fd, Native.write(fd, data, size));
    }

    public static void close(int fd) {
        if (fd >= 0) {
            Native.close(fd);
        }
    }

    /** An eventfd(2), for the kernel to write to. */
    public static Fd eventFd() {
        return Fd.adopt(check("eventfd", "", Native.eventfd()));
    }

    /** Sends a signal to the process of a pidfd; false if it has ended. */
    public static boolean signal(int pidfd, int signal) {
        int r = Native.pidfdSignal(pidfd, signal);
        if (r == -3) { // ESRCH
            return false;
        }
        check("pidfd_send_signal", "signal " + signal, r);
        return true;
    }

    /** The pidfd of a process; empty if there is none of this number. */
    public static Optional<Fd> pidfd(int pid) {
        int fd = Native.pidfdOpen(pid);
        return fd == -3 ? Optional.empty() : Optional.of(Fd.adopt(check("pidfd_open", "process " + pid, fd))); // ESRCH
    }

    /** Waits until a pidfd's process is gone (or another fd can be read). */
    public static void awaitReadable(int fd) {
        try (Poller poller = new Poller()) {
            poller.add(fd, 0);
            poller.await(-1, token -> {});
        }
    }

    /** A copy of another process's fd (pidfd_getfd(2)); needs the right to trace it. */
    public static Fd copyFd(int pidfd, int fd) {
        return Fd.adopt(check("pidfd_getfd", "fd " + fd, Native.pidfdGetfd(pidfd, fd)));
    }

    /** A buffer for {@link #await(int, long, ByteBuffer)}. */
    public static ByteBuffer exitBuffer() {
        return ByteBuffer.allocateDirect(Abi.EXIT_SIZE).order(ByteOrder.nativeOrder());
    }

    /** Waits for the end of a child and reaps it; empty on time-out or if another call has reaped it. */
    public static Optional<Exit> await(int pidfd, long timeoutMicros) {
        return await(pidfd, timeoutMicros, exitBuffer());
    }

    /** The same with a buffer of the caller's. */
    public static Optional<Exit> await(int pidfd, long timeoutMicros, ByteBuffer buffer) {
        return Native.await(pidfd, timeoutMicros, buffer) == 1 ? Optional.of(Exit.read(buffer, 0)) : Optional.empty();
    }

    /** The same for a pidfd that a poller watches under this token; the poller is relieved of it meanwhile. */
    public static Optional<Exit> awaitInstead(
            Poller poller, long token, int pidfd, long timeoutMicros, ByteBuffer buffer) {
        int r = Native.awaitInstead(poller.fd(), token, pidfd, timeoutMicros, buffer);
        return r == 1 ? Optional.of(Exit.read(buffer, 0)) : Optional.empty();
    }

    /** A network namespace with its loopback up; takes about a millisecond. */
    public static Fd createNetworkNamespace() {
        return Fd.adopt(check("unshare", "network namespace", Native.netnsCreate()));
    }

    /** An rtnetlink socket in a network namespace, -1 for the calling thread's; it stays there. */
    public static Fd openNetlink(int netns) {
        return Fd.adopt(check("open", "netlink", Native.netlinkOpen(netns)));
    }

    /**
     * Sends rtnetlink requests and waits for one datagram of their answers.
     *
     * @param requests one or more in a row; none only waits for the next
     * @param answer direct
     * @return bytes in answer; if they are more than it has room for, the datagram is still there to be asked for
     */
    public static int netlink(int socket, byte[] requests, ByteBuffer answer) {
        int n = Native.netlink(socket, requests, requests.length, answer, answer.capacity());
        return check("netlink", "request", n);
    }

    /** A user namespace that nobody is in; mappings are text as for {@code /proc/PID/uid_map}. */
    public static Fd createUserNamespace(String uidMap, String gidMap) {
        int fd = Native.usernsCreate(cString(uidMap), cString(gidMap));
        return Fd.adopt(check("map", "ids of a user namespace", fd));
    }

    /** The CLONE_NEW* number of a namespace's fd. */
    public static int namespaceType(Fd fd) {
        return check("NS_GET_NSTYPE", fd.toString(), Native.namespaceType(fd.value()));
    }

    /** Kills everything in a cgroup and below it. */
    public static void killCgroup(int dir) {
        check("kill", "cgroup", Native.cgroupKill(dir));
    }

    /** Sends a signal once to everything in a cgroup and below it; how many processes that were. */
    public static int signalCgroup(int dir, int signal) {
        return check("kill", "cgroup", Native.cgroupSignal(dir, signal));
    }

    /** Has a version 2 cgroup, opened for reading, ask this eBPF program at each access to a device. */
    public static void restrictDevices(int dir, byte[] program) {
        check("attach a device program to", "cgroup", Native.cgroupDevices(dir, program, program.length));
    }

    /**
     * Reads files of cgroups.
     *
     * @param files NUL-ended names to read per directory, each list ended by one more NUL
     * @param data direct; for each file i32 length or -errno, then its bytes padded to four
     * @return bytes in data
     */
    public static int readCgroups(int[] dirs, byte[] files, ByteBuffer data) {
        return check("read", "cgroup", Native.cgroupsFinish(dirs, dirs.length, 1, files, data, data.capacity()));
    }

    /** Kills who is left in cgroups, removes them, and closes their fds. */
    public static void removeCgroups(int[] dirs) {
        check("rmdir", "cgroup", Native.cgroupsFinish(dirs, dirs.length, 2, NOTHING, NO_DATA, 0));
    }

    /** libcontainer's numbers, for the test that compares them with Java's. */
    public static int[] layout() {
        int[] numbers = new int[128];
        return java.util.Arrays.copyOf(numbers, Native.layout(numbers, numbers.length));
    }

    /** Checks a plan as a spawn would: -1, or the offset of its first bad byte. */
    public static int verify(ByteBuffer plan) {
        int[] bad = new int[1];
        return Native.planVerify(plan, plan.limit(), bad) == 0 ? -1 : bad[0];
    }

    /** libseccomp's encoding of a profile; see ReferenceRules. Empty without libseccomp. */
    public static Optional<byte[]> libseccomp(byte[] rules) {
        ByteBuffer bpf = ByteBuffer.allocateDirect(1 << 20);
        int n = Native.seccompReference(rules, rules.length, bpf, bpf.capacity());
        if (n == -Errno.ENOSYS.number()) {
            return Optional.empty();
        }
        byte[] bytes = new byte[check("seccomp_export_bpf", "profile", n)];
        bpf.get(0, bytes);
        return Optional.of(bytes);
    }

    /** Asks the kernel and this process what they can do. */
    public static Probe probe() {
        ByteBuffer b = ByteBuffer.allocateDirect(Abi.PROBE_SIZE).order(ByteOrder.nativeOrder());
        check("probe", "", Native.probe(b));
        return new Probe(
                KernelFeature.ofBits(b.getLong(0)),
                b.getLong(8),
                b.getLong(Abi.PROBE_NOFILE_SOFT),
                b.getLong(Abi.PROBE_NOFILE_SOFT + 8),
                b.getInt(Abi.PROBE_EUID),
                b.getInt(Abi.PROBE_EUID + 4),
                readAt(AT_FDCWD, "/proc/sys/kernel/osrelease").orElse("?").strip());
    }
}
