// The interface's spawns: in one call, held while the child waits, and of templates.
#include "spawn.h"
#include <new>
#include <optional>
#include <stdlib.h>

namespace lc {

namespace {

int64_t spawn_in(Spawn &spawn, int32_t socket, int32_t template_fd) {
    const lc_plan_header &h = spawn.header();
    int64_t r = spawn.check_request(template_fd < 0 ? ~0ull : ~h.template_mask | h.child_mask);
    if (r >= 0) r = spawn.host_steps(false);
    if (r >= 0) r = spawn.make_stdio();
    uint64_t mask = h.child_mask | (template_fd < 0 ? h.template_mask : 0);
    if (r >= 0) r = spawn.run(kOpSpawn, template_fd < 0 ? socket : template_fd, mask | 0xf);
    return r;
}

/// A spawn that outlives the call which began it, with copies of what it was called with.
struct Held {
    lc_request request;
    lc_result result;
    std::optional<Spawn> spawn;
};

/// Hands the result out; the spawn lives on while its child waits.
int32_t hand_out(Held *held, int64_t r, lc_result *result) {
    if (r < 0 && !held->result.report.err) held->result.report.err = static_cast<int32_t>(-r);
    bool waits = r >= 0 && held->result.report.kind == LC_WAITING;
    if (!waits) held->spawn.reset(); // closes what is not the caller's
    *result = held->result;
    if (!waits) {
        held->~Held();
        free(held);
    }
    return static_cast<int32_t>(r);
}

} // namespace

} // namespace lc

using namespace lc;

extern "C" int32_t lc_spawn(int64_t handle, int64_t loaded, int32_t template_fd, const lc_request *request,
                            lc_result *result) {
    auto &engine = *reinterpret_cast<Engine *>(handle);
    Spawn spawn(engine, loaded, *request, *result);
    int64_t r = spawn_in(spawn, engine.socket, template_fd);
    if (r < 0 && !result->report.err) result->report.err = static_cast<int32_t>(-r);
    return static_cast<int32_t>(r);
}

extern "C" int32_t lc_spawn_timed(int64_t handle, int64_t loaded, int32_t template_fd, const lc_request *request,
                                  lc_result *result, int64_t *nanos, uint32_t count) {
    auto &engine = *reinterpret_cast<Engine *>(handle);
    Spawn spawn(engine, loaded, *request, *result);
    spawn.time(nanos, count);
    int64_t r = spawn_in(spawn, engine.socket, template_fd);
    if (r < 0 && !result->report.err) result->report.err = static_cast<int32_t>(-r);
    return static_cast<int32_t>(r);
}

extern "C" int32_t lc_spawn_begin(int64_t handle, int64_t loaded, int32_t template_fd, const lc_request *request,
                                  lc_result *result, int64_t *spawn) {
    auto &engine = *reinterpret_cast<Engine *>(handle);
    *spawn = 0;
    void *memory = malloc(sizeof(Held));
    if (!memory) return -ENOMEM;
    auto *held = new (memory) Held{*request, {}, {}};
    held->spawn.emplace(engine, loaded, held->request, held->result).hold();
    int32_t r = hand_out(held, spawn_in(*held->spawn, engine.socket, template_fd), result);
    if (r >= 0 && result->report.kind == LC_WAITING) *spawn = reinterpret_cast<int64_t>(held);
    return r;
}

extern "C" int32_t lc_spawn_continue(int64_t spawn, int32_t go, lc_result *result) {
    auto *held = reinterpret_cast<Held *>(spawn);
    return hand_out(held, held->spawn->proceed(go != 0), result);
}

extern "C" int32_t lc_template_open(int64_t handle, int64_t loaded, const lc_request *request, lc_result *result) {
    auto &engine = *reinterpret_cast<Engine *>(handle);
    int32_t pair[2] = {-1, -1};
    int64_t r = engine.kind == LC_ENGINE_IN_PROCESS ? -EOPNOTSUPP : seqpacket_pair(pair);
    Fd ours(pair[0]), theirs(pair[1]);
    Spawn spawn(engine, loaded, *request, *result);
    if (r >= 0) r = spawn.check_request(spawn.header().template_mask);
    spawn.set_slot(LC_SLOT_CONSOLE, theirs.get());
    if (r >= 0) r = spawn.run(kOpTemplate, engine.socket, spawn.header().template_mask | 1u << LC_SLOT_CONSOLE);
    if (r < 0) {
        if (!result->report.err) result->report.err = static_cast<int32_t>(-r);
        return static_cast<int32_t>(r);
    }
    return ours.release();
}
