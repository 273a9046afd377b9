// One spawn: host steps in the caller, a request to the spawner or template, the wait for the child to leave our code,
// and either a running child with its fds or nothing at all.
#include "spawn.h"
#include "engine.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lc {

int64_t send_request(int32_t socket, const Message &message, const int32_t *slots) {
    iovec vector{const_cast<Message *>(&message), sizeof message};
    alignas(cmsghdr) uint8_t control[CMSG_SPACE(sizeof(int32_t) * LC_MAX_SLOTS)];
    msghdr head = {};
    head.msg_iov = &vector;
    head.msg_iovlen = 1;
    uint32_t count = 0;
    auto *fds = reinterpret_cast<int32_t *>(control + CMSG_LEN(0));
    for (uint32_t slot = 0; slot < LC_MAX_SLOTS; slot++)
        if (message.mask >> slot & 1) fds[count++] = slots[slot];
    if (count) {
        auto *c = reinterpret_cast<cmsghdr *>(control);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(count * sizeof(int32_t));
        head.msg_control = control;
        head.msg_controllen = CMSG_SPACE(count * sizeof(int32_t));
    }
    for (;;) {
        if (sendmsg(socket, &head, MSG_NOSIGNAL) >= 0) return 0;
        if (errno == ECONNRESET) return -EPIPE; // gone too, with requests unread
        if (errno != EINTR) return -errno;
    }
}

Spawn::Spawn(Engine &engine, int64_t loaded, const lc_request &request, lc_result &result)
    : engine_(engine), plan_(engine.arena + loaded), offset_(loaded), request_(request), result_(result) {
    for (int32_t &slot : slots_) slot = -1;
    result_.report = {LC_FAULT, -1, 0, LC_AT_REQUEST};
    result_.pid = result_.pidfd = result_.console = result_.mounts = -1;
    for (int32_t &fd : result_.stdio) fd = -1;
    result_.cgroup_count = 0;
    result_.exit.code = 0;
}

Spawn::~Spawn() {
    for (uint32_t i = 0; i < child_end_count_; i++) close(child_ends_[i]);
    if (result_.report.kind == LC_RUNNING || result_.report.kind == LC_PARKED) return;
    for (int32_t &fd : result_.stdio) close(fd), fd = -1;
    close(result_.console);
    bool killed = result_.report.kind == LC_KILLED && result_.report.aux == SIGKILL;
    for (uint32_t i = 0; i < result_.cgroup_count && killed; i++)
        if (ran_out_of_memory(result_.cgroups[i])) result_.report.err = ENOMEM;
    if (request_.flags & LC_REQUEST_CGROUPS_EXIST) {
        for (uint32_t i = 0; i < result_.cgroup_count; i++) close(result_.cgroups[i]);
    } else { // a child that was killed a moment ago may still hold them
        lc_cgroups_finish(result_.cgroups, result_.cgroup_count, LC_CGROUPS_REMOVE, "", nullptr, 0);
    }
    result_.cgroup_count = 0;
    close(result_.pidfd);
    close(result_.mounts);
    result_.console = result_.pid = result_.pidfd = result_.mounts = -1;
}

/// What a child cannot do on this process's own memory.
bool Spawn::needs_helper() const {
    const lc_plan_header &h = header();
    constexpr uint16_t helped = LC_PLAN_CHANGES_IDS | LC_PLAN_NEEDS_TEMPLATE | LC_PLAN_PARKS;
    return (h.flags & helped) ||             // would mark this process undumpable, or outlive it
           h.uid_map_size || h.gid_map_size; // nobody is free to write them
}

/// A child with nothing to make is at its program at once.
bool Spawn::is_brief() const {
    return header().clone_flags == 0 && header().cgroup_slot == LC_NO_SLOT && header().host_end == 0;
}

