package dev.libcontainer.kernel;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * {@code libcontainer.h}, one method a function. Results are {@code >= 0} or {@code -errno}; {@link Kernel} and its
 * neighbours turn them into values and exceptions, nobody else calls this class. Buffers are direct, at position 0.
 */
@Platform(cinclude = "libcontainer.h", library = "libcontainer-jni")
@NoException
final class Native {
    static {
        System.setProperty("org.bytedeco.javacpp.nopointergc", "true"); // no Pointer is ever made here: no deallocator
        String library = System.getProperty("dev.libcontainer.native");
        if (library == null) {
            Loader.load();
        } else {
            System.load(library); // a command has its library at hand; finding and unpacking it costs JavaCPP 70 ms
        }
    }

    private Native() {}

    /** Forces the library to be loaded; without it the first call would pay. */
    static void load() {}

    @Name("lc_abi")
    static native int abi();

    @Name("lc_layout")
    static native int layout(@Cast("int32_t*") int[] numbers, int capacity);

    @Name("lc_plan_verify")
    static native int planVerify(@Cast("const uint8_t*") ByteBuffer plan, int size, @Cast("uint32_t*") int[] badOffset);

    @Name("lc_engine_open")
    static native int engineOpen(int kind, @Cast("int64_t*") long[] engine, @Cast("lc_report*") int[] report);

    @Name("lc_engine_close")
    static native int engineClose(long engine);

    @Name("lc_engine_pid")
    static native int enginePid(long engine);

    @Name("lc_plan_load")
    static native int planLoad(
            long engine,
            @Cast("const uint8_t*") ByteBuffer plan,
            int size,
            @Cast("int64_t*") long[] loaded,
            @Cast("uint32_t*") int[] badOffset);

    @Name("lc_plan_unload")
    static native int planUnload(long engine, long loaded);

    @Name("lc_template_open")
    static native int templateOpen(
            long engine,
            long loaded,
            @Cast("const lc_request*") ByteBuffer request,
            @Cast("lc_result*") ByteBuffer result);

    @Name("lc_spawn")
    static native int spawn(
            long engine,
            long loaded,
            int template,
            @Cast("const lc_request*") ByteBuffer request,
            @Cast("lc_result*") ByteBuffer result);

    @Name("lc_spawn_timed")
    static native int spawnTimed(
            long engine,
            long loaded,
            int template,
            @Cast("const lc_request*") ByteBuffer request,
            @Cast("lc_result*") ByteBuffer result,
            @Cast("int64_t*") long[] nanos,
            int count);

    @Name("lc_spawn_begin")
    static native int spawnBegin(
            long engine,
            long loaded,
            int template,
            @Cast("const lc_request*") ByteBuffer request,
            @Cast("lc_result*") ByteBuffer result,
            @Cast("int64_t*") long[] spawn);

    @Name("lc_spawn_continue")
    static native int spawnContinue(long spawn, int go, @Cast("lc_result*") ByteBuffer result);

    @Name("lc_unpark")
    static native int unpark(
            int gate, @Cast("const lc_request*") ByteBuffer request, @Cast("lc_result*") ByteBuffer result);

    @Name("lc_epoll_create")
    static native int epollCreate();

    @Name("lc_eventfd")
    static native int eventfd();

    @Name("lc_epoll_set")
    static native int epollSet(int epoll, int fd, int events, @Cast("uint64_t") long token);

    @Name("lc_events")
    static native int events(int epoll, @Cast("uint64_t*") ByteBuffer tokens, int capacity, int timeoutMillis);

    @Name("lc_wait_instead")
    static native int awaitInstead(
            int epoll, @Cast("uint64_t") long token, int pidfd, long timeoutMicros, @Cast("lc_exit*") ByteBuffer exit);

    @Name("lc_wait")
    static native int await(int pidfd, long timeoutMicros, @Cast("lc_exit*") ByteBuffer exit);

    @Name("lc_pidfd_signal")
    static native int pidfdSignal(int pidfd, int signal);

    @Name("lc_pidfd_open")
    static native int pidfdOpen(int pid);

