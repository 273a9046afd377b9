// Which CPUs the process runs on and which nodes its memory comes from.
#include "child.h"

namespace lc {

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
    default: return -ENOSYS;
    }
}

void forget_affinity() noexcept {
    uint64_t all[128]; // 8192 CPUs, what the kernel can be built for
    for (uint64_t &word : all) word = ~0ull;
    sys(__NR_sched_setaffinity, 0L, static_cast<int64_t>(sizeof all), all);
}

} // namespace lc
