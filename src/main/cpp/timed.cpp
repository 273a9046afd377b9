// When the steps of one spawn began. The child reads the CPU's clock; two readings here, before and after, make
// nanoseconds of it.
#include "spawn.h"
#include <time.h>

namespace lc {

namespace {

int64_t now() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

} // namespace

void Spawn::time(int64_t *nanos, uint32_t count) {
    times_ = nanos;
    time_count_ = count;
    first_nanos_ = now();
    first_tick_ = ticks();
}

void Spawn::read_times(const Cell *cell) {
    const int64_t total = now() - first_nanos_;
    const uint64_t passed = ticks() - first_tick_;
    const double unit = passed ? static_cast<double>(total) / static_cast<double>(passed) : 0;
    const uint32_t steps = header().step_count;
    for (uint32_t i = 0; i < time_count_; i++) {
        uint64_t stamp = i < steps && i < kStamps ? cell->stamps[i] : 0;
        times_[i] = stamp ? static_cast<int64_t>(static_cast<double>(stamp - first_tick_) * unit) : -1;
    }
    if (steps < time_count_) times_[steps] = total;
}

} // namespace lc
