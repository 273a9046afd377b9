// Steps of a container that outlives its maker: hooks run inside it, and the wait between create and start.
#include "child.h"
#include <linux/keyctl.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/stat.h>

namespace lc {

/// The private cell that keep_plan has made takes the place of the shared one.
void park(Context &c) noexcept {
    Cell *shared = c.cell;
    c.cell = c.own;
    c.cell->step = shared->step;
    __atomic_store_n(&shared->state, kStateParked, __ATOMIC_RELEASE);
    __atomic_store_n(&shared->done, kOver, __ATOMIC_RELEASE);
    futex_wake(&shared->done);
}

namespace {

/// Waits with read(2) alone, which every filter that may be loaded by now lets pass.
int64_t await_start(Context &c, const lc_step &s) noexcept {
    park(c);
    uint8_t word;
    int64_t n;
    do n = sys(__NR_read, c.slots[s.b], &word, 1L);
    while (n == -EINTR);
    if (n != 1) return n < 0 ? n : -EPIPE;
    c.reports = c.slots[s.a];
    return 0;
}

[[noreturn]] void become_hook(Context &c, const lc_step &s, int64_t input) noexcept {
    uint64_t none = 0;
    default_signals();
    sys(__NR_rt_sigprocmask, 2L, &none, nullptr, 8L);
    int64_t r = sys(__NR_dup3, input, 0L, 0L);
    if (r >= 0 && c.reports < 0) sys(__NR_fchdir, c.slots[LC_SLOT_ROOT]); // before the start: where the root will be
    if (r >= 0)
        sys(__NR_execve, c.text(s.a), static_cast<const uint8_t *>(c.data(s.b)) + 8,
            static_cast<const uint8_t *>(c.data(s.c)) + 8);
    exit_now(126);
}

/// Runs a program of this child's own namespaces to its end; aux is its exit code, or 128 + signal.
int64_t run_hook(Context &c, const lc_step &s) noexcept {
    int64_t input = c.slots[s.d >> 32];
    int64_t timeout[2] = {static_cast<int64_t>(s.d & 0xffffffff), 0};
    int64_t r = sys(__NR_lseek, input, 0L, 0L);
    if (r < 0) return r;
    int32_t pidfd = -1;
    CloneArgs args = {};
    args.flags = 0x1000; // CLONE_PIDFD; memory of its own: nothing that it does reaches this child's
    args.pidfd = reinterpret_cast<uint64_t>(&pidfd);
    args.exit_signal = 17; // SIGCHLD
    int64_t pid = sys(__NR_clone3, &args, static_cast<int64_t>(sizeof args));
    if (pid < 0) return pid;
    if (pid == 0) become_hook(c, s, input);
    struct {
        int32_t fd;
        int16_t events, revents;
    } end{pidfd, 1, 0};                                                            // POLLIN
    do r = sys(__NR_ppoll, &end, 1L, timeout[0] ? timeout : nullptr, nullptr, 0L); // Linux updates the timeout
    while (r == -EINTR);
    if (r == 0) sys(__NR_kill, pid, 9L);
    int32_t info[32] = {}; // siginfo_t: signo, errno, code, pad, pid, uid, status
    sys(__NR_waitid, kWaitPidfd, static_cast<int64_t>(pidfd), info, 4L | 0x40000000L, nullptr); // WEXITED, __WALL
    close(pidfd);
    if (r == 0) return -ETIMEDOUT;
    c.cell->aux = info[2] == 1 ? info[6] : 128 + info[6]; // CLD_EXITED
    return c.cell->aux ? -ECHILD : 0;
}

int64_t new_keyring(const char *name) noexcept {
    int64_t r = sys(__NR_keyctl, static_cast<int64_t>(KEYCTL_JOIN_SESSION_KEYRING), name);
    return r == -ENOSYS ? 0 : r < 0 ? r : 0;
}

/// Beside the own stack, where other children of the spawner have theirs: so it needs no page table of its own.
int64_t own_cell(const Context &c) noexcept {
    constexpr uint64_t slots = (sizeof(Cell) + kStackSlot - 1) / kStackSlot;
    const uint64_t own = stack_slot(c);
    return static_cast<int64_t>(kStacksBase + (own + slots < kCells ? own + 1 : own - slots) * kStackSlot);
}

} // namespace

int64_t rendezvous(Context &c, int32_t aux, bool spin) noexcept {
    constexpr int64_t kSpins = 1ll << 30; // some seconds: then nobody will answer
    Cell *cell = c.cell;
    cell->aux = aux;
    __atomic_store_n(&cell->answer, 0u, __ATOMIC_RELEASE);
    __atomic_store_n(&cell->done, kWaiting, __ATOMIC_RELEASE);
    if (!spin) {
        futex_wake(&cell->done);
        return await_word(c, &cell->answer);
    }
    for (int64_t i = 0; i < kSpins && !__atomic_load_n(&cell->answer, __ATOMIC_ACQUIRE); i++) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
    }
    return __atomic_load_n(&cell->answer, __ATOMIC_ACQUIRE) == 1 ? 0 : -ECANCELED;
}

