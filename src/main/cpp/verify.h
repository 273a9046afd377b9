// Bounds of a block that begins with a header and steps; also used for the strings of a request.
#pragma once
#include "libcontainer.h"
#include <string.h>

namespace lc {

class Verifier {
  public:
    Verifier(const uint8_t *plan, uint32_t size) : plan_(plan), size_(size), data_(sizeof(lc_plan_header)) {
        if (size < sizeof(lc_plan_header)) return;
        lc_plan_header h;
        memcpy(&h, plan, sizeof h);
        data_ = h.step_count <= LC_MAX_STEPS ? data_of(h) : size;
    }
    /// For blocks without a plan's header: everything from `data` on may be pointed at.
    Verifier(const uint8_t *block, uint32_t size, uint64_t data) : plan_(block), size_(size), data_(data) {}

    /// The offset of the first bad byte, or -1.
    int64_t check() const;

    bool text(uint64_t offset) const;
    bool bytes(uint64_t offset, uint64_t size, uint64_t alignment) const;
    bool vector(uint64_t offset) const;
    bool candidates(uint64_t offset) const;

    static uint64_t data_of(const lc_plan_header &h);

  private:
    const uint8_t *plan_;
    uint64_t size_;
    uint64_t data_;
};

} // namespace lc
