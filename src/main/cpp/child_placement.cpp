// Which CPUs the process runs on, which nodes its memory comes from, which cgroups it is in.
#include "child.h"

namespace lc {

namespace {

int64_t enter_cgroup(const Context &c, const lc_step &s) noexcept {
    int32_t file = c.slots[s.b];
    if (c.cell->cgroups_open) return write_whole(file, "0", 1);
    int64_t dir = openat(file, c.param(s), O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (dir < 0) return dir;
    int64_t fd = openat(static_cast<int>(dir), c.text(s.c), O_WRONLY | O_NOFOLLOW);
    int64_t r = fd < 0 ? fd : write_whole(static_cast<int>(fd), "0", 1);
    close(fd);
    close(dir);
    return r;
}

/// A process enters what it has unshared by itself neither at once nor, before Linux 6.3, at its exec; till then it may
/// not vfork. No other process shares its memory: setns(2) would refuse.
int64_t enter_time(Context &c, const lc_step &s) noexcept {
    int64_t fd = openat(c.slots[s.b], "self/ns/time_for_children", O_RDONLY);
    if (fd < 0) return fd;
    int64_t r = sys(__NR_setns, fd, static_cast<int64_t>(CLONE_NEWTIME));
    close(fd);
    return r;
}

} // namespace

int64_t placement_step(Context &c, const lc_step &s) noexcept {
    const auto size = static_cast<int64_t>(s.d);
    switch (s.opcode) {
    case LC_SET_AFFINITY: {
        int64_t r = sys(__NR_sched_setaffinity, 0L, size, c.data(s.c));
        return r < 0 ? r : 0;
    }
    case LC_SET_MEMPOLICY: // the kernel counts one bit more than it reads (get_nodes in mm/mempolicy.c)
        if (size % 8) return -EINVAL;
        return sys(__NR_set_mempolicy, static_cast<int64_t>(s.b), c.data(s.c), size * 8 + 1);
    case LC_ENTER_CGROUP: return enter_cgroup(c, s);
    case LC_ENTER_TIME: return enter_time(c, s);
    default: return -ENOSYS;
    }
}

void forget_affinity() noexcept {
    uint64_t all[128]; // 8192 CPUs, what the kernel can be built for
    for (uint64_t &word : all) word = ~0ull;
    sys(__NR_sched_setaffinity, 0L, static_cast<int64_t>(sizeof all), all);
}

} // namespace lc
