// Mutates a rich plan and shows each mutant to the verifier in a buffer of exactly its size, so that ASan sees a look
// beyond it. A mutant that passes is read as the loader and the interpreter would read it: that they need no checks of
// their own is the verifier's promise. usage: fuzz_verify [SEED [SECONDS]]
#include "plan_builder.h"
#include <chrono>
#include <initializer_list>
#include <memory>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

namespace {

struct Random { // xorshift64*: the same everywhere
    uint64_t state;
    uint64_t next() {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        return state * 2685821657736338717ull;
    }
    uint32_t below(uint64_t n) { return static_cast<uint32_t>(next() % n); }
};

[[noreturn]] void broken(const char *promise, uint32_t step) {
    fprintf(stderr, "accepted, but %s (step %u)\n", promise, step);
    abort();
}

/// What the interpreter reads of a step: t a string, T one or none, s a slot, S one that may be unbound, o a slot that
/// it writes, 0 a slot or none, c candidates, v a vector, m flags and a string, and what has a size of its own: see
/// size_of.
struct Reads {
    uint16_t opcode;
    char a, b, c, d;
};
constexpr char kNothing = '-', kSized = '#';
constexpr Reads kReads[] = {
    {LC_CGROUP_MAKE, 't', 's', 'o', '-'},
    {LC_CGROUP_WRITE, 't', 's', '#', '-'},
    {LC_CGROUP_OWN, 't', 's', '-', '-'},
    {LC_OPEN_AT, 't', 's', 'o', '-'},
    {LC_OPEN_BELOW, 't', 's', 'o', '-'},
    {LC_WRITE, '#', 's', '-', '-'},
    {LC_WRITE_AT, 't', 's', '#', '-'},
    {LC_SETNS, '-', 's', '-', '-'},
    {LC_MOUNT_PROPAGATION, 't', '-', '-', '-'},
    {LC_OPEN_TREE, 't', '-', 'o', '-'},
    {LC_MOUNT_SETATTR, '-', 's', '#', '-'},
    {LC_ATTACH, 't', 's', '-', '-'},
    {LC_MOUNT, 't', 't', 'T', 'm'},
    {LC_REMOUNT, 't', '0', '0', '-'},
    {LC_MKDIR, 't', '-', '-', '-'},
    {LC_MKNOD, 't', '-', '#', '-'},
    {LC_SYMLINK, 't', 't', '-', '-'},
    {LC_MASK, 't', '0', 'T', '-'},
    {LC_READONLY, 't', '0', '-', '0'},
    {LC_EMPTY_DIRECTORY, 't', '-', '-', '-'},
    {LC_OPEN_IN_ROOT, 't', '-', 'o', '-'},
    {LC_OPEN_HOST, 't', '-', 'o', '-'},
    {LC_OPEN_PROC, '-', '-', 'o', '-'},
    {LC_SETATTR_AT, 't', '-', '#', '-'},
    {LC_OPEN_TMPFS, 't', '-', 'o', '-'},
    {LC_SETHOSTNAME, 't', '-', '-', '-'},
    {LC_SETDOMAINNAME, 't', '-', '-', '-'},
    {LC_CHDIR, 't', '-', '-', '-'},
    {LC_CONSOLE, 't', 'S', 'T', '-'},
    {LC_RLIMIT, '-', '-', '#', '-'},
    {LC_SETGROUPS, '-', '-', '#', '-'},
    {LC_CAPSET, '-', '-', '#', '-'},
    {LC_SECCOMP, '-', '-', '#', '-'},
    {LC_SCHED_SETATTR, '-', '-', '#', '-'},
    {LC_DUP_FD, '-', 's', '-', '-'},
    {LC_SET_NAME, 't', '-', '-', '-'},
    {LC_COPY_INTO, 't', 's', '-', '-'},
    {LC_SET_XATTR, 't', 't', '#', '-'},
    {LC_SET_AFFINITY, '-', '-', '#', '-'},
    {LC_SET_MEMPOLICY, '-', '-', '#', '-'},
    {LC_OPEN_MAPPED_TREE, 't', '0', 'o', '-'},
    {LC_MOUNT_PATH, 't', 't', 'T', 'm'},
    {LC_ENTER_CGROUP, 't', 's', 't', '-'},
    {LC_ENTER_TIME, '-', 's', '-', '-'},
    {LC_CLOSE_FDS, 'k', 'k', 'k', '-'},
    {LC_AWAIT_START, 's', 's', '-', '-'},
    {LC_HOOK, 't', 'v', 'v', 's'},
    {LC_FIND_PROGRAM, 'c', '-', '-', '-'},
    {LC_NEW_KEYRING, 't', '-', '-', '-'},
    {LC_EXECVE, 'c', 'v', 'v', '-'},
};

uint64_t size_of(const lc_step &s) {
    switch (s.opcode) {
    case LC_WRITE: return s.c;
    case LC_WRITE_AT:
    case LC_SET_XATTR:
    case LC_SET_AFFINITY:
    case LC_SET_MEMPOLICY:
    case LC_CGROUP_WRITE: return s.d;
    case LC_MOUNT_SETATTR:
    case LC_SETATTR_AT: return 32;
    case LC_MKNOD: return s.c ? 8 : 0;
    case LC_RLIMIT: return 16;
    case LC_SETGROUPS: return s.b * 4ull;
    case LC_CAPSET: return 24;
    case LC_SECCOMP: return s.b * 8ull;
    case LC_SCHED_SETATTR: return 56;
    default: abort();
    }
}

bool uses_root(const lc_step &s) {
    for (uint16_t op :
         {LC_MOUNT, LC_REMOUNT, LC_PIVOT_ROOT, LC_CHROOT, LC_MKDIR, LC_MKNOD, LC_SYMLINK, LC_MASK, LC_READONLY,
          LC_OPEN_IN_ROOT, LC_SETATTR_AT, LC_EMPTY_DIRECTORY, LC_COPY_INTO, LC_SET_XATTR, LC_MOVE_ROOT})
        if (s.opcode == op) return true;
    return s.opcode == LC_ATTACH && !s.d;
}

volatile uint8_t sink;

/// Reads an accepted plan. ASan is the judge of memory, broken() that of slots.
class Walk {
  public:
    explicit Walk(const uint8_t *plan) : plan_(plan) { memcpy(&h_, plan, sizeof h_); }

