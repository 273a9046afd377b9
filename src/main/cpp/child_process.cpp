// Process steps: what the program is born with. Order and policy are the plan's; each case here is its system call.
#include "child.h"
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>

namespace lc {

namespace {

int64_t prctl(int64_t option, int64_t a, int64_t b = 0) noexcept { return sys(__NR_prctl, option, a, b, 0L, 0L); }

int64_t bounding_keep(uint64_t keep) noexcept {
    for (int64_t cap = 0; cap < 64; cap++) {
        if (keep >> cap & 1) continue;
        int64_t r = prctl(PR_CAPBSET_DROP, cap);
        if (r == -EINVAL) return 0; // past the kernel's last capability
        if (r < 0) return r;
    }
    return 0;
}

int64_t capset(const uint64_t *sets) noexcept {
    __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2];
    for (int i = 0; i < 2; i++) {
        data[i].effective = static_cast<uint32_t>(sets[0] >> (32 * i));
        data[i].permitted = static_cast<uint32_t>(sets[1] >> (32 * i));
        data[i].inheritable = static_cast<uint32_t>(sets[2] >> (32 * i));
    }
    return sys(__NR_capset, &head, data);
}

int64_t ambient(uint64_t mask) noexcept {
    int64_t r = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL);
    for (int64_t cap = 0; cap < 64 && r >= 0; cap++)
        if (mask >> cap & 1) r = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap);
    return r;
}

int64_t load_filter(Context &c, const lc_step &s) noexcept {
    sock_fprog program{static_cast<unsigned short>(s.b),
                       const_cast<sock_filter *>(static_cast<const sock_filter *>(c.data(s.c)))};
    int64_t r = sys(__NR_seccomp, static_cast<int64_t>(SECCOMP_SET_MODE_FILTER), static_cast<int64_t>(s.d), &program);
    // the listener is an fd of this process: the library takes a copy, and the exec closes this one
    return r < 0 || !(s.d & SECCOMP_FILTER_FLAG_NEW_LISTENER) ? r : rendezvous(c, static_cast<int32_t>(r), true);
}

/// Dies with the library's process. That process may have gone before the request took effect: then the socket that
/// asked for this child has hung up (poll(2)).
int64_t die_with_parent(Context &c, int64_t signal) noexcept {
    if (c.in_process) return 0; // the signal would follow the calling thread, which may end before its process
    int64_t r = prctl(PR_SET_PDEATHSIG, signal);
    if (r < 0) return r;
    return requester_gone() ? -EOWNERDEAD : 0;
}

int64_t set_stdio(Context &c) noexcept {
    for (int fd = 0; fd < 3; fd++) { // in the caller's own process one's source may be another's target
        if (c.slots[fd] < 0 || c.slots[fd] > 2 || c.slots[fd] == fd) continue;
        int64_t r = sys(__NR_fcntl, c.slots[fd], static_cast<int64_t>(F_DUPFD_CLOEXEC), 3L);
        if (r < 0) return r;
        c.slots[fd] = static_cast<int32_t>(r);
    }
    for (int fd = 0; fd < 3; fd++) {
        if (c.slots[fd] < 0) continue;
        if (c.slots[fd] == fd) {
            int64_t r = sys(__NR_fcntl, static_cast<int64_t>(fd), static_cast<int64_t>(F_SETFD), 0L);
            if (r < 0) return r;
            continue;
        }
        int64_t r = sys(__NR_dup3, c.slots[fd], static_cast<int64_t>(fd), 0L);
        if (r < 0) return r;
    }
    return 0;
}

/// Closes all fds of a range, but for those of up to three slots.
int64_t close_fds(Context &c, const lc_step &s) noexcept {
    const uint32_t kept[3] = {s.a, s.b, s.c};
    int64_t first = static_cast<uint32_t>(s.d);
    const int64_t last = s.d >> 32 ? static_cast<int64_t>(s.d >> 32) : 0xffffffffL;
    for (;;) {
        int64_t next = last + 1;
        for (uint32_t slot : kept)
            if (slot && c.slots[slot] >= first && c.slots[slot] < next) next = c.slots[slot];
        if (next > last) return first > last ? 0 : sys(__NR_close_range, first, last, 0L);
        int64_t r = next > first ? sys(__NR_close_range, first, next - 1, 0L) : 0;
        if (r < 0) return r;
        first = next + 1;
    }
}

/// Makes a slot's fd the program's own under a number; another slot's that is in the way moves.
int64_t place_fd(Context &c, uint32_t slot, int64_t number) noexcept {
    constexpr int64_t out_of_the_way = 256;
    if (c.slots[slot] == number) return sys(__NR_fcntl, number, static_cast<int64_t>(F_SETFD), 0L);
    for (int32_t &other : c.slots) {
        if (other != number) continue;
        int64_t r = sys(__NR_fcntl, number, static_cast<int64_t>(F_DUPFD_CLOEXEC), out_of_the_way);
        if (r < 0) return r;
        other = static_cast<int32_t>(r);
    }
    int64_t r = sys(__NR_dup3, c.slots[slot], number, 0L);
    return r < 0 ? r : 0;
}

