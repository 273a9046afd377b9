// What the parent side knows of an engine.
#pragma once
#include "child.h"
#include <pthread.h>

namespace lc {

constexpr uint32_t kMaxPlans = 1024;
constexpr uint32_t kMaxVectors = 256; // of a plan: two for each program that it runs

struct Block { // one loaded plan; offset 0: free entry
    uint64_t offset;
    uint64_t size;
};

struct Engine {
    int32_t kind;
    int32_t socket = -1;
    int32_t arena_fd = -1;
    int32_t pid = 0;
    int32_t pidfd = -1;
    uint8_t *arena = nullptr;
    uint64_t base = 0; // where the arena lies in the memory of whoever runs the plans
    uint64_t free_cells = ~0ull;
    uint32_t waiters = 0; // for a free cell
    uint32_t released = 0;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    uint32_t plan_count = 0;
    Block plans[kMaxPlans]; // sorted by offset

    Cell *cell(uint32_t i) const { return reinterpret_cast<Cell *>(arena + i * kCellSize); }
    uint32_t acquire_cell();
    void release_cell(uint32_t i);
    /// Whether no two spawns are under way.
    bool is_alone();
};

/// An fd that closes itself.
class Fd {
  public:
    explicit Fd(int64_t fd = -1) : fd_(static_cast<int32_t>(fd)) {}
    Fd(const Fd &) = delete;
    Fd &operator=(const Fd &) = delete;
    ~Fd() { close(fd_); }
    int32_t get() const { return fd_; }
    int32_t release() {
        int32_t fd = fd_;
        fd_ = -1;
        return fd;
    }
    void reset(int64_t fd) {
        close(fd_);
        fd_ = static_cast<int32_t>(fd);
    }

  private:
    int32_t fd_;
};

/// Sends a message with the fds of its mask's slots. 0 or -errno.
int64_t send_request(int32_t socket, const Message &message, const int32_t *slots);
/// Looks again and again for a moment, giving the CPU to whoever wants it: what comes soon comes sooner than a halted
/// CPU wakes up.
void await_briefly(const Cell *cell);
/// Waits until the cell is no longer under way; watches every pause that whoever serves the socket and, if known, the
/// child still live. 0 or -errno.
int64_t await(const Engine &engine, int32_t socket, Cell *cell, int64_t pause_nanos = 100000000);
/// Waits until the id maps of a child are written or refused, or nobody is left who would write them.
void await_maps(int32_t socket, const Cell *cell);
/// Reaps a child that will end now; its wait status as siginfo gives it.
void reap(int32_t pid, int32_t *code, int32_t *status);

/// Whether a cgroup has had no memory to give. Version 1 does not say so: it counts a kill where the owner of the
/// memory is, which a child on its way shares with whoever cloned it. There it is told by the peak.
bool ran_out_of_memory(int32_t dir);
/// Reaps the child of a pidfd if it is gone: 1, 0 if alive, or -errno.
int64_t try_reap(int32_t pidfd, lc_exit *exit);
/// Turns the offsets in vectors of a block, each 0 if it is not there, into addresses in the memory of whoever execs.
void relocate_vectors(uint8_t *block, const uint64_t *vectors, uint32_t count, uint64_t base);
/// A detached copy of a mount tree, its ids mapped as in a user namespace; flags as of LC_OPEN_MAPPED_TREE. The fd.
int64_t open_mapped_tree(const char *path, uint64_t flags, int32_t userns);
/// Makes a socket pair of the spawner's kind.
int64_t seqpacket_pair(int32_t *pair);

} // namespace lc