    void all() {
        for (uint32_t i = 0; i < h_.uid_map_size; i++) sink = plan_[h_.uid_map + i];
        for (uint32_t i = 0; i < h_.gid_map_size; i++) sink = plan_[h_.gid_map + i];
        uint64_t bound = h_.bound_mask;
        steps(0, h_.host_end, bound);
        uint64_t sent = bound & h_.child_mask, to_template = bound & h_.template_mask;
        if (h_.cgroup_slot != LC_NO_SLOT && !(h_.child_mask >> h_.cgroup_slot & 1)) broken("no cgroup", h_.cgroup_slot);
        uint64_t alone = sent | to_template; // a child without a template does it all
        steps(h_.host_end, h_.step_count, alone);
        uint64_t opened = to_template; // with one, it inherits what the template opened
        steps(h_.host_end, h_.template_end, opened);
        uint64_t child = opened & ~h_.template_mask; // and goes on for a child of which nothing is known yet
        steps(h_.template_end, h_.ahead_end, child);
        child |= sent;
        steps(h_.ahead_end, h_.step_count, child);
    }

  private:
    void steps(uint32_t from, uint32_t to, uint64_t &bound) {
        for (uint32_t i = from; i < to; i++) {
            lc_step s;
            memcpy(&s, plan_ + sizeof h_ + i * sizeof s, sizeof s);
            if (uses_root(s) && !(bound >> LC_SLOT_ROOT & 1)) broken("there is no root", i);
            for (const Reads &r : kReads) {
                if (r.opcode != s.opcode) continue;
                operand(r.a, s.a, s, i, bound);
                operand(r.b, s.b, s, i, bound);
                operand(r.c, s.c, s, i, bound);
                operand(r.d, s.d >> 32, s, i, bound);
            }
            if (s.opcode == LC_ATTACH && s.b != LC_SLOT_ROOT && !s.c) bound &= ~(1ull << s.b);
            if (s.opcode == LC_REMOUNT && s.c) bound &= ~(1ull << s.c);
        }
    }
    uint64_t text(uint64_t at) const {
        const char *s = reinterpret_cast<const char *>(plan_ + at);
        return strlen(s);
    }
    void operand(char kind, uint64_t v, const lc_step &s, uint32_t i, uint64_t &bound) const {
        switch (kind) {
        case 't': text(v); break;
        case 'T':
        case 'm':
            if (v) text(v);
            break;
        case 'k':
            if (v == LC_SLOT_CONSOLE) break; // which holds no fd, or the one to keep
            [[fallthrough]];
        case '0':
            if (v == 0) break;
            [[fallthrough]];
        case 's':
        case 'S':
            if (v >= LC_MAX_SLOTS) broken("a slot does not exist", i);
            if (kind != 'S' && !(bound >> v & 1)) broken("a slot is not bound", i);
            break;
        case 'o':
            if (v >= LC_MAX_SLOTS || v < LC_SLOT_ROOT) broken("a slot cannot be written", i);
            bound |= 1ull << v;
            break;
        case 'c':
            while (uint64_t n = text(v)) v += n + 1;
            break;
        case 'v': {
            uint32_t count;
            memcpy(&count, plan_ + v, 4);
            for (uint64_t n = 0, string; n <= count; n++) {
                memcpy(&string, plan_ + v + 8 + n * 8, 8);
                if (n == count ? string != 0 : string == 0) broken("a vector has no end", i);
                if (n < count) text(string);
            }
            break;
        }
        case kSized:
            for (uint64_t n = 0; n < size_of(s); n++) sink = plan_[v + n];
            break;
        case kNothing: break;
        default: abort();
        }
    }
    const uint8_t *plan_;
    lc_plan_header h_;
};

uint32_t interesting(Random &random, uint32_t size) {
    const uint32_t values[] = {0,        1,        2,        3,          63,         64,         79,
                               80,       4096,     4097,     65536,      8192,       8193,       size,
                               size - 1, size - 8, size + 8, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff};
    uint32_t choice = random.below(sizeof values / sizeof *values + 8);
    return choice < sizeof values / sizeof *values ? values[choice] : random.below(size);
}

void set_u32(std::vector<uint8_t> &plan, uint64_t at, uint32_t value) {
    if (at + 4 <= plan.size()) memcpy(&plan[at], &value, 4);
}

void mutate(std::vector<uint8_t> &plan, Random &random) {
    auto size = static_cast<uint32_t>(plan.size());
    switch (random.below(8)) {
    case 0:
    case 1: plan[random.below(size)] ^= static_cast<uint8_t>(1u << random.below(8)); break;
    case 2: set_u32(plan, random.below(size) & ~3u, interesting(random, size)); break;
    case 3: // an operand of a step
        set_u32(plan, sizeof(lc_plan_header) + random.below(80) * sizeof(lc_step) + 4 * (1 + random.below(5)),
                interesting(random, size));
        break;
    case 4: // truncation, which the header may admit to
        plan.resize(1 + random.below(size));
        if (random.below(2)) set_u32(plan, 8, static_cast<uint32_t>(plan.size()));
        break;
    case 5: { // splice
        uint32_t from = random.below(size) & ~7u, to = random.below(size) & ~7u, n = 8 * (1 + random.below(12));
        for (uint32_t i = 0; i < n && from + i < size && to + i < size; i++) plan[to + i] = plan[from + i];
        break;
    }
    case 6: { // two steps change places
        auto *steps = plan.data() + sizeof(lc_plan_header);
        uint64_t a = random.below(80), b = random.below(80), n = sizeof(lc_step);
        if (sizeof(lc_plan_header) + (a > b ? a + 1 : b + 1) * n > size) break;
        for (uint64_t i = 0; i < n; i++) std::swap(steps[a * n + i], steps[b * n + i]);
        break;
    }
    case 7: set_u32(plan, 16 + 4 * random.below(16), interesting(random, 80)); break; // the header
    }
}

} // namespace

