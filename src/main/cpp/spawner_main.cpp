// The spawner: a static process without libc that clones children on behalf of a library that is too big and too busy
// to do it itself. It serves one socket; a template is a fork of it that has run the first part of a plan and serves
// a socket of its own. It holds no state between two requests but its fds, and never waits for a child.
#include "child.h"
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/sched.h>

namespace lc {

namespace {

struct Server {
    uint8_t *arena;
    int32_t inherited[LC_MAX_SLOTS]; // slots that the template's steps opened
    bool is_template;
    uint64_t ahead;           // CLONE_NEW* of the namespaces that were made for the next child
    const uint8_t *furnished; // the plan of which steps were run in these, or nullptr
    Context next;             // what these steps have left to the next child
    int32_t network;          // the library's number of the network that these steps have joined, or -1
    int32_t own_mounts = -1;  // a template's own, to go back to; or -errno
    int32_t own_pids = -1;
    int32_t own_network = -1;
};

Cell *cell_at(const Server &server, uint32_t index) noexcept {
    return reinterpret_cast<Cell *>(server.arena + index * kCellSize);
}

void finish(Cell *cell, int32_t err, int32_t at) noexcept {
    if (err) {
        cell->err = err;
        cell->aux = at;
        cell->step = -1;
        __atomic_store_n(&cell->state, kStateFault, __ATOMIC_RELEASE);
    }
    __atomic_store_n(&cell->done, 0u, __ATOMIC_RELEASE);
    futex_wake(&cell->done);
}

/// Waits for one request; its fds land in slots. Returns bytes read, 0 when the library is gone.
int64_t receive(Message &message, int32_t *slots) noexcept {
    struct {
        void *base;
        uint64_t size;
    } vector{&message, sizeof message};
    struct alignas(8) {
        uint64_t size;
        int32_t level, type;
        int32_t fds[LC_MAX_SLOTS];
    } control;
    control.size = 0;
    struct {
        void *name;
        uint32_t name_size, pad0;
        void *vectors;
        uint64_t vector_count;
        void *control;
        uint64_t control_size;
        int32_t flags, pad1;
    } head{nullptr, 0, 0, &vector, 1, &control, sizeof control, 0, 0};
    int64_t n = sys(__NR_recvmsg, static_cast<int64_t>(kRequestFd), &head, 0x40000000L); // MSG_CMSG_CLOEXEC
    if (n != static_cast<int64_t>(sizeof message)) return n < 0 ? n : 0;
    uint64_t count = control.size >= 16 ? (control.size - 16) / 4 : 0, next = 0;
    message.complete = !(head.flags & 8); // MSG_CTRUNC
    for (uint32_t slot = 0; slot < LC_MAX_SLOTS; slot++) {
        if (!(message.mask >> slot & 1)) continue;
        if (next < count)
            slots[slot] = control.fds[next++];
        else
            message.complete = 0;
    }
    return n;
}

/// Writes the id maps of a new user namespace (user_namespaces(7)): deny setgroups first where it must be.
int64_t write_maps(const lc_plan_header &h, const uint8_t *plan, int32_t pid) noexcept {
    char path[32] = "/proc/";
    char digits[12];
    int n = 0, at = 6;
    for (int32_t v = pid; v; v /= 10) digits[n++] = static_cast<char>('0' + v % 10);
    while (n) path[at++] = digits[--n];
    path[at] = 0;
    int64_t dir = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY);
    if (dir < 0) return dir;
    struct {
        const char *name;
        const void *text;
        uint64_t size;
    } files[] = {{"setgroups", "deny", h.flags & LC_PLAN_DENY_SETGROUPS ? 4u : 0u},
                 {"uid_map", plan + h.uid_map, h.uid_map_size},
                 {"gid_map", plan + h.gid_map, h.gid_map_size}};
    int64_t r = 0;
    for (auto &file : files) {
        if (!file.size || r < 0) continue;
        int64_t fd = openat(static_cast<int>(dir), file.name, O_WRONLY);
        r = fd < 0 ? fd : write_whole(static_cast<int>(fd), file.text, file.size);
        close(fd);
    }
    close(dir);
    return r;
}

Context *prepare(Server &server, const Message &message, const int32_t *slots, uint64_t stack) noexcept {
    auto *c = reinterpret_cast<Context *>(stack + kGuardSize);
    c->plan = server.arena + message.plan;
    c->cell = cell_at(server, message.cell);
    c->empty_tree = c->null_device = -1;
    c->masked_directory = c->masked_file = nullptr;
    c->skip = server.is_template ? 0 : LC_STEP_TEMPLATE_ONLY;
    const lc_plan_header &h = c->header();
    c->first = !server.is_template ? h.host_end : server.furnished ? h.ahead_end : h.template_end;
    c->in_process = false;
    c->apart = c->header().flags & LC_PLAN_PARKS;
    c->own = nullptr;
    c->reports = -1;
    c->main_stack = reinterpret_cast<uint64_t>(&server);
    for (uint32_t i = 0; i < LC_MAX_SLOTS; i++) c->slots[i] = slots[i] >= 0 ? slots[i] : server.inherited[i];
    if (server.furnished) {
        c->empty_tree = server.next.empty_tree;
        c->null_device = server.next.null_device;
        for (uint32_t i = LC_SLOT_ROOT; i < LC_MAX_SLOTS; i++)
            if (server.next.slots[i] != server.inherited[i]) c->slots[i] = server.next.slots[i];
    }
    return c;
}

// ioctls of a pidfd, Linux 6.11
constexpr int64_t kGetMountNamespace = 0xff03, kGetNetNamespace = 0xff04, kGetPidNamespace = 0xff05;

/// This process's own namespace of a kind, which it can go back to; opened once.
int64_t own_namespace(int32_t &fd, int64_t request) noexcept {
    if (fd != -1) return fd;
    int64_t self = sys(__NR_pidfd_open, sys(__NR_getpid), 0L);
    fd = static_cast<int32_t>(self < 0 ? self : sys(__NR_ioctl, self, request, 0L));
    close(self);
    return fd;
}

/// Runs the steps of a plan that are the next child's only by the namespaces they run in. Where one fails the child
/// runs them all, and says which.
bool furnish(Server &server, const uint8_t *plan, int32_t network) noexcept {
    Context &c = server.next;
    c.plan = plan;
    c.cell = nullptr;
    c.empty_tree = c.null_device = -1;
    for (uint32_t i = 0; i < LC_MAX_SLOTS; i++) c.slots[i] = server.inherited[i];
    const uint32_t joined = c.header().network_slot;
    if (joined != LC_NO_SLOT) c.slots[joined] = network;
    server.furnished = plan;
    const int64_t r = run_ahead(c);
    if (joined != LC_NO_SLOT) c.slots[joined] = server.inherited[joined]; // it is the request's, and goes with it
    return r >= 0;
}

/// The child has its own fds of what was opened for it, or never will.
void unfurnish(Server &server) noexcept {
    if (!server.furnished) return;
    server.furnished = nullptr;
    close(server.next.empty_tree);
    close(server.next.null_device);
    for (uint32_t i = LC_SLOT_ROOT; i < LC_MAX_SLOTS; i++)
        if (server.next.slots[i] != server.inherited[i]) close(server.next.slots[i]);
    if (server.network < 0) return;
    server.network = -1;
    if (sys(__NR_setns, server.own_network, static_cast<int64_t>(CLONE_NEWNET)) < 0) exit_now(1);
}

/// Makes namespaces for a template's next child while the last one is on its way. A clone without their flags gets
/// those that its parent is in, or keeps for children; it has them for itself, since the parent moves on at once, and
/// ends where it cannot go back. Not those that belong to a user namespace of the child's.
void make_ahead(Server &server, const Message &message, const int32_t *slots, uint64_t wanted) noexcept {
    unfurnish(server);
    if ((wanted & CLONE_NEWUSER) || !(wanted | server.ahead)) return;
    uint64_t flags = (wanted | server.ahead) & (CLONE_NEWIPC | CLONE_NEWUTS); // it cannot go back to its first ones
    if ((wanted & CLONE_NEWNS) && own_namespace(server.own_mounts, kGetMountNamespace) >= 0) flags |= CLONE_NEWNS;
    if ((wanted & CLONE_NEWPID) && own_namespace(server.own_pids, kGetPidNamespace) >= 0) flags |= CLONE_NEWPID;
    int64_t r = 0;
    if (server.ahead & CLONE_NEWNS) r = sys(__NR_setns, server.own_mounts, static_cast<int64_t>(CLONE_NEWNS));
    if (r >= 0 && (server.ahead & CLONE_NEWPID))
        r = sys(__NR_setns, server.own_pids, static_cast<int64_t>(CLONE_NEWPID));
    if (r < 0) exit_now(1);
    r = sys(__NR_unshare, static_cast<int64_t>(flags)); // at a limit of namespaces: the next clone makes them, or fails
    server.ahead = r < 0 ? 0 : flags;
    const uint8_t *plan = server.arena + message.plan;
    const auto &h = *reinterpret_cast<const lc_plan_header *>(plan);
    if (!(server.ahead & CLONE_NEWNS) || h.ahead_end == h.template_end) return;
    const int32_t network = h.next_slot == LC_NO_SLOT ? -1 : slots[h.next_slot];
    if (h.next_slot != LC_NO_SLOT &&
        (network < 0 || own_namespace(server.own_network, kGetNetNamespace) < 0)) // it could not go back
        return;
    server.network = network < 0 ? -1 : message.next;
    if (furnish(server, plan, network)) return;
    unfurnish(server);
    if (sys(__NR_setns, server.own_mounts, static_cast<int64_t>(CLONE_NEWNS)) < 0) exit_now(1);
    server.ahead &= ~static_cast<uint64_t>(CLONE_NEWNS);
}

void spawn(Server &server, const Message &message, const int32_t *slots) noexcept {
    uint64_t stack = kStacksBase + message.cell * (kStackSize + kGuardSize);
    if (server.furnished && (server.furnished != server.arena + message.plan || server.network != message.network))
        make_ahead(server, message, slots, 0);
    Context *c = prepare(server, message, slots, stack);
    const lc_plan_header &h = c->header();
    Cell *cell = c->cell;
    CloneArgs args = {};
    args.flags = (h.clone_flags & ~server.ahead) | CLONE_PARENT | CLONE_PARENT_SETTID | CLONE_CLEAR_SIGHAND;
    if (!c->apart) args.flags |= CLONE_VM | CLONE_CHILD_CLEARTID;
    args.parent_tid = reinterpret_cast<uint64_t>(&cell->pid);
    args.child_tid = reinterpret_cast<uint64_t>(&cell->done);
    args.stack = stack + kGuardSize;
    args.stack_size = kStackSize;
    if (h.cgroup_slot != LC_NO_SLOT) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = static_cast<uint64_t>(c->slots[h.cgroup_slot]);
    }
    int64_t pid = clone3_call(&args, sizeof args, child_main, c);
    if (pid < 0) {
        finish(cell, static_cast<int32_t>(-pid), LC_AT_CLONE);
        if (server.ahead)
            make_ahead(server, message, slots,
                       h.clone_flags); // a pid namespace whose first process failed takes no other
        return;
    }
    if (message.wishes & kWakePid) futex_wake(reinterpret_cast<uint32_t *>(&cell->pid));
    if (server.is_template) make_ahead(server, message, slots, message.wishes & kMakeAhead ? h.clone_flags : 0);
    if (!h.uid_map_size && !h.gid_map_size) return;
    int64_t r = write_maps(h, c->plan, static_cast<int32_t>(pid));
    cell->map_err = static_cast<int32_t>(-r);
    __atomic_store_n(&cell->maps, r < 0 ? 2u : 1u, __ATOMIC_RELEASE);
    futex_wake(&cell->maps);
}

