// Exits and signals by pidfd: no SIGCHLD, no pid that could have been given to somebody else.
#include "engine.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/wait.h>

namespace lc {

namespace {

/// Whether a zombie never got as far as its program: PF_FORKNOEXEC in the flags of /proc/PID/stat (proc(5)).
bool died_before_exec(int32_t pid) {
    char path[32], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    Fd fd(openat(AT_FDCWD, path, O_RDONLY));
    int64_t n = fd.get() < 0 ? 0 : sys(__NR_read, fd.get(), text, static_cast<int64_t>(sizeof text - 1));
    text[n > 0 ? n : 0] = 0;
    const char *end = strrchr(text, ')'); // the name before it may hold anything
    unsigned long flags = 0;
    return end && sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %lu", &flags) == 1 && (flags & 0x40);
}

int64_t wait_pidfd(int32_t pidfd, siginfo_t *info, int options, rusage *usage) {
    int64_t r;
    do r = sys(__NR_waitid, kWaitPidfd, pidfd, info, static_cast<int64_t>(options | WEXITED | __WALL), usage);
    while (r == -EINTR);
    return r;
}

int64_t micros(const timeval &t) { return t.tv_sec * 1000000ll + t.tv_usec; }

} // namespace

int64_t try_reap(int32_t pidfd, lc_exit *exit) {
    siginfo_t info = {};
    rusage usage = {};
    int64_t r = wait_pidfd(pidfd, &info, WNOHANG | WNOWAIT, nullptr);
    if (r < 0 || info.si_pid == 0) return r;
    bool early = info.si_code != CLD_EXITED && died_before_exec(info.si_pid);
    r = wait_pidfd(pidfd, &info, WNOHANG, &usage);
    if (r < 0) return r;
    exit->code = info.si_code;
    exit->status = info.si_status;
    exit->pid = info.si_pid;
    exit->before_exec = early;
    exit->user_micros = micros(usage.ru_utime);
    exit->system_micros = micros(usage.ru_stime);
    exit->max_rss_kib = usage.ru_maxrss;
    return 1;
}

} // namespace lc

using namespace lc;

extern "C" int32_t lc_epoll_create(void) {
    return static_cast<int32_t>(sys(__NR_epoll_create1, static_cast<int64_t>(EPOLL_CLOEXEC)));
}

extern "C" int32_t lc_eventfd(void) {
    return static_cast<int32_t>(sys(__NR_eventfd2, 0L, static_cast<int64_t>(EFD_CLOEXEC | EFD_NONBLOCK)));
}

extern "C" int32_t lc_epoll_set(int32_t epoll, int32_t fd, uint32_t events, uint64_t token) {
    epoll_event event = {};
    event.events = events;
    event.data.u64 = token;
    int64_t op = events ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;
    return static_cast<int32_t>(sys(__NR_epoll_ctl, epoll, op, fd, &event));
}

extern "C" int32_t lc_events(int32_t epoll, uint64_t *tokens, int32_t capacity, int32_t timeout_millis) {
    epoll_event events[64];
    int64_t wanted = capacity < 64 ? capacity : 64;
    int64_t n = sys(__NR_epoll_pwait, epoll, events, wanted, timeout_millis, nullptr, 8L);
    if (n < 0) return n == -EINTR ? 0 : static_cast<int32_t>(n);
    for (int64_t i = 0; i < n; i++) tokens[i] = events[i].data.u64;
    return static_cast<int32_t>(n);
}

extern "C" int32_t lc_wait(int32_t pidfd, int64_t timeout_micros, lc_exit *exit) {
    *exit = {};
    if (timeout_micros != 0) {
        pollfd request{pidfd, POLLIN, 0};
        int64_t limit[2] = {timeout_micros / 1000000, timeout_micros % 1000000 * 1000};
        int64_t r = sys(__NR_ppoll, &request, 1L, timeout_micros < 0 ? nullptr : limit, nullptr, 0L);
        if (r <= 0) return r == -EINTR ? 0 : static_cast<int32_t>(r);
    }
    return static_cast<int32_t>(try_reap(pidfd, exit));
}

extern "C" int32_t lc_wait_instead(int32_t epoll, uint64_t token, int32_t pidfd, int64_t timeout_micros,
                                   lc_exit *exit) {
    lc_epoll_set(epoll, pidfd, 0, 0);
    int32_t r = lc_wait(pidfd, timeout_micros, exit);
    if (r == 0) lc_epoll_set(epoll, pidfd, EPOLLIN | EPOLLONESHOT, token);
    return r;
}

extern "C" int32_t lc_pidfd_signal(int32_t pidfd, int32_t signal) {
    return static_cast<int32_t>(sys(__NR_pidfd_send_signal, pidfd, signal, nullptr, 0L));
}
