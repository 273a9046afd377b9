// A sandbox made ahead: the wait for its task, which comes in one message together with the fds of its streams.
#include "child.h"
#include <linux/prctl.h>

namespace lc {

namespace {

void unmap(uint64_t from, uint64_t to) noexcept {
    if (to > from) sys(__NR_munmap, static_cast<int64_t>(from), static_cast<int64_t>(to - from));
}

/// Of the spawner's memory a child that waits keeps its own stack, its cell and its copy of the plan. The rest is other
/// children's business; it would hold page tables for as long as it waits, and the exec would have to take it down.
void forget_others(const Context &c) noexcept {
    constexpr uint64_t page = 4095, above = 64 * 1024, below = 1024 * 1024;
    const uint64_t plan = reinterpret_cast<uint64_t>(c.plan);
    unmap(kArenaBase, plan & ~page);
    unmap((plan + c.header().size + page) & ~page, kArenaBase + kArenaSize);
    const uint64_t stack = kStacksBase + stack_slot(c) * kStackSlot, cell = reinterpret_cast<uint64_t>(c.own);
    const bool stack_first = stack < cell;
    unmap(kStacksBase, stack_first ? stack : cell);
    unmap(stack_first ? stack + kStackSlot : cell + sizeof(Cell), stack_first ? cell : stack);
    unmap(stack_first ? cell + sizeof(Cell) : stack + kStackSlot, kStacksBase + kCells * kStackSlot);
    unmap((c.main_stack - below) & ~page, (c.main_stack + above) & ~page);
}

/// One message: its task, the request into the own cell, the fds into their slots. Bytes of the request, 0 at the end.
int64_t receive(Context &c, int64_t socket) noexcept {
    Task task;
    struct {
        void *base;
        uint64_t size;
    } vectors[2] = {{&task, sizeof task}, {c.cell->request, sizeof c.cell->request}};
    struct alignas(8) {
        uint64_t size;
        int32_t level, type;
        int32_t fds[3];
        int32_t pad;
    } control;
    struct {
        void *name;
        uint32_t name_size, pad0;
        void *vectors;
        uint64_t vector_count;
        void *control;
        uint64_t control_size;
        int32_t flags, pad1;
    } head{nullptr, 0, 0, vectors, 2, &control, sizeof control, 0, 0};
    control.size = 0;
    int64_t n;
    do n = sys(__NR_recvmsg, socket, &head, 0x40000000L); // MSG_CMSG_CLOEXEC
    while (n == -EINTR);
    if (n <= 0) return n;
    if (head.flags & 8) return -EMFILE; // MSG_CTRUNC
    uint32_t next = 0;
    for (uint32_t i = 0; i < 3; i++)
        if (task.streams >> i & 1) c.slots[i] = control.fds[next++];
    return task.size;
}

/// Turns the offsets of a vector into addresses; its count was read before any word changed.
void relocate(uint8_t *block, uint32_t offset, uint32_t count) noexcept {
    auto *words = reinterpret_cast<uint64_t *>(block + offset + 8);
    for (uint32_t i = 0; i < count; i++) words[i] += reinterpret_cast<uint64_t>(block);
}

uint32_t count_of(const uint8_t *block, uint32_t offset) noexcept {
    return offset ? *reinterpret_cast<const uint32_t *>(block + offset) : 0;
}

void take_params(Cell *cell) noexcept {
    const auto *request = reinterpret_cast<const lc_request *>(cell->request);
    const uint32_t argv = request->params[LC_PARAM_ARGV], envp = request->params[LC_PARAM_ENVP];
    const uint32_t args = count_of(cell->request, argv), strings = count_of(cell->request, envp);
    relocate(cell->request, argv, args);
    if (envp != argv) relocate(cell->request, envp, strings);
    for (uint32_t i = 0; i < LC_PARAM_COUNT; i++)
        cell->params[i] = request->params[i] ? reinterpret_cast<uint64_t>(cell->request) + request->params[i] : 0;
}

} // namespace

int64_t await_task(Context &c) noexcept {
    const int64_t socket = c.slots[LC_SLOT_CONSOLE];
    if (socket < 0) return -EBADF;
    int64_t r = sys(__NR_prctl, static_cast<int64_t>(PR_SET_DUMPABLE), 0L, 0L, 0L, 0L); // until the exec
    if (r < 0) return r;
    park(c);
    forget_others(c);
    const int64_t n = receive(c, socket);
    if (n == 0) exit_now(0); // nobody wants it any more
    c.reports = static_cast<int32_t>(socket);
    if (n < 0) return n;
    take_params(c.cell);
    const uint64_t cwd = c.cell->params[LC_PARAM_CWD];
    return cwd ? change_directory(reinterpret_cast<const char *>(cwd)) : 0;
}

} // namespace lc
