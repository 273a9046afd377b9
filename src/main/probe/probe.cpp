// What a program feels of its isolation: a static program without libc that times what the kernel does for it, once
// inside a container and once outside.
//
//   lc-probe                          ends at once: what is started when starting is measured
//   lc-probe wait                     ends with its stdin
//   lc-probe serve                    answers what `net` asks, until it is killed
//   lc-probe net LABEL ADDRESS        times bytes to and from a server at an IPv4 address
//   lc-probe call LABEL               times a system call
//   lc-probe run [read:LABEL:FILE] [write:LABEL:DIRECTORY]…
//   lc-probe only NAME COMMAND…       runs one of the last three, and times nothing but NAME
//
// `run`, `net` and `call` print a line for each batch, "NAME OPERATIONS NANOSECONDS", or "NAME failed ERRNO".
#include "measure.h"
#include <linux/in.h>
#include <linux/mman.h>
#include <linux/socket.h>
#include <linux/tcp.h>

#if defined(__x86_64__)
asm(".globl _start\n_start:\n\txor %ebp,%ebp\n\tmov %rsp,%rdi\n\tand $-16,%rsp\n\tcall lc_probe_start\n\thlt\n");
#else
asm(".globl _start\n_start:\n\tmov x29,xzr\n\tmov x0,sp\n\tbl lc_probe_start\n\tbrk #0\n");
#endif

using namespace lc;