int64_t keep_plan(Context &c) noexcept {
    constexpr uint64_t page = 4095;
    uint64_t from = reinterpret_cast<uint64_t>(c.plan) & ~page;
    uint64_t to = (reinterpret_cast<uint64_t>(c.plan) + c.header().size + page) & ~page;
    int64_t size = static_cast<int64_t>(to - from);
    int64_t copy = sys(__NR_mmap, nullptr, size, 3L, static_cast<int64_t>(MAP_PRIVATE | MAP_ANONYMOUS), -1L, 0L);
    if (copy < 0 && copy > -4096) return copy;
    const auto *source = reinterpret_cast<const uint64_t *>(from);
    auto *target = reinterpret_cast<uint64_t *>(copy);
    for (int64_t i = 0; i < size / 8; i++) target[i] = source[i];
    int64_t r = sys(__NR_mremap, copy, size, size, static_cast<int64_t>(MREMAP_MAYMOVE | MREMAP_FIXED),
                    static_cast<int64_t>(from));
    if (r < 0 && r > -4096) return r;
    int64_t cell = sys(__NR_mmap, own_cell(c), static_cast<int64_t>(sizeof(Cell)), 3L,
                       static_cast<int64_t>(MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED), -1L, 0L);
    if (cell < 0 && cell > -4096) return cell;
    c.own = reinterpret_cast<Cell *>(cell);
    return 0;
}

void report_start(Context &c, uint32_t kind, int64_t err) noexcept {
    if (c.reports < 0) return;
    const lc_report report{kind, c.cell->step, static_cast<int32_t>(-err), c.cell->aux};
    write_whole(c.reports, &report, sizeof report); // nobody may be listening any more: the child goes on all the same
}

const char *find_program(const char *path, int64_t *error) noexcept {
    constexpr int64_t executable = 1, as_it_would_run = 0x200; // X_OK, AT_EACCESS
    *error = -ENOENT;
    for (; *path; path += length(path) + 1) {
        int64_t r = sys(__NR_faccessat2, static_cast<int64_t>(AT_FDCWD), path, executable, as_it_would_run);
        struct statx status;
        if (r >= 0)
            r = sys(__NR_statx, static_cast<int64_t>(AT_FDCWD), path, 0L, static_cast<int64_t>(STATX_TYPE), &status);
        if (r >= 0 && (status.stx_mode & 0170000) == 0040000) r = -EISDIR;
        if (r >= 0) return path;
        if (*error == -ENOENT) *error = r;
    }
    return nullptr;
}

int64_t lifecycle_step(Context &c, const lc_step &s) noexcept {
    switch (s.opcode) {
    case LC_AWAIT_START: return await_start(c, s);
    case LC_HOOK: return run_hook(c, s);
    case LC_FIND_PROGRAM: {
        int64_t error;
        return find_program(c.text(s.a), &error) ? 0 : error;
    }
    case LC_NEW_KEYRING: return new_keyring(c.text(s.a));
    case LC_MOVE_ROOT: return move_root(c);
    default: return -ENOSYS;
    }
}

} // namespace lc