/// Tries each candidate as execvp(3) does: a refusal is remembered, but a later match still wins.
int64_t execute(Context &c, const lc_step &s) noexcept {
    const uint64_t *params = c.cell->params;
    const char *path = params[LC_PARAM_EXEC] ? reinterpret_cast<const char *>(params[LC_PARAM_EXEC]) : c.text(s.a);
    const void *argv = params[LC_PARAM_ARGV] ? reinterpret_cast<const void *>(params[LC_PARAM_ARGV]) : c.data(s.b);
    const void *envp = params[LC_PARAM_ENVP] ? reinterpret_cast<const void *>(params[LC_PARAM_ENVP]) : c.data(s.c);
    uint64_t none = 0;
    int64_t r = sys(__NR_rt_sigprocmask, 2L, &none, nullptr, 8L); // SIG_SETMASK
    if (r < 0) return r;
    int64_t error = -ENOENT;
    __atomic_store_n(&c.cell->state, kStateExec, __ATOMIC_RELEASE);
    report_start(c, LC_RUNNING, 0);
    for (int32_t i = 0; *path; path += length(path) + 1, i++) {
        r = sys(__NR_execve, path, static_cast<const uint8_t *>(argv) + 8, static_cast<const uint8_t *>(envp) + 8);
        bool missing = r == -ENOENT || r == -ENOTDIR || r == -EACCES;
        if (!missing || error == -ENOENT) {
            error = r;
            c.cell->aux = i;
        }
        if (!missing) break;
    }
    return error;
}

} // namespace

/// Never through a link of /proc to one of this process's fds, which may lead out of the root or beneath what hides a
/// directory (CVE-2024-21626). A cwd that is not below the root begins with "(unreachable)" (getcwd(2)).
int64_t change_directory(const char *path) noexcept {
    int64_t r;
    if (path[0] == '/' && path[1] == 0) {
        r = sys(__NR_chdir, path);
    } else {
        int64_t fd = openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY, kResolveNoMagiclinks);
        r = fd < 0 ? fd : sys(__NR_fchdir, fd);
        close(fd);
    }
    if (r < 0) return r;
    char cwd[4096];
    r = sys(__NR_getcwd, cwd, static_cast<int64_t>(sizeof cwd));
    return r < 0 ? r : cwd[0] == '/' ? 0 : -EXDEV;
}

int64_t process_step(Context &c, const lc_step &s) noexcept {
    const int64_t value = static_cast<int64_t>(s.d);
    switch (s.opcode) {
    case LC_SETHOSTNAME: return sys(__NR_sethostname, c.param(s), static_cast<int64_t>(length(c.param(s))));
    case LC_SETDOMAINNAME: return sys(__NR_setdomainname, c.param(s), static_cast<int64_t>(length(c.param(s))));
    case LC_CHDIR: return change_directory(c.param(s));
    case LC_UMASK: return sys(__NR_umask, value);
    case LC_SETSID: // a leader of a group cannot begin a session: where a terminal is to come, its step does
        if (value) return c.slots[LC_SLOT_CONSOLE] >= 0 ? 0 : sys(__NR_setpgid, 0L, 0L);
        return sys(__NR_setsid);
    case LC_CONSOLE: return console_step(c, s);
    case LC_RLIMIT: return sys(__NR_prlimit64, 0L, static_cast<int64_t>(s.b), c.data(s.c), nullptr);
    case LC_SETGROUPS: return sys(__NR_setgroups, static_cast<int64_t>(s.b), c.data(s.c));
    case LC_SETRESGID: return sys(__NR_setresgid, value, value, value);
    case LC_SETRESUID: return sys(__NR_setresuid, value, value, value);
    case LC_KEEP_CAPS: return prctl(PR_SET_KEEPCAPS, value);
    case LC_BOUNDING_KEEP: return bounding_keep(s.d);
    case LC_CAPSET: return capset(static_cast<const uint64_t *>(c.data(s.c)));
    case LC_AMBIENT: return ambient(s.d);
    case LC_NO_NEW_PRIVS: return prctl(PR_SET_NO_NEW_PRIVS, 1);
    case LC_SECCOMP: return load_filter(c, s);
    case LC_PDEATHSIG: return die_with_parent(c, value);
    case LC_SCHED_SETATTR: return sys(__NR_sched_setattr, 0L, c.data(s.c), 0L);
    case LC_IOPRIO: return sys(__NR_ioprio_set, 1L, 0L, value); // IOPRIO_WHO_PROCESS, self
    case LC_PERSONALITY: return sys(__NR_personality, value);
    case LC_STDIO: return set_stdio(c);
    case LC_DUP_FD: return place_fd(c, s.b, value);
    case LC_CLOSE_FDS: return close_fds(c, s);
    case LC_SET_NAME: return prctl(PR_SET_NAME, bits(c.text(s.a)));
    case LC_EXECVE: return execute(c, s);
    default: return -ENOSYS;
    }
}

} // namespace lc
