// The interpreter. Everything was checked by lc_plan_verify before the clone, so a step only does its system calls.
#include "child.h"

namespace lc {

/// Looks up from time to time, lest the one who is to answer be gone.
int64_t await_word(Context &c, const uint32_t *word) noexcept {
    const int64_t second[2] = {1, 0};
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == 0)
        if (futex_wait(word, 0, second) == -ETIMEDOUT && !c.in_process && requester_gone()) return -EOWNERDEAD;
    return __atomic_load_n(word, __ATOMIC_ACQUIRE) == 1 ? 0 : -ECANCELED;
}

namespace {

int64_t file_step(Context &c, const lc_step &s) noexcept {
    switch (s.opcode) {
    case LC_WRITE: return write_whole(c.slots[s.b], c.data(s.a), s.c);
    case LC_WRITE_AT: {
        int64_t fd = openat(c.slots[s.b], c.param(s), O_WRONLY | O_NOFOLLOW);
        if (fd < 0) return fd;
        int64_t r = write_whole(static_cast<int>(fd), c.data(s.c), s.d);
        close(fd);
        return r;
    }
    case LC_SETNS: return sys(__NR_setns, c.slots[s.b], static_cast<int64_t>(s.d));
    case LC_UNSHARE: return sys(__NR_unshare, static_cast<int64_t>(s.d));
    case LC_AWAIT_HOST: return s.d ? rendezvous(c, 0, false) : await_word(c, &c.cell->host); // the library knows why
    case LC_OPEN_BELOW: {
        int64_t fd = openat(c.slots[s.b], c.param(s), static_cast<int64_t>(s.d) | O_NOFOLLOW);
        if (fd < 0) return fd;
        c.slots[s.c] = static_cast<int32_t>(fd);
        return 0;
    }
    case LC_AWAIT_ID_MAPS: return await_word(c, &c.cell->maps); // the spawner says what failed
    case LC_LOOPBACK_UP: return loopback_up();
    default: return -ENOSYS;
    }
}

int64_t run_step(Context &c, const lc_step &s) noexcept {
    if (s.opcode < LC_MOUNT_PROPAGATION) return file_step(c, s);
    if (s.opcode < LC_SETHOSTNAME) return mount_step(c, s);
    if (s.opcode < LC_AWAIT_START) return process_step(c, s);
    if (s.opcode < LC_COPY_INTO) return lifecycle_step(c, s);
    if (s.opcode == LC_AWAIT_TASK) return await_task(c);
    if (s.opcode == LC_MOUNT_PATH) return mount_step(c, s);
    return s.opcode < LC_SET_AFFINITY ? content_step(c, s) : placement_step(c, s);
}

template <bool timed> int64_t run(Context &c, uint32_t from, uint32_t to) noexcept {
    for (uint32_t i = from; i < to; i++) {
        const lc_step &s = c.step(i);
        __atomic_store_n(&c.cell->step, static_cast<int32_t>(i), __ATOMIC_RELAXED);
        if (s.flags & c.skip) continue;
        if (timed && i < kStamps) c.cell->stamps[i] = ticks();
        if ((s.flags & LC_STEP_OPTIONAL) && c.slots[s.b] < 0) continue;
#if LC_FAULT_INJECTION
        if (c.header().fail_step == i + 1) return -ENOTRECOVERABLE;
#endif
        int64_t r = run_step(c, s);
        if (r < 0) return r;
    }
    return 0;
}

} // namespace

/// Whoever does not ask for times pays nothing for them: there are two loops.
int64_t run_steps(Context &c, uint32_t from, uint32_t to) noexcept {
    return c.cell->timed ? run<true>(c, from, to) : run<false>(c, from, to);
}

int64_t run_ahead(Context &c) noexcept {
    const lc_plan_header &h = c.header();
    int64_t r = 0;
    for (uint32_t i = h.template_end; i < h.ahead_end && r >= 0; i++) {
#if LC_FAULT_INJECTION
        if (h.fail_step == i + 1) return -ENOTRECOVERABLE;
#endif
        r = run_step(c, c.step(i));
    }
    return r;
}

void child_main(void *argument) noexcept {
    Context &c = *static_cast<Context *>(argument);
    c.cell->state = kStateStarted;
    if (c.in_process) default_signals(), forget_affinity(); // the spawner has done so for its children
    int64_t r = c.apart ? keep_plan(c) : 0;
    if (r >= 0) r = run_steps(c, c.first, c.header().step_count); // returns only when it fails: the last step is EXECVE
    c.cell->err = static_cast<int32_t>(-r);
    report_start(c, LC_FAULT, r);
    __atomic_store_n(&c.cell->state, kStateFault, __ATOMIC_RELEASE);
    if (c.apart) {
        __atomic_store_n(&c.cell->done, kOver, __ATOMIC_RELEASE);
        futex_wake(&c.cell->done);
    }
    exit_now(127);
}

} // namespace lc