/// Becomes, in a fork, a template: takes the new socket as its own, runs the template steps, and serves.
/// Returns in the template only, and only if the steps succeeded.
bool fork_template(Server &server, const Message &message, int32_t *slots) noexcept {
    Cell *cell = cell_at(server, message.cell);
    CloneArgs args = {};
    args.flags = CLONE_PARENT | CLONE_PARENT_SETTID;
    args.parent_tid = reinterpret_cast<uint64_t>(&cell->pid);
    int64_t pid = sys(__NR_clone3, &args, static_cast<int64_t>(sizeof args));
    if (pid != 0) {
        if (pid < 0) finish(cell, static_cast<int32_t>(-pid), LC_AT_CLONE);
        return false;
    }
    sys(__NR_prctl, static_cast<int64_t>(PR_SET_PDEATHSIG), 9L, 0L, 0L, 0L);
    sys(__NR_prctl, static_cast<int64_t>(PR_SET_NAME), "lc:template", 0L, 0L, 0L);
    // the socket that this template will serve came in the console's slot, which a template has no other use for
    sys(__NR_dup3, slots[LC_SLOT_CONSOLE], static_cast<int64_t>(kRequestFd), static_cast<int64_t>(O_CLOEXEC));
    close(slots[LC_SLOT_CONSOLE]);
    slots[LC_SLOT_CONSOLE] = -1;
    server.is_template = true;
    Context c;
    c.plan = server.arena + message.plan;
    c.cell = cell;
    c.empty_tree = c.null_device = -1;
    c.masked_directory = c.masked_file = nullptr;
    c.skip = 0;
    c.in_process = c.apart = false;
    c.own = nullptr;
    c.reports = -1;
    for (uint32_t i = 0; i < LC_MAX_SLOTS; i++) c.slots[i] = slots[i];
    int64_t r = run_steps(c, c.header().host_end, c.header().template_end);
    if (r < 0) {
        int32_t step = cell->step;
        cell->err = static_cast<int32_t>(-r);
        cell->step = step;
        __atomic_store_n(&cell->state, kStateFault, __ATOMIC_RELEASE);
        finish(cell, 0, 0);
        exit_now(1);
    }
    for (uint32_t i = 0; i < LC_MAX_SLOTS; i++) {
        bool passed = message.mask >> i & 1;
        server.inherited[i] = passed ? -1 : c.slots[i]; // what came with the request has done its work
        if (passed && c.slots[i] >= 0) close(c.slots[i]);
        slots[i] = -1;
    }
    __atomic_store_n(&cell->state, kStateReady, __ATOMIC_RELEASE);
    finish(cell, 0, 0);
    return true;
}

