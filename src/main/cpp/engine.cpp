// Engines: the arena, the spawner's start from a sealed memfd, and the plans that an engine holds.
#include "engine.h"
#include "verify.h"
#include <errno.h>
#include <linux/memfd.h>
#include <new>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

extern "C" const uint8_t lc_spawner_image[], lc_spawner_image_end[];

namespace lc {

uint32_t Engine::acquire_cell() {
    for (;;) {
        uint64_t free = __atomic_load_n(&free_cells, __ATOMIC_ACQUIRE);
        uint32_t seen = __atomic_load_n(&released, __ATOMIC_ACQUIRE);
        while (free) {
            uint64_t taken = free & (free - 1);
            if (__atomic_compare_exchange_n(&free_cells, &free, taken, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
                return static_cast<uint32_t>(__builtin_ctzll(free));
        }
        __atomic_add_fetch(&waiters, 1, __ATOMIC_ACQ_REL);
        if (!__atomic_load_n(&free_cells, __ATOMIC_ACQUIRE)) futex_wait(&released, seen, nullptr);
        __atomic_sub_fetch(&waiters, 1, __ATOMIC_ACQ_REL);
    }
}

void Engine::release_cell(uint32_t i) {
    __atomic_store_n(&cell(i)->busy, 0u, __ATOMIC_RELEASE);
    __atomic_or_fetch(&free_cells, 1ull << i, __ATOMIC_ACQ_REL);
    __atomic_add_fetch(&released, 1, __ATOMIC_ACQ_REL);
    if (__atomic_load_n(&waiters, __ATOMIC_ACQUIRE)) futex_wake(&released);
}

int64_t seqpacket_pair(int32_t *pair) {
    return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0 ? -errno : 0;
}

void reap(int32_t pid, int32_t *code, int32_t *status) {
    siginfo_t info = {};
    int64_t r;
    do r = sys(__NR_waitid, static_cast<int64_t>(P_PID), pid, &info, static_cast<int64_t>(WEXITED | __WALL), nullptr);
    while (r == -EINTR);
    *code = info.si_code;
    *status = info.si_status;
}

int64_t await(const Engine &engine, int32_t socket, Cell *cell, int64_t pause_nanos) {
    constexpr int64_t second = 1000000000;
    const int64_t pause[2] = {pause_nanos / second, pause_nanos % second};
    int32_t code, status;
    for (;;) {
        if (__atomic_load_n(&cell->done, __ATOMIC_ACQUIRE) != kUnderWay) return 0;
        int64_t r = futex_wait(&cell->done, kUnderWay, pause);
        if (r != -ETIMEDOUT) continue;
        pollfd peers[2] = {{socket, 0, 0}, {socket == engine.socket ? engine.pidfd : -1, POLLIN, 0}};
        bool lost = poll(peers, 2, 0) > 0;
        if (lost && cell->pid <= 0) return -EPIPE; // and nobody was cloned
        if (cell->pid <= 0) continue;
        siginfo_t info = {}; // a template that was killed cannot say so itself
        r = sys(__NR_waitid, static_cast<int64_t>(P_PID), cell->pid, &info,
                static_cast<int64_t>(WEXITED | WNOHANG | WNOWAIT | __WALL), nullptr);
        if (r < 0 || info.si_pid) return 0;
        // a child on its way holds the socket's other end too: if that is closed, and it was to exec, it has
        if (peers[0].revents && __atomic_load_n(&cell->state, __ATOMIC_ACQUIRE) == kStateExec) return 0;
        if (!peers[1].revents) continue;
        sys(__NR_kill, cell->pid, 9L); // it may wait for a word from the spawner
        reap(cell->pid, &code, &status);
        return -EPIPE;
    }
}

void await_maps(int32_t socket, const Cell *cell) {
    const int64_t pause[2] = {0, 1000000};
    pollfd peer{socket, 0, 0};
    while (__atomic_load_n(&cell->maps, __ATOMIC_ACQUIRE) == 0)
        if (futex_wait(&cell->maps, 0, pause) == -ETIMEDOUT && poll(&peer, 1, 0) > 0) return;
}

bool Engine::is_alone() {
    const uint64_t taken = ~__atomic_load_n(&free_cells, __ATOMIC_ACQUIRE);
    return (taken & (taken - 1)) == 0;
}

void await_briefly(const Cell *cell) {
    constexpr int64_t patience = 150000; // ns
    timespec begin, now;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    do {
        if (__atomic_load_n(&cell->done, __ATOMIC_ACQUIRE) != kUnderWay) return;
        sys(__NR_sched_yield);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - begin.tv_sec) * 1000000000 + now.tv_nsec - begin.tv_nsec < patience);
}

void relocate_vectors(uint8_t *block, const uint64_t *vectors, uint32_t count, uint64_t base) {
    uint32_t sizes[kMaxVectors];
    for (uint32_t v = 0; v < count; v++) { // all before any word changes: vectors may overlap
        sizes[v] = 0;
        if (vectors[v]) memcpy(&sizes[v], block + vectors[v], 4);
        for (uint32_t k = 0; k < v; k++)
            if (vectors[k] == vectors[v]) sizes[v] = 0;
    }
    for (uint32_t v = 0; v < count; v++) {
        auto *words = reinterpret_cast<uint64_t *>(block + vectors[v] + 8);
        for (uint32_t i = 0; i < sizes[v]; i++) words[i] += base;
    }
}

namespace {

struct Start { // what the clone of start_spawner needs, prepared before it
    int32_t image, arena, socket, null;
    const char *argv[2], *envp[1];
    int64_t err;
};

/// Runs in shared memory until the exec, as a child does: raw system calls only.
void exec_spawner(void *argument) {
    auto *s = static_cast<Start *>(argument);
    int64_t r = 0;
    int32_t fds[5] = {s->null, s->null, s->null, s->arena, s->socket};
    for (int64_t i = 0; i < 5 && r >= 0; i++) // moved out of the way first, so that no target is a source still needed
        r = fds[i] = static_cast<int32_t>(sys(__NR_fcntl, fds[i], static_cast<int64_t>(F_DUPFD_CLOEXEC), 10L));
    int64_t image = r < 0 ? r : sys(__NR_fcntl, s->image, static_cast<int64_t>(F_DUPFD_CLOEXEC), 10L);
    for (int64_t i = 0; i < 5 && r >= 0; i++) r = sys(__NR_dup3, fds[i], i, static_cast<int64_t>(0));
    // what stays open is CLOEXEC, but a JVM may hold fds that are not: none of them is for the spawner
    if (r >= 0) r = sys(__NR_dup3, image, 5L, static_cast<int64_t>(O_CLOEXEC));
    if (r >= 0) r = sys(__NR_close_range, 6L, 0xffffffffL, 0L);
    if (r >= 0) r = sys(__NR_execveat, 5L, "", s->argv, s->envp, static_cast<int64_t>(AT_EMPTY_PATH));
    s->err = -r;
    exit_now(127);
}

/// A memfd of the embedded image that nobody, not even we, can change any more (CVE-2019-5736).
int64_t sealed_image() {
    int64_t fd = sys(__NR_memfd_create, "lc:spawner", static_cast<int64_t>(MFD_CLOEXEC | MFD_ALLOW_SEALING | 0x10));
    if (fd == -EINVAL) fd = sys(__NR_memfd_create, "lc:spawner", static_cast<int64_t>(MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (fd < 0) return fd; // 0x10: MFD_EXEC, Linux 6.3
    int64_t r = write_whole(static_cast<int>(fd), lc_spawner_image,
                            static_cast<uint64_t>(lc_spawner_image_end - lc_spawner_image));
    if (r >= 0) r = sys(__NR_fcntl, fd, 1033L, 0xfL); // F_ADD_SEALS: seal, shrink, grow, write
    if (r >= 0) return fd;
    close(fd);
    return r;
}

int64_t start_spawner(Engine &engine, lc_report *report) {
    report->aux = LC_AT_MEMFD;
    Fd image(sealed_image());
    if (image.get() < 0) return image.get();
    report->aux = LC_AT_SPAWNER;
    Fd null(openat(AT_FDCWD, "/dev/null", O_RDWR));
    if (null.get() < 0) return null.get();
    int32_t pair[2];
    int64_t r = seqpacket_pair(pair);
    if (r < 0) return r;
    Fd ours(pair[0]), theirs(pair[1]);
    Start start{image.get(), engine.arena_fd, theirs.get(), null.get(), {"lc:spawner", nullptr}, {nullptr}, 0};
    const uint64_t size = 64 * 1024;
    void *stack = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED) return -errno;
    Cell *cell = engine.cell(0);
    cell->done = kUnderWay;
    CloneArgs args = {};
    args.flags = 0x4000 | 0x100 | 0x1000 | CLONE_CLEAR_SIGHAND; // CLONE_VFORK, CLONE_VM, CLONE_PIDFD
    args.pidfd = reinterpret_cast<uint64_t>(&engine.pidfd);
    args.stack = reinterpret_cast<uint64_t>(stack);
    args.stack_size = size;
    uint64_t all = ~0ull, old = 0;
    sys(__NR_rt_sigprocmask, 2L, &all, &old, 8L);
    int64_t pid = clone3_call(&args, sizeof args, exec_spawner, &start);
    sys(__NR_rt_sigprocmask, 2L, &old, nullptr, 8L);
    munmap(stack, size);
    if (pid < 0) return pid;
    engine.pid = static_cast<int32_t>(pid);
    engine.socket = ours.release();
    return start.err ? -start.err : await(engine, engine.socket, cell);
}

void destroy(Engine *engine) {
    close(engine->socket);
    if (engine->pid > 0) {
        int32_t code, status;
        reap(engine->pid, &code, &status); // it ends when its socket does
    }
    if (engine->arena) munmap(engine->arena, kArenaSize);
    close(engine->arena_fd);
    close(engine->pidfd);
    engine->~Engine();
    free(engine);
}

/// A gap of `size` bytes among the plans: its index in the sorted list and its offset, or 0.
uint64_t find_gap(const Engine &engine, uint64_t size, uint32_t *index) {
    uint64_t start = kPlansOffset;
    for (uint32_t i = 0; i <= engine.plan_count; i++) {
        uint64_t end = i < engine.plan_count ? engine.plans[i].offset : kArenaSize;
        *index = i;
        if (end - start >= size) return start;
        if (i < engine.plan_count) start = engine.plans[i].offset + engine.plans[i].size;
    }
    return 0;
}

} // namespace

} // namespace lc

using namespace lc;

extern "C" int32_t lc_engine_open(int32_t kind, int64_t *out, lc_report *report) {
    *report = {LC_FAULT, -1, 0, LC_AT_MEMORY};
    void *memory = calloc(1, sizeof(Engine));
    if (!memory) return -ENOMEM;
    auto *engine = new (memory) Engine();
    engine->kind = kind;
    int64_t r = sys(__NR_memfd_create, "lc:arena", static_cast<int64_t>(MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (r >= 0) {
        engine->arena_fd = static_cast<int32_t>(r);
        r = sys(__NR_ftruncate, r, static_cast<int64_t>(kArenaSize));
    }
    if (r >= 0) r = sys(__NR_fcntl, engine->arena_fd, 1033L, 0x7L); // F_ADD_SEALS: seal, shrink, grow
    if (r >= 0) {
        void *arena = mmap(nullptr, kArenaSize, PROT_READ | PROT_WRITE, MAP_SHARED, engine->arena_fd, 0);
        if (arena == MAP_FAILED)
            r = -errno;
        else
            engine->arena = static_cast<uint8_t *>(arena);
    }
    if (r >= 0) {
        engine->base = kind == LC_ENGINE_IN_PROCESS ? reinterpret_cast<uint64_t>(engine->arena) : kArenaBase;
        if (kind != LC_ENGINE_IN_PROCESS) r = start_spawner(*engine, report);
    }
    if (r < 0) {
        report->err = static_cast<int32_t>(-r);
        destroy(engine);
        return static_cast<int32_t>(r);
    }
    report->kind = LC_RUNNING;
    *out = reinterpret_cast<int64_t>(engine);
    return 0;
}

extern "C" int32_t lc_engine_close(int64_t handle) {
    destroy(reinterpret_cast<Engine *>(handle));
    return 0;
}

extern "C" int32_t lc_engine_pid(int64_t handle) { return reinterpret_cast<Engine *>(handle)->pid; }

extern "C" int32_t lc_plan_load(int64_t handle, const uint8_t *plan, uint32_t size, int64_t *loaded, uint32_t *bad) {
    auto *engine = reinterpret_cast<Engine *>(handle);
    uint64_t rounded = (static_cast<uint64_t>(size) + 63) & ~63ull;
    pthread_mutex_lock(&engine->lock);
    uint32_t index = 0;
    uint64_t offset = engine->plan_count < kMaxPlans ? find_gap(*engine, rounded, &index) : 0;
    if (offset) {
        memmove(engine->plans + index + 1, engine->plans + index, (engine->plan_count - index) * sizeof(Block));
        engine->plans[index] = {offset, rounded};
        engine->plan_count++;
    }
    pthread_mutex_unlock(&engine->lock);
    if (!offset) return -ENOMEM;
    uint8_t *copy = engine->arena + offset;
    memcpy(copy, plan, size);
    int64_t fault = Verifier(copy, size).check(); // the copy: the caller's bytes may change under us
    if (fault >= 0) {
        *bad = static_cast<uint32_t>(fault);
        lc_plan_unload(handle, static_cast<int64_t>(offset));
        return -EINVAL;
    }
    const auto &header = *reinterpret_cast<const lc_plan_header *>(copy);
    const auto *steps = reinterpret_cast<const lc_step *>(copy + sizeof header);
    uint64_t vectors[kMaxVectors];
    uint32_t count = 0;
    for (uint32_t i = 0; i < header.step_count; i++) {
        if (steps[i].opcode != LC_EXECVE && steps[i].opcode != LC_HOOK) continue;
        if (count + 2 > kMaxVectors) {
            lc_plan_unload(handle, static_cast<int64_t>(offset));
            return -E2BIG;
        }
        vectors[count++] = steps[i].b;
        vectors[count++] = steps[i].c;
    }
    relocate_vectors(copy, vectors, count, engine->base + offset);
    *loaded = static_cast<int64_t>(offset);
    return 0;
}

extern "C" int32_t lc_plan_unload(int64_t handle, int64_t loaded) {
    auto *engine = reinterpret_cast<Engine *>(handle);
    int32_t result = -ENOENT;
    pthread_mutex_lock(&engine->lock);
    for (uint32_t i = 0; i < engine->plan_count && result; i++) {
        if (engine->plans[i].offset != static_cast<uint64_t>(loaded)) continue;
        engine->plan_count--;
        memmove(engine->plans + i, engine->plans + i + 1, (engine->plan_count - i) * sizeof(Block));
        result = 0;
    }
    pthread_mutex_unlock(&engine->lock);
    return result;
}
