// What the code on the far side of the clone sees: no libc, no statics, no TLS, no recursion, nothing allocated.
//
// The arena is one sealed-size memfd mapped by the library and by the spawner. It begins with the cells, one a spawn
// in flight; loaded plans follow. In the spawner it lies at kArenaBase, so the library can turn offsets into pointers
// before it asks for a child. A cell's word `done` is the spawn's only channel back: the kernel itself zeroes and wakes
// it (CLONE_CHILD_CLEARTID) when the child leaves this memory, by exec or by death, and `state` tells which.
#pragma once
#include "libcontainer.h"
#include "sys.h"

namespace lc {

constexpr uint32_t kCells = 64;
constexpr uint64_t kCellSize = 256 * 1024;
constexpr uint32_t kStamps = (kCellSize - 104 - LC_MAX_REQUEST) / 8;
constexpr uint64_t kPlansOffset = kCells * kCellSize;
constexpr uint64_t kArenaSize = kPlansOffset + 48 * 1024 * 1024;
constexpr uint64_t kArenaBase = 0x2000000000; // in the spawner: far from a static image, a stack and mmap's own region
constexpr uint64_t kStacksBase = kArenaBase + 2 * kArenaSize; // private to each spawner; near, to share page tables
constexpr uint64_t kStackSize = 48 * 1024, kGuardSize = 4096;
constexpr int kArenaFd = 3, kRequestFd = 4; // of the spawner, from its start

enum : uint32_t {
    kStateIdle = 0,
    kStateStarted = 1,
    kStateExec = 2,
    kStateFault = 3,
    kStateReady = 4,
    kStateParked = 5
};
enum : uint32_t { kOver = 0, kUnderWay = 1, kWaiting = 2 }; // of Cell::done

struct Cell {
    uint32_t done; // kOver, kUnderWay or kWaiting
    int32_t pid;
    uint32_t state;
    int32_t step;
    int32_t err; // positive errno
    int32_t aux;
    uint32_t maps;                   // 1: id maps are written; 2: they cannot be
    uint32_t busy;                   // set by the library while it cares
    uint64_t params[LC_PARAM_COUNT]; // addresses in the child's memory, or 0
    int32_t map_err;                 // why maps is 2
    uint32_t host;                   // 1: the late host steps are done; 2: one has failed
    uint32_t answer;                 // to a child that waits: 1: go on; 2: fail
    uint32_t timed;                  // the child writes when each step begins
    uint32_t cgroups_open;           // LC_REQUEST_CGROUPS_OPEN
    uint32_t unused;
    uint8_t request[LC_MAX_REQUEST];
    uint64_t stamps[kStamps]; // by step, in ticks()
};
static_assert(sizeof(Cell) == kCellSize, "cell");

enum : uint16_t { kOpSpawn = 1, kOpTemplate = 2 };

/// Goes before the lc_request over the socket that a parked child waits at.
struct Task {
    uint32_t streams; // a bit for each of stdin, stdout and stderr whose fd comes along
    uint32_t size;    // of the request
};

/// kWakePid: somebody waits for the pid, before the child has arrived. kMakeAhead: nobody else is waiting, so that what
/// the next child needs can be made now.
enum : uint8_t { kWakePid = 1, kMakeAhead = 2 };

/// What goes over the spawner's socket, with one fd for each bit of mask, in order of slots.
struct Message {
    uint16_t operation;
    uint8_t wishes;   // kWakePid | kMakeAhead
    uint8_t complete; // set by the receiver: every fd has come
    uint32_t cell;
    uint64_t plan; // offset in the arena
    uint64_t mask;
    int32_t network,
        next; // the library's own fds in network_slot and next_slot, by whose numbers a template knows them
};

/// One run of a plan's steps; lives on the stack of whoever runs them.
struct Context {
    const uint8_t *plan;
    Cell *cell;
    int32_t slots[LC_MAX_SLOTS];
    int32_t empty_tree;                         // first directory mask of this child, or -1
    int32_t null_device;                        // verified, opened by the first file mask of this child, or -1
    const char *masked_directory, *masked_file; // the first names of their kind masked in a procfs, or nullptr
    uint16_t skip;                              // step flags that are not run here
    uint32_t first;                             // the first step that is run here
    bool in_process;
    bool apart;          // has memory of its own: nobody hears of its exec or death by the cell
    Cell *own;           // of a child that parks: what takes the place of the shared cell then
    int32_t reports;     // whoever started it after it was parked, or -1
    uint64_t main_stack; // an address in the stack that the spawner itself stands on