/// The library is gone: whoever is still on the way to its program must not arrive. A template may just be closed.
[[noreturn]] void end(const Server &server) noexcept {
    for (uint32_t i = 0; i < kCells && !server.is_template; i++) {
        Cell *cell = cell_at(server, i);
        if (__atomic_load_n(&cell->busy, __ATOMIC_ACQUIRE) && cell->pid > 0) sys(__NR_kill, cell->pid, 9L);
    }
    exit_now(0);
}

bool map_memory(Server &server) noexcept {
    int64_t fixed = MAP_FIXED_NOREPLACE;
    int64_t arena = sys(__NR_mmap, static_cast<int64_t>(kArenaBase), static_cast<int64_t>(kArenaSize), 3L,
                        MAP_SHARED | fixed, static_cast<int64_t>(kArenaFd), 0L);
    uint64_t size = kCells * (kStackSize + kGuardSize);
    int64_t stacks = sys(__NR_mmap, static_cast<int64_t>(kStacksBase), static_cast<int64_t>(size), 3L,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1L, 0L);
    if (arena != static_cast<int64_t>(kArenaBase) || stacks != static_cast<int64_t>(kStacksBase)) return false;
    for (uint32_t i = 0; i < kCells; i++)
        sys(__NR_mprotect, static_cast<int64_t>(kStacksBase + i * (kStackSize + kGuardSize)),
            static_cast<int64_t>(kGuardSize), 0L);
    server.arena = reinterpret_cast<uint8_t *>(kArenaBase);
    return true;
}