    @Name("lc_pidfd_getfd")
    static native int pidfdGetfd(int pidfd, int fd);

    @Name("lc_fifo")
    static native int fifo(int dir, @Cast("const char*") byte[] name, int mode);

    @Name("lc_pipe")
    static native int pipe(@Cast("int32_t*") int[] ends);

    @Name("lc_socket_connect")
    static native int socketConnect(int dir, @Cast("const char*") byte[] name);

    @Name("lc_datagram_bind")
    static native int datagramBind(int dir, @Cast("const char*") byte[] name);

    @Name("lc_datagram_connect")
    static native int datagramConnect(int dir, @Cast("const char*") byte[] name);

    @Name("lc_signals_hold")
    static native int signalsHold();

    @Name("lc_signals_to")
    static native int signalsTo(int pidfd);

    @Name("lc_signals_release")
    static native int signalsRelease();

    @Name("lc_socket_send")
    static native int socketSend(
            int socket, @Cast("const uint8_t*") byte[] data, int size, @Cast("const int32_t*") int[] fds, int count);

    @Name("lc_memory_file")
    static native int memoryFile(@Cast("const uint8_t*") byte[] data, int size);

    @Name("lc_openat2")
    static native int openat2(
            int dir,
            @Cast("const char*") byte[] path,
            @Cast("uint64_t") long flags,
            @Cast("uint64_t") long mode,
            @Cast("uint64_t") long resolve);

    @Name("lc_read_at")
    static native int readAt(
            int dir, @Cast("const char*") byte[] path, @Cast("uint8_t*") ByteBuffer data, int capacity);

    @Name("lc_read_each")
    static native int readEach(
            @Cast("const int32_t*") int[] fds, int count, int most, @Cast("uint8_t*") ByteBuffer data, int capacity);

    @Name("lc_write_at")
    static native int writeAt(int dir, @Cast("const char*") byte[] path, @Cast("const uint8_t*") byte[] data, int size);

    @Name("lc_read")
    static native int read(int fd, @Cast("uint8_t*") ByteBuffer data, int capacity);

    @Name("lc_write")
    static native int write(int fd, @Cast("const uint8_t*") ByteBuffer data, int size);

    @Name("lc_close")
    static native int close(int fd);

    @Name("lc_mkdir")
    static native int mkdir(int dir, @Cast("const char*") byte[] path, int mode);

    @Name("lc_rmdir")
    static native int rmdir(int dir, @Cast("const char*") byte[] path);

    @Name("lc_cgroups_finish")
    static native int cgroupsFinish(
            @Cast("const int32_t*") int[] dirs,
            int count,
            int what,
            @Cast("const char*") byte[] files,
            @Cast("uint8_t*") ByteBuffer data,
            int capacity);

    @Name("lc_cgroup_kill")
    static native int cgroupKill(int dir);

    @Name("lc_cgroup_signal")
    static native int cgroupSignal(int dir, int signal);

    @Name("lc_cgroup_devices")
    static native int cgroupDevices(int dir, @Cast("const uint8_t*") byte[] program, int size);

    @Name("lc_netns_create")
    static native int netnsCreate();

    @Name("lc_netlink_open")
    static native int netlinkOpen(int netns);

    @Name("lc_netlink")
    static native int netlink(
            int socket,
            @Cast("const uint8_t*") byte[] requests,
            int size,
            @Cast("uint8_t*") ByteBuffer answer,
            int capacity);

    @Name("lc_userns_create")
    static native int usernsCreate(@Cast("const char*") byte[] uidMap, @Cast("const char*") byte[] gidMap);

    @Name("lc_namespace_type")
    static native int namespaceType(int fd);

    @Name("lc_tty")
    static native int tty(int fd, int operation, @Cast("uint8_t*") byte[] state);

    @Name("lc_probe")
    static native int probe(@Cast("lc_probe_result*") ByteBuffer result);

    @Name("lc_seccomp_reference")
    static native int seccompReference(
            @Cast("const uint8_t*") byte[] rules, int size, @Cast("uint8_t*") ByteBuffer bpf, int capacity);
}