int main(int argc, char **argv) {
    Random random{argc > 1 ? strtoull(argv[1], nullptr, 0) | 1 : 20240229};
    double seconds = argc > 2 ? atof(argv[2]) : 8;
    const std::vector<uint8_t> good = every_opcode().build();
    int64_t engine = 0;
    lc_report report;
    if (lc_engine_open(LC_ENGINE_IN_PROCESS, &engine, &report) != 0) return 1;
    auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    uint64_t mutants = 0, accepted = 0;
    while (std::chrono::steady_clock::now() < end) {
        std::vector<uint8_t> plan = good;
        for (uint32_t n = 1 + random.below(3); n; n--) mutate(plan, random);
        auto size = static_cast<uint32_t>(plan.size());
        std::unique_ptr<uint8_t, decltype(&free)> exact(static_cast<uint8_t *>(malloc(size)), free);
        memcpy(exact.get(), plan.data(), size);
        uint32_t bad = 0;
        int32_t r = lc_plan_verify(exact.get(), size, &bad);
        mutants++;
        if (r != 0) {
            if (bad >= sizeof(lc_plan_header) + LC_MAX_STEPS * sizeof(lc_step)) broken("refused without a place", bad);
            continue;
        }
        accepted++;
        Walk(exact.get()).all();
        int64_t loaded;
        if (lc_plan_load(engine, exact.get(), size, &loaded, &bad) != 0) broken("not loaded", bad);
        if (lc_plan_unload(engine, loaded) != 0) broken("not unloaded", 0);
    }
    lc_engine_close(engine);
    printf("%llu mutants, %llu accepted\n", static_cast<unsigned long long>(mutants),
           static_cast<unsigned long long>(accepted));
    return accepted > mutants / 1000 ? 0 : 1; // else the mutations are too wild to prove anything
}