/// Undoes what exec has passed on from a JVM: ignored signals and a full mask. Being undumpable keeps a child's crash
/// from being a dump of shared memory and other users from tracing it.
void settle() noexcept {
    default_signals();
    forget_affinity();
    uint64_t all = ~0ull;
    sys(__NR_rt_sigprocmask, 2L, &all, nullptr, 8L);
    sys(__NR_prctl, static_cast<int64_t>(PR_SET_PDEATHSIG), 0L, 0L, 0L, 0L);
    sys(__NR_prctl, static_cast<int64_t>(PR_SET_NAME), "lc:spawner", 0L, 0L, 0L);
    if (sys(__NR_geteuid) == 0) sys(__NR_prctl, static_cast<int64_t>(PR_SET_DUMPABLE), 0L, 0L, 0L, 0L);
    for (int64_t fd = kArenaFd; fd <= kRequestFd; fd++) // no program's business, whether its plan closes them or not
        sys(__NR_fcntl, fd, static_cast<int64_t>(F_SETFD), static_cast<int64_t>(FD_CLOEXEC));
    sys(__NR_umask, 0L); // modes in a plan are exact; a step sets the program's own mask
    sys(__NR_chdir, "/");
}

} // namespace

} // namespace lc

extern "C" [[noreturn]] void lc_spawner_start(void *) {
    using namespace lc;
    Server server;
    server.is_template = false;
    server.ahead = 0;
    server.furnished = nullptr;
    server.network = -1;
    for (int32_t &slot : server.inherited) slot = -1;
    settle();
    if (!map_memory(server)) exit_now(2);
    finish(cell_at(server, 0), 0, 0);
    for (;;) {
        Message message;
        int32_t slots[LC_MAX_SLOTS];
        for (int32_t &slot : slots) slot = -1;
        int64_t n = receive(message, slots);
        if (n == -EINTR) continue;
        if (n <= 0) end(server);
        if (!message.complete) { // the kernel could not give this process more fds
            finish(cell_at(server, message.cell), EMFILE, LC_AT_SEND);
        } else if (message.operation == kOpTemplate) {
            if (fork_template(server, message, slots)) continue;
        } else {
            spawn(server, message, slots);
        }
        for (int32_t slot : slots) close(slot);
    }
}

LC_START_ASM;