    const lc_plan_header &header() const noexcept { return *reinterpret_cast<const lc_plan_header *>(plan); }
    const lc_step &step(uint32_t i) const noexcept {
        return reinterpret_cast<const lc_step *>(plan + sizeof(lc_plan_header))[i];
    }
    const void *data(uint64_t offset) const noexcept { return plan + offset; }
    const char *text(uint64_t offset) const noexcept { return reinterpret_cast<const char *>(plan + offset); }
    /// Operand a, or what the spawn put in its place.
    const char *param(const lc_step &s) const noexcept {
        uint32_t p = s.flags & LC_STEP_PARAM_MASK;
        return p && cell->params[p - 1] ? reinterpret_cast<const char *>(cell->params[p - 1]) : text(s.a);
    }
};

constexpr uint64_t kStackSlot = kStackSize + kGuardSize;
/// Whose stack a child of the spawner stands on: its Context lies at its lower end.
inline uint64_t stack_slot(const Context &c) noexcept {
    return (reinterpret_cast<uint64_t>(&c) - kStacksBase) / kStackSlot;
}

/// Runs steps [from, to); 0, or -errno with cell->step naming the step.
int64_t run_steps(Context &c, uint32_t from, uint32_t to) noexcept;
/// Runs the steps for a child that is not yet there, so that there is no cell either.
int64_t run_ahead(Context &c) noexcept;
/// The whole life of a child: its steps, exec, or a fault in the cell and the end. argument is a Context.
void child_main(void *argument) noexcept;

int64_t mount_step(Context &c, const lc_step &s) noexcept;
int64_t process_step(Context &c, const lc_step &s) noexcept;
int64_t console_step(Context &c, const lc_step &s) noexcept;
int64_t lifecycle_step(Context &c, const lc_step &s) noexcept;
/// Waits until the library has answered; spinning where no system call can be made.
int64_t rendezvous(Context &c, int32_t aux, bool spin) noexcept;
/// Replaces the plan's pages by private ones at the same place, so that addresses in it stay good; makes c.own.
int64_t keep_plan(Context &c) noexcept;
/// From here on the shared cell is the library's again.
void park(Context &c) noexcept;
/// Waits, parked, for the message that says what to run.
int64_t await_task(Context &c) noexcept;
int64_t change_directory(const char *path) noexcept;
/// Tells whoever started a parked child what has become of it.
void report_start(Context &c, uint32_t kind, int64_t err) noexcept;
/// The first candidate that is a file and may be executed; -1 and *error if there is none.
const char *find_program(const char *candidates, int64_t *error) noexcept;
/// Waits for 1; anything else is somebody's failure.
int64_t await_word(Context &c, const uint32_t *word) noexcept;
int64_t content_step(Context &c, const lc_step &s) noexcept;
/// Where the process runs and where its memory comes from.
int64_t placement_step(Context &c, const lc_step &s) noexcept;
/// On every CPU that the cpuset allows, whatever whoever started us was confined to.
void forget_affinity() noexcept;
/// Keeps a new user namespace alive until the word that argument points at is set.
void hold_namespace(void *argument) noexcept;
int64_t loopback_up() noexcept;
/// mount(2) onto the directory of an O_PATH fd: "." cannot be redirected.
int64_t mount_here(int64_t target, const char *source, const char *type, uint64_t flags, const char *data) noexcept;
/// Sets and clears MS_* of the mount that an O_PATH fd leads to, or sets its propagation; proc: a procfs of the host,
/// for mounts of files, or -1.
int64_t remount_fd(int64_t fd, uint64_t set, uint64_t clear, int64_t proc) noexcept;
/// LC_MOVE_ROOT: moves the root over the host's and enters it; the host's mounts are gone then.
int64_t move_root(Context &c) noexcept;
/// Puts a detached tree (closed by this) over the object of an O_PATH fd.
int64_t attach_fd(int64_t tree, int64_t target) noexcept;
/// Opens path below root for mounting on it; makes it, a directory or a file, where it is missing.
int64_t open_target(int root, const char *path, bool directory) noexcept;

/// Whether the socket that asked for this child has hung up.
inline bool requester_gone() noexcept {
    struct {
        int32_t fd;
        int16_t events, revents;
    } request{kRequestFd, 0, 0};
    const int64_t now[2] = {0, 0};
    return sys(__NR_ppoll, &request, 1L, now, nullptr, 0L) > 0 && (request.revents & 0x10); // POLLHUP
}

/// Also those that are ignored, which CLONE_CLEAR_SIGHAND leaves alone.
inline void default_signals() noexcept {
    const struct { uint64_t handler, flags, restorer, mask; } action = {};
    for (int64_t signal = 1; signal <= 64; signal++) sys(__NR_rt_sigaction, signal, &action, nullptr, 8L);
}

inline uint64_t length(const char *s) noexcept {
    uint64_t n = 0;
    while (s[n]) n++;
    return n;
}

} // namespace lc