int64_t Spawn::check_request(uint64_t needed) {
    if (engine_.kind == LC_ENGINE_IN_PROCESS && (needs_helper() || held_)) {
        result_.report.aux = LC_AT_CLONE;
        return -EOPNOTSUPP;
    }
    if (request_.size < sizeof(lc_request) || request_.size > LC_MAX_REQUEST) return -EINVAL;
    if (held_) // they would not outlive the call
        for (uint32_t p : request_.params)
            if (p) return -EINVAL;
    int64_t r = check_params(request_);
    if (r < 0) return r;
    for (uint32_t i = 0; i < LC_REQUEST_SLOTS; i++) slots_[LC_SLOT_FIRST_FREE + i] = request_.slots[i];
    for (uint32_t i = 0; i < LC_MAX_SLOTS; i++)
        if ((header().bound_mask & needed) >> i & 1 && slots_[i] < 0) return -EBADF;
    return 0;
}

int64_t Spawn::host_step(const lc_step &s) {
    auto text = [&](uint32_t offset) { return reinterpret_cast<const char *>(plan_ + offset); };
    switch (s.opcode) {
    case LC_CGROUP_MAKE: {
        const char *name = text(s.a);
        if ((s.flags & LC_STEP_PARAM_MASK) && request_.params[LC_PARAM_NAME])
            name = reinterpret_cast<const char *>(&request_) + request_.params[LC_PARAM_NAME];
        bool below = s.d == 1;
        if (!below && result_.cgroup_count == LC_MAX_CGROUPS) return -E2BIG;
        bool exists = !below && (request_.flags & LC_REQUEST_CGROUPS_EXIST); // used again is none with one below
        int64_t r = exists ? 0 : sys(__NR_mkdirat, slots_[s.b], name, 0755L);
        if (r < 0) return r;
        int64_t fd = openat(slots_[s.b], name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
        if (fd < 0) {
            if (!exists) sys(__NR_unlinkat, slots_[s.b], name, 0x200L);
            return fd;
        }
        slots_[s.c] = static_cast<int32_t>(fd);
        if (below) return keep_child_end(static_cast<int32_t>(fd));
        result_.cgroups[result_.cgroup_count++] = static_cast<int32_t>(fd);
        return 0;
    }
    case LC_CGROUP_WRITE:
        if (request_.flags & LC_REQUEST_CGROUPS_EXIST) return 0;
        return lc_write_at(slots_[s.b], text(s.a), plan_ + s.c, static_cast<uint32_t>(s.d));
    case LC_CGROUP_OWN:
        return sys(__NR_fchownat, slots_[s.b], text(s.a), static_cast<int64_t>(s.d), -1L,
                   0x100L); // AT_SYMLINK_NOFOLLOW
    case LC_OPEN_AT: {
        int64_t fd = openat(slots_[s.b], text(s.a), static_cast<int64_t>(s.d));
        if (fd < 0) return fd;
        slots_[s.c] = static_cast<int32_t>(fd);
        return keep_child_end(static_cast<int32_t>(fd));
    }
    case LC_OPEN_MAPPED_TREE: {
        int64_t fd = open_mapped_tree(text(s.a), s.d, s.b ? slots_[s.b] : -1);
        if (fd < 0) return fd;
        slots_[s.c] = static_cast<int32_t>(fd);
        return keep_child_end(static_cast<int32_t>(fd));
    }
    default: return -ENOSYS;
    }
}

/// Cgroups that the caller has open were made and limited before.
bool Spawn::runs(const lc_step &s, bool late) const {
    const bool cgroup = s.opcode == LC_CGROUP_MAKE || s.opcode == LC_CGROUP_WRITE || s.opcode == LC_CGROUP_OWN;
    return ((s.flags & LC_STEP_LATE) != 0) == late && !(cgroup && has_cgroups_open());
}

bool Spawn::has_late_steps() const {
    const auto *steps = reinterpret_cast<const lc_step *>(plan_ + sizeof(lc_plan_header));
    for (uint32_t i = 0; i < header().host_end; i++)
        if (runs(steps[i], true)) return true;
    return false;
}

int64_t Spawn::keep_child_end(int32_t fd) {
    child_ends_[child_end_count_++] = fd;
    return 0;
}

int64_t Spawn::host_steps(bool late) {
    const auto *steps = reinterpret_cast<const lc_step *>(plan_ + sizeof(lc_plan_header));
    for (uint32_t i = 0; i < header().host_end; i++) {
        if (!runs(steps[i], late)) continue;
        result_.report.step = static_cast<int32_t>(i);
        result_.report.aux = 0;
        if (child_end_count_ + 6 > kMaxChildEnds) return -EMFILE;
#if LC_FAULT_INJECTION
        if (header().fail_step == i + 1) return -ENOTRECOVERABLE;
#endif
        int64_t r = host_step(steps[i]);
        if (r < 0) return r;
    }
    result_.report.step = -1;
    return 0;
}

/// The late steps run beside the child, which waits for them before it needs them.
int64_t Spawn::late_host_steps(Cell *cell) {
    int64_t r = host_steps(true);
    if (r < 0) late_fault_ = {LC_FAULT, result_.report.step, static_cast<int32_t>(-r), 0};
    __atomic_store_n(&cell->host, r < 0 ? 2u : 1u, __ATOMIC_RELEASE);
    futex_wake(&cell->host);
    return r;
}

/// Best effort: a kernel without the ioctl, or a child that is gone already, leaves no pin.
void Spawn::pin_mounts(Cell *cell) {
    constexpr int64_t get_mount_namespace = 0xff03; // PIDFD_GET_MNT_NAMESPACE, Linux 6.11
    if (!pins_mounts()) return;
    const int64_t brief[2] = {0, 5000000};
    while (__atomic_load_n(&cell->pid, __ATOMIC_ACQUIRE) == 0 && __atomic_load_n(&cell->done, __ATOMIC_ACQUIRE) != 0)
        if (futex_wait(reinterpret_cast<uint32_t *>(&cell->pid), 0, brief) == -ETIMEDOUT) return;
    if (cell->pid <= 0) return;
    result_.pidfd =
        static_cast<int32_t>(sys(__NR_pidfd_open, cell->pid, 0L)); // nobody but us can reap it: no other's pid
    if (result_.pidfd >= 0)
        result_.mounts = static_cast<int32_t>(sys(__NR_ioctl, result_.pidfd, get_mount_namespace, 0L));
}

int64_t Spawn::make_stdio() {
    result_.report.aux = LC_AT_PIPE;
    Streams streams;
    int64_t r = streams.open(request_, result_);
    for (int i = 0; i < 3; i++) slots_[i] = streams.slots[i];
    for (uint32_t i = 0; i < streams.child_end_count; i++) keep_child_end(streams.child_ends[i]);
    if (r < 0) return r;
    if (request_.stdio[0] == LC_STDIO_CONSOLE_AT) {
        slots_[LC_SLOT_CONSOLE] = request_.stdio[1];
        slots_[1] = slots_[2] = -1;
        return 0;
    }
    const bool gate = request_.stdio[0] == LC_STDIO_TASK;
    if (request_.stdio[0] != LC_STDIO_CONSOLE && !gate) return 0;
    int32_t pair[2];
    result_.report.aux = LC_AT_CONSOLE;
    if (socketpair(AF_UNIX, (gate ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC, 0, pair) < 0) return -errno;
    result_.console = pair[0]; // until the master has come through it
    slots_[LC_SLOT_CONSOLE] = pair[1];
    return keep_child_end(pair[1]);
}

int64_t Spawn::receive_console() {
    uint8_t byte;
    iovec vector{&byte, 1};
    alignas(cmsghdr) uint8_t control[CMSG_SPACE(sizeof(int32_t))];
    msghdr head = {};
    head.msg_iov = &vector;
    head.msg_iovlen = 1;
    head.msg_control = control;
    head.msg_controllen = sizeof control;
    result_.report.aux = LC_AT_CONSOLE;
    int64_t n = recvmsg(result_.console, &head, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    const auto *c = reinterpret_cast<const cmsghdr *>(control);
    if (n < 0 || head.msg_controllen < sizeof *c || c->cmsg_type != SCM_RIGHTS) return n < 0 ? -errno : -ENOTTY;
    close(result_.console);
    memcpy(&result_.console, control + CMSG_LEN(0), sizeof(int32_t));
    return 0;
}

/// Copies the parameters into the cell as whoever execs will see them.
void Spawn::fill(Cell *cell, uint64_t cell_base) {
    cell->pid = 0;
    cell->state = kStateIdle;
    cell->step = -1;
    cell->err = cell->aux = cell->map_err = 0;
    cell->maps = 0;
    cell->host = has_late_steps() ? 0 : 1;
    cell->timed = times_ != nullptr;
    cell->cgroups_open = has_cgroups_open();
    if (times_) memset(cell->stamps, 0, sizeof cell->stamps);
    bool any = false;
    for (uint32_t i = 0; i < LC_PARAM_COUNT; i++) {
        cell->params[i] = request_.params[i] ? cell_base + offsetof(Cell, request) + request_.params[i] : 0;
        any |= cell->params[i] != 0;
    }
    if (any) memcpy(cell->request, &request_, request_.size);
    const uint64_t vectors[2] = {request_.params[LC_PARAM_ARGV], request_.params[LC_PARAM_ENVP]};
    relocate_vectors(cell->request, vectors, 2, cell_base + offsetof(Cell, request));
    __atomic_store_n(&cell->busy, 1u, __ATOMIC_RELEASE);
    __atomic_store_n(&cell->done, kUnderWay, __ATOMIC_RELEASE);
}

/// Reads the outcome from the cell; a child that did not make it is reaped here.
int64_t Spawn::conclude(Cell *cell) {
    lc_report &report = result_.report;
    result_.pid = cell->pid;
    if (cell->state == kStateExec || cell->state == kStateReady || cell->state == kStateParked) {
        report = {cell->state == kStateParked ? LC_PARKED : LC_RUNNING, cell->step, 0, cell->aux};
        return cell->pid;
    }
    report = {LC_FAULT, cell->step, cell->err, cell->aux};
    if (cell->pid > 0) {
        int32_t code, status;
        if (is_mapped_) await_maps(socket_, cell); // until then its number must be nobody else's, and this cell too
        reap(cell->pid, &code, &status);
        if (cell->state != kStateFault) report = {LC_KILLED, cell->step, EINTR, status};
    }
    if (late_fault_.kind) report = late_fault_;
    const bool refused = cell->maps == 2 && cell->err == ECANCELED; // and no failure of the child's own before
    if (refused) report = {LC_FAULT, -1, cell->map_err, LC_AT_ID_MAPS};
    if (report.err == 0) report.err = EIO;
    return -report.err;
}

int64_t Spawn::adopt() {
    result_.report.aux = LC_AT_PIDFD;
    if (result_.pidfd < 0) result_.pidfd = static_cast<int32_t>(sys(__NR_pidfd_open, result_.pid, 0L));
    int64_t r = result_.pidfd;
    if (r >= 0 && request_.stdio[0] == LC_STDIO_CONSOLE) r = receive_console();
    if (r >= 0 && request_.epoll >= 0 && result_.report.kind == LC_RUNNING &&
        try_reap(result_.pidfd, &result_.exit) == 1)
        return result_.pid; // nobody need be told of its end by another way
    if (r >= 0 && request_.epoll >= 0) {
        result_.report.aux = LC_AT_EPOLL;
        r = lc_epoll_set(request_.epoll, result_.pidfd, EPOLLIN | EPOLLONESHOT, request_.token);
    }
    if (r >= 0) return result_.pid;
    result_.report.kind = LC_FAULT;
    result_.report.step = -1;
    int32_t code, status;
    sys(__NR_kill, result_.pid, 9L);
    reap(result_.pid, &code, &status);
    return r;
}

int64_t Spawn::run(uint16_t operation, int32_t socket, uint64_t mask) {
    cell_ = engine_.acquire_cell();
    socket_ = socket;
    is_mapped_ = operation == kOpSpawn && (header().uid_map_size || header().gid_map_size);
    const uint32_t index = cell_;
    Cell *cell = engine_.cell(index);
    bool here = engine_.kind == LC_ENGINE_IN_PROCESS;
    fill(cell, here ? reinterpret_cast<uint64_t>(cell) : kArenaBase + index * kCellSize);
    for (uint32_t slot = 0; slot < LC_MAX_SLOTS; slot++)
        if (slots_[slot] < 0) mask &= ~(1ull << slot);
    int64_t r;
    if (here) { // the calling thread cannot do two things at once
        r = late_host_steps(cell);
        if (r >= 0)
            r = clone_here(cell);
        else
            result_.report = late_fault_;
    } else {
        const int wishes = (pins_mounts() ? kWakePid : 0) | (engine_.is_alone() ? kMakeAhead : 0);
        const lc_plan_header &h = header();
        const bool joins = h.next_slot != LC_NO_SLOT;
        Message message{operation,
                        static_cast<uint8_t>(wishes),
                        0,
                        index,
                        static_cast<uint64_t>(offset_),
                        mask,
                        joins ? slots_[h.network_slot] : -1,
                        joins ? slots_[h.next_slot] : -1};
        result_.report.aux = LC_AT_SEND;
        r = send_request(socket, message, slots_);
        if (r >= 0) {
            if (operation == kOpSpawn) pin_mounts(cell);
            if (operation == kOpSpawn && !cell->host) late_host_steps(cell);
            result_.report.aux = LC_AT_DEAD_SPAWNER;
            if (is_brief() && engine_.is_alone()) await_briefly(cell);
            r = await(engine_, socket, cell);
        }
    }
    return settle(r);
}

/// The child waits on its way, or has ended it one way or the other.
int64_t Spawn::settle(int64_t r) {
    Cell *cell = engine_.cell(cell_);
    if (r >= 0 && __atomic_load_n(&cell->done, __ATOMIC_ACQUIRE) == kWaiting) {
        result_.pid = cell->pid;
        if (result_.pidfd < 0) result_.pidfd = static_cast<int32_t>(sys(__NR_pidfd_open, cell->pid, 0L));
        result_.report = {LC_WAITING, cell->step, 0, cell->aux};
        if (held_) return cell->pid;
        answer(false); // whoever spawns in one call cannot be asked
        r = await(engine_, socket_, cell);
    }
    if (r >= 0) r = conclude(cell);
    if (times_) read_times(cell);
    engine_.release_cell(cell_);
    if (r >= 0) r = adopt();
    if (r < 0 && !result_.report.err) result_.report.err = static_cast<int32_t>(-r);
    return r;
}

void Spawn::answer(bool go) {
    Cell *cell = engine_.cell(cell_);
    __atomic_store_n(&cell->done, kUnderWay, __ATOMIC_RELEASE);
    __atomic_store_n(&cell->answer, go ? 1u : 2u, __ATOMIC_RELEASE);
    futex_wake(&cell->answer);
}

int64_t Spawn::proceed(bool go) {
    constexpr int64_t brief = 1000000; // a child behind its filter cannot wake anybody
    answer(go);
    result_.report = {LC_FAULT, -1, 0, LC_AT_DEAD_SPAWNER};
    return settle(await(engine_, socket_, engine_.cell(cell_), brief));
}

} // namespace lc