namespace {

constexpr int64_t kChunk = 64 * 1024, kPage = 4096;
constexpr int kChildEnded = 17;                         // SIGCHLD
constexpr int64_t kInternet = 2, kStream = 1, kTcp = 6; // AF_INET, SOCK_STREAM, IPPROTO_TCP
constexpr uint16_t kEcho = 7, kSink = 9;                // as the ports are named
alignas(kPage) char buffer[kChunk];

template <typename Child> int64_t fork(Child child) {
    int64_t pid = sys(__NR_clone, int64_t{kChildEnded}, 0L, 0L, 0L, 0L);
    if (pid == 0) {
        child();
        exit_now(0);
    }
    return pid;
}

void echo(int in, int out) {
    char byte;
    while (sys(__NR_read, in, &byte, 1L) == 1) sys(__NR_write, out, &byte, 1L);
}

int64_t ping(int out, int in, int64_t times) {
    char byte = 0;
    for (int64_t i = 0; i < times; i++) {
        if (sys(__NR_write, out, &byte, 1L) != 1 || sys(__NR_read, in, &byte, 1L) != 1) return -EPIPE;
    }
    return 0;
}

void pipes(Name name) {
    int there[2], back[2];
    if (sys(__NR_pipe2, there, 0L) < 0 || sys(__NR_pipe2, back, 0L) < 0) return;
    int64_t pid = fork([&] {
        close(there[1]);
        echo(there[0], back[1]);
    });
    close(there[0]);
    close(back[1]);
    measure(name, 2000, [&](int64_t n) { return pid < 0 ? pid : ping(there[1], back[0], n); });
    close(there[1]);
    close(back[0]);
    sys(__NR_wait4, pid, 0L, 0L, 0L);
}

/// Both ends on one CPU: each byte is a change of process.
void one_cpu() {
    uint8_t old[128] = {}, one[128] = {};
    int64_t size = sys(__NR_sched_getaffinity, 0L, int64_t{sizeof old}, old);
    for (int64_t i = 0; i < size; i++) {
        if (!old[i]) continue;
        one[i] = static_cast<uint8_t>(old[i] & -old[i]);
        break;
    }
    if (size <= 0 || sys(__NR_sched_setaffinity, 0L, size, one) < 0) return;
    pipes({"context-switch", nullptr});
    sys(__NR_sched_setaffinity, 0L, size, old);
}

int64_t drain(int in) {
    int64_t n;
    while ((n = sys(__NR_read, in, buffer, kChunk)) > 0) {
    }
    return n;
}

int64_t pump(int out, int64_t chunks) {
    for (int64_t left = chunks * kChunk; left > 0;) {
        int64_t n = sys(__NR_write, out, buffer, left < kChunk ? left : kChunk);
        if (n <= 0) return n ? n : -EPIPE;
        left -= n;
    }
    return 0;
}

int64_t through_pipe(int64_t chunks) {
    int ends[2];
    if (int64_t refused = sys(__NR_pipe2, ends, 0L)) return refused;
    int64_t pid = fork([&] {
        close(ends[1]);
        drain(ends[0]);
    });
    close(ends[0]);
    int64_t result = pid < 0 ? pid : pump(ends[1], chunks);
    close(ends[1]);
    sys(__NR_wait4, pid, 0L, 0L, 0L);
    return result;
}

int64_t internet_socket() { return sys(__NR_socket, kInternet, kStream, 0L); }

sockaddr_in at(uint32_t address, uint16_t port) {
    sockaddr_in all{};
    all.sin_family = kInternet;
    all.sin_port = __builtin_bswap16(port);
    all.sin_addr.s_addr = __builtin_bswap32(address);
    return all;
}

/// A listening socket, or less than 0.
int64_t listen_at(const sockaddr_in &address) {
    int64_t listener = internet_socket();
    if (listener < 0) return listener;
    int64_t refused = sys(__NR_bind, listener, &address, int64_t{sizeof address});
    if (refused >= 0) refused = sys(__NR_listen, listener, 8L);
    return refused < 0 ? refused : listener;
}

/// Each byte leaves at once.
void undelayed(int64_t fd) {
    int on = 1;
    sys(__NR_setsockopt, fd, kTcp, int64_t{TCP_NODELAY}, &on, int64_t{sizeof on});
}

/// A connection over the loopback device; the child has the other end in other(fd).
template <typename Other> int64_t connect(int64_t *pid, Other other) {
    sockaddr_in address = at(0x7f000001, 0);
    int size = sizeof address;
    int64_t listener = listen_at(address);
    if (listener < 0) return listener;
    int64_t refused = sys(__NR_getsockname, listener, &address, &size);
    if (refused < 0) return refused;
    *pid = fork([&] {
        int64_t fd = internet_socket();
        if (sys(__NR_connect, fd, &address, int64_t{sizeof address}) < 0) exit_now(1);
        undelayed(fd);
        other(static_cast<int>(fd));
    });
    int64_t fd = *pid < 0 ? *pid : sys(__NR_accept, listener, 0L, 0L);
    close(listener);
    if (fd >= 0) undelayed(fd);
    return fd;
}

int64_t through_loopback(int64_t chunks) {
    int64_t pid = -1, fd = connect(&pid, [](int other) { drain(other); });
    if (fd < 0) return fd;
    int64_t result = pump(static_cast<int>(fd), chunks);
    close(fd);
    sys(__NR_wait4, pid, 0L, 0L, 0L);
    return result;
}

void loopback() {
    int64_t pid = -1, fd = connect(&pid, [](int other) { echo(other, other); });
    int socket = static_cast<int>(fd);
    measure({"loopback-latency", nullptr}, 1000, [&](int64_t n) { return fd < 0 ? fd : ping(socket, socket, n); });
    close(fd);
    if (pid > 0) sys(__NR_wait4, pid, 0L, 0L, 0L);
    measure({"loopback-64k", nullptr}, 512, through_loopback);
}

/// Serves connections one after the other, for ever.
template <typename Answer> void serve(uint16_t port, Answer answer) {
    int64_t listener = listen_at(at(0, port));
    for (int64_t fd; listener >= 0 && (fd = sys(__NR_accept, listener, 0L, 0L)) >= 0; close(fd)) {
        undelayed(fd);
        answer(static_cast<int>(fd));
    }
}

/// A connection to a server that may not have begun to listen.
int64_t reach(uint32_t address, uint16_t port) {
    const sockaddr_in there = at(address, port);
    for (int tries = 0;; tries++) {
        int64_t fd = internet_socket();
        if (fd < 0) return fd;
        int64_t refused = sys(__NR_connect, fd, &there, int64_t{sizeof there});
        if (refused >= 0) {
            undelayed(fd);
            return fd;
        }
        close(fd);
        if (refused != -ECONNREFUSED || tries == 1000) return refused;
        const __kernel_timespec pause{0, 1000000};
        sys(__NR_nanosleep, &pause, 0L);
    }
}

uint32_t address_of(const char *text) {
    uint32_t address = 0, part = 0;
    for (; *text; text++) {
        if (*text == '.') {
            address = address << 8 | part;
            part = 0;
        } else {
            part = part * 10 + static_cast<uint32_t>(*text - '0');
        }
    }
    return address << 8 | part;
}

void network(const char *label, const char *text) {
    const uint32_t address = address_of(text);
    int64_t fd = reach(address, kEcho);
    int socket = static_cast<int>(fd);
    measure({label, "latency"}, 1000, [&](int64_t n) { return fd < 0 ? fd : ping(socket, socket, n); });
    close(fd);
    measure({label, "64k"}, 512, [&](int64_t chunks) {
        int64_t sink = reach(address, kSink);
        if (sink < 0) return sink;
        int64_t result = pump(static_cast<int>(sink), chunks);
        sys(__NR_shutdown, sink, 1L); // SHUT_WR; the server closes when it has read all
        if (result >= 0) result = drain(static_cast<int>(sink));
        close(sink);
        return result;
    });
}

int64_t touch(int64_t pages) {
    int64_t at = sys(__NR_mmap, 0L, pages * kPage, int64_t{PROT_READ | PROT_WRITE},
                     int64_t{MAP_PRIVATE | MAP_ANONYMOUS}, -1L, 0L);
    if (at < 0 && at > -4096) return at;
    sys(__NR_madvise, at, pages * kPage, int64_t{MADV_NOHUGEPAGE});
    for (int64_t i = 0; i < pages; i++) *reinterpret_cast<volatile char *>(at + i * kPage) = 1;
    return sys(__NR_munmap, at, pages * kPage);
}

void call(const char *label) {
    measure({"getppid", label}, 20000, [](int64_t n) {
        for (int64_t i = 0; i < n; i++) sys(__NR_getppid);
        return int64_t{0};
    });
}

void memory_and_calls() {
    call(nullptr);
    measure({"page-fault", nullptr}, 1024, touch);
    one_cpu();
    pipes({"pipe-latency", nullptr});
    measure({"pipe-64k", nullptr}, 512, through_pipe);
    loopback();
}

void reading(const char *label, const char *file) {
    measure({"open", label}, 1000, [&](int64_t n) {
        for (int64_t i = 0; i < n; i++) {
            int64_t fd = openat(AT_FDCWD, file, O_RDONLY);
            if (fd < 0) return fd;
            close(fd);
        }
        return int64_t{0};
    });
    measure({"stat", label}, 2000, [&](int64_t n) {
        for (int64_t i = 0; i < n; i++) {
            int64_t refused = sys(__NR_newfstatat, int64_t{AT_FDCWD}, file, buffer, 0L);
            if (refused < 0) return refused;
        }
        return int64_t{0};
    });
    int64_t fd = openat(AT_FDCWD, file, O_RDONLY);
    measure({"read-4k", label}, 2000, [&](int64_t n) {
        for (int64_t i = 0; i < n; i++) {
            int64_t got = sys(__NR_pread64, fd, buffer, kPage, 0L);
            if (got < 0) return got;
        }
        return int64_t{0};
    });
    close(fd);
}

void writing(const char *label, const char *directory) {
    int64_t at = openat(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY);
    int dir = static_cast<int>(at);
    measure({"create", label}, 200, [&](int64_t n) {
        for (int64_t i = 0; i < n; i++) {
            int64_t fd = openat(dir, "lc-probe-new", O_CREAT | O_EXCL | O_RDWR, 0600);
            if (fd < 0) return fd;
            close(fd);
            sys(__NR_unlinkat, at, "lc-probe-new", 0L);
        }
        return int64_t{0};
    });
    int64_t fd = openat(dir, "lc-probe-data", O_CREAT | O_RDWR, 0600);
    measure({"write-4k", label}, 1000, [&](int64_t n) {
        for (int64_t i = 0; i < n; i++) {
            int64_t put = sys(__NR_pwrite64, fd, buffer, kPage, 0L);
            if (put < 0) return put;
        }
        return int64_t{0};
    });
    close(fd);
    sys(__NR_unlinkat, at, "lc-probe-data", 0L);
    close(at);
}

/// Splits KIND:LABEL:PATH in place; the first letter of KIND tells which.
void files(char *word) {
    char *label = word, *path;
    while (*label && *label != ':') label++;
    if (!*label) return;
    *label++ = 0;
    for (path = label; *path && *path != ':';) path++;
    if (!*path) return;
    *path++ = 0;
    if (word[0] == 'r') {
        reading(label, path);
    } else {
        writing(label, path);
    }
}

} // namespace

extern "C" [[noreturn]] void lc_probe_start(int64_t *stack) {
    auto **arguments = reinterpret_cast<char **>(stack + 1);
    int64_t count = stack[0];
    if (count > 3 && arguments[1][0] == 'o') {
        only = arguments[2];
        arguments += 2;
        count -= 2;
    }
    switch (count > 1 ? arguments[1][0] : 0) {
    case 'w': drain(0); break;
    case 'c': call(count > 2 ? arguments[2] : nullptr); break;
    case 'n':
        if (count > 3) network(arguments[2], arguments[3]);
        break;
    case 's':
        fork([] { serve(kEcho, [](int fd) { echo(fd, fd); }); });
        serve(kSink, [](int fd) { drain(fd); });
        break;
    case 'r':
        memory_and_calls();
        for (int64_t i = 2; i < count; i++) files(arguments[i]);
        break;
    default: break;
    }
    exit_now(0);
}
