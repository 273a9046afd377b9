// The engine without a helper: a child that runs the interpreter on this process's memory.
#include "engine.h"
#include "spawn.h"
#include <errno.h>
#include <sys/mman.h>

namespace lc {

/// The in-process engine: the interpreter on this process's memory while the calling thread is suspended (vfork).
int64_t Spawn::clone_here(Cell *cell) {
    const lc_plan_header &h = header();
    result_.report.aux = LC_AT_CLONE;
    const uint64_t size = kStackSize;
    void *stack = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (stack == MAP_FAILED) return -errno;
    auto *c = static_cast<Context *>(stack);
    c->plan = plan_;
    c->cell = cell;
    c->empty_tree = c->null_device = -1;
    c->masked_directory = c->masked_file = nullptr;
    c->skip = LC_STEP_TEMPLATE_ONLY;
    c->first = h.host_end;
    c->in_process = true;
    c->apart = false;
    c->own = nullptr;
    c->reports = -1;
    Fd null(openat(AT_FDCWD, "/dev/null", O_RDWR));
    for (int i = 0; i < LC_MAX_SLOTS; i++) c->slots[i] = slots_[i];
    for (int i = 0; i < 3; i++)
        if (c->slots[i] < 0 && slots_[LC_SLOT_CONSOLE] < 0) c->slots[i] = null.get();
    CloneArgs args = {};
    args.flags = h.clone_flags | 0x4000 | 0x100 | CLONE_CLEAR_SIGHAND; // CLONE_VFORK, CLONE_VM
    args.stack = reinterpret_cast<uint64_t>(stack);
    args.stack_size = size;
    if (h.cgroup_slot != LC_NO_SLOT) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = static_cast<uint64_t>(slots_[h.cgroup_slot]);
    }
    uint64_t all = ~0ull, old = 0;
    sys(__NR_rt_sigprocmask, 2L, &all, &old, 8L);
    int64_t pid = clone3_call(&args, sizeof args, child_main, c);
    sys(__NR_rt_sigprocmask, 2L, &old, nullptr, 8L);
    munmap(stack, size);
    if (pid < 0) return pid;
    cell->pid = static_cast<int32_t>(pid);
    return 0;
}

} // namespace lc
