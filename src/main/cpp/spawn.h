// One spawn on the caller's side; see spawn.cpp.
#pragma once
#include "engine.h"

namespace lc {

/// The parameters' offsets and vectors. 0 or -EINVAL.
int64_t check_params(const lc_request &request);

/// What a child gets as stdin, stdout and stderr: slots, of which some are pipes made here.
struct Streams {
    int32_t slots[3] = {-1, -1, -1};
    int32_t child_ends[3];
    uint32_t child_end_count = 0;

    /// Our ends of pipes go into the result, whether or not it succeeds.
    int64_t open(const lc_request &request, lc_result &result);
};

class Spawn {
  public:
    Spawn(Engine &engine, int64_t loaded, const lc_request &request, lc_result &result);
    Spawn(const Spawn &) = delete;
    Spawn &operator=(const Spawn &) = delete;
    /// Closes the child's ends; unless the child runs, undoes everything else too.
    ~Spawn();

    /// Checks offsets, and that the slots of `needed` which the plan wants bound are.
    int64_t check_request(uint64_t needed);
    /// Runs the early or the late host steps.
    int64_t host_steps(bool late);
    int64_t make_stdio();
    void set_slot(uint32_t slot, int32_t fd) { slots_[slot] = fd; }
    /// Sends the request, waits for its end and fills the result. The pid, or -errno.
    int64_t run(uint16_t operation, int32_t socket, uint64_t mask);
    /// Keeps a child that waits until it is answered, by proceed().
    void hold() { held_ = true; }
    int64_t proceed(bool go);
    /// Has the child's steps timed: nanos from now to the beginning of each, -1 for those that it does not run, and to
    /// the end of the spawn.
    void time(int64_t *nanos, uint32_t count);
    const lc_plan_header &header() const { return *reinterpret_cast<const lc_plan_header *>(plan_); }

  private:
    static constexpr uint32_t kMaxChildEnds = 64;

    bool needs_helper() const;
    bool is_brief() const;
    int64_t host_step(const lc_step &s);
    int64_t late_host_steps(Cell *cell);
    bool runs(const lc_step &s, bool late) const;
    bool has_late_steps() const;
    bool has_cgroups_open() const { return request_.flags & LC_REQUEST_CGROUPS_OPEN; }
    void pin_mounts(Cell *cell);
    bool pins_mounts() const {
        return (request_.flags & LC_REQUEST_PIN_MOUNTS) && (header().clone_flags & 0x20000); // CLONE_NEWNS
    }
    int64_t keep_child_end(int32_t fd);
    int64_t receive_console();
    void fill(Cell *cell, uint64_t cell_base);
    int64_t settle(int64_t r);
    void answer(bool go);
    int64_t conclude(Cell *cell);
    void read_times(const Cell *cell);
    int64_t adopt();
    int64_t clone_here(Cell *cell);

    Engine &engine_;
    const uint8_t *plan_;
    int64_t offset_;
    const lc_request &request_;
    lc_result &result_;
    int32_t slots_[LC_MAX_SLOTS];
    int32_t child_ends_[kMaxChildEnds];
    uint32_t child_end_count_ = 0;
    lc_report late_fault_{};
    uint32_t cell_ = 0;
    int32_t socket_ = -1;
    bool is_mapped_ = false; // whoever clones the child writes its id maps
    bool held_ = false;
    int64_t *times_ = nullptr;
    uint32_t time_count_ = 0;
    uint64_t first_tick_ = 0;
    int64_t first_nanos_ = 0;
};

} // namespace lc
