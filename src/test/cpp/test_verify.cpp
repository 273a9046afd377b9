// The verifier: each kind of unsound plan is refused, and the offset it names is that of the first bad byte.
#include "plan_builder.h"
#include <doctest/doctest.h>
#include <errno.h>
#include <stddef.h>

namespace {

/// Offsets of a step's members.
enum : int64_t { kOpcode = 0, kFlags = 2, kA = 4, kB = 8, kC = 12, kD = 16 };
constexpr int64_t kAccepted = -1;

struct Plan {
    std::vector<uint8_t> bytes = every_opcode().build();

    lc_plan_header &header() { return *reinterpret_cast<lc_plan_header *>(bytes.data()); }
    lc_step *steps() { return reinterpret_cast<lc_step *>(bytes.data() + sizeof(lc_plan_header)); }
    lc_step &step(uint16_t opcode) {
        lc_step *s = steps();
        while (s->opcode != opcode) s++;
        return *s;
    }
    uint32_t size() const { return static_cast<uint32_t>(bytes.size()); }
    void grow(size_t n, uint8_t filler) {
        bytes.insert(bytes.end(), n, filler);
        header().size = size();
    }
    uint64_t word(uint64_t offset) const {
        uint64_t w;
        memcpy(&w, bytes.data() + offset, 8);
        return w;
    }
    void set_word(uint64_t offset, uint64_t w) { memcpy(bytes.data() + offset, &w, 8); }
};

int64_t fault(const uint8_t *plan, uint32_t size) {
    uint32_t bad = 0xdddddddd;
    int32_t r = lc_plan_verify(plan, size, &bad);
    if (r == 0)
        CHECK(bad == 0xdddddddd); // out-parameters are untouched unless they say something
    else
        CHECK(r == -EINVAL);
    return r == 0 ? kAccepted : bad;
}

int64_t fault(const Plan &plan) { return fault(plan.bytes.data(), plan.size()); }

/// Where the fault is seen when one member of the header is changed.
template <typename T, typename V> int64_t with(T lc_plan_header::*member, V value) {
    Plan plan;
    plan.header().*member = static_cast<T>(value);
    return fault(plan);
}

/// Where the fault is seen when one member of the first step with this opcode is changed.
template <typename T, typename V> int64_t with(uint16_t opcode, T lc_step::*member, V value) {
    Plan plan;
    plan.step(opcode).*member = static_cast<T>(value);
    return fault(plan);
}

template <typename F> int64_t after(F change) {
    Plan plan;
    change(plan);
    return fault(plan);
}

int64_t at(uint16_t opcode, int64_t member) {
    Plan plan;
    return reinterpret_cast<uint8_t *>(&plan.step(opcode)) - plan.bytes.data() + member;
}

const uint32_t kSize = Plan().size();
const uint32_t kSteps = Plan().header().step_count;
constexpr uint32_t kFirstStep = sizeof(lc_plan_header);

} // namespace

TEST_CASE("a plan with every opcode is accepted") {
    Plan plan;
    CHECK(fault(plan) == kAccepted);
    bool seen[LC_ENTER_CGROUP + 1] = {};
    for (uint32_t i = 0; i < kSteps; i++) seen[plan.steps()[i].opcode] = true;
    for (int op = LC_CGROUP_MAKE; op <= LC_ENTER_CGROUP; op++) {
        bool gap = (op > LC_CGROUP_OWN && op < LC_AWAIT_HOST) || (op > LC_EMPTY_DIRECTORY && op < LC_SETHOSTNAME);
        CHECK_MESSAGE(seen[op] != gap, "opcode ", op);
    }
}

TEST_CASE("an accepted plan is accepted wherever it lies") {
    Plan plan;
    for (size_t shift = 0; shift < 9; shift++) {
        std::vector<uint8_t> copy(shift, 0xff);
        copy.insert(copy.end(), plan.bytes.begin(), plan.bytes.end());
        CHECK(fault(copy.data() + shift, kSize) == kAccepted);
    }
}

TEST_CASE("every truncation is refused, also one that the header admits to") {
    Plan plan;
    for (uint32_t size = 0; size < kSize; size++) {
        std::vector<uint8_t> cut(plan.bytes.begin(), plan.bytes.begin() + size);
        CHECK(fault(cut.data(), size) == (size < kFirstStep ? 0 : 8));
        if (size < kFirstStep) continue;
        memcpy(cut.data() + offsetof(lc_plan_header, size), &size, sizeof size);
        CHECK(fault(cut.data(), size) != kAccepted);
    }
}

TEST_CASE("a header with a bad member is refused") {
    CHECK(with(&lc_plan_header::magic, 0) == 0);
    CHECK(with(&lc_plan_header::version, 2) == 4);
    CHECK(with(&lc_plan_header::flags, LC_PLAN_PARKS | 16) == 6);
    CHECK(with(&lc_plan_header::flags, 0) == 6); // but it parks
    CHECK(with(&lc_plan_header::size, kSize + 8) == 8);
    CHECK(with(&lc_plan_header::size, kSize - 8) == 8);
    CHECK(after([](Plan &p) { p.grow(4, 0); }) == 8);
    CHECK(after([](Plan &p) { p.grow(8, 0); }) == kAccepted);
    CHECK(with(&lc_plan_header::step_count, 0) == 12);
    CHECK(with(&lc_plan_header::step_count, LC_MAX_STEPS + 1) == 12);
    CHECK(with(&lc_plan_header::step_count, kSize / sizeof(lc_step)) == 12);
    CHECK(with(&lc_plan_header::step_count, ~0u) == 12);
    CHECK(with(&lc_plan_header::host_end, Plan().header().template_end + 1) == 16);
    CHECK(with(&lc_plan_header::template_end, Plan().header().ahead_end + 1) == 20);
    CHECK(with(&lc_plan_header::template_end, ~0u) == 20);
    CHECK(with(&lc_plan_header::ahead_end, Plan().header().template_end - 1) == 20);
    CHECK(with(&lc_plan_header::ahead_end, kSteps) == 80);
    CHECK(with(&lc_plan_header::network_slot, LC_SLOT_FIRST_FREE) == 84);
    CHECK(with(&lc_plan_header::next_slot, LC_SLOT_FIRST_FREE) == 84);
    CHECK(with(&lc_plan_header::unused, 1) == 92);
    CHECK(with(&lc_plan_header::clone_flags, 0x100) == 24); // CLONE_VM
    CHECK(with(&lc_plan_header::clone_flags, 1ull << 33) == 24);
    for (int slot = 0; slot < LC_SLOT_FIRST_FREE; slot++) CHECK(with(&lc_plan_header::bound_mask, 1u << slot) == 32);
    CHECK(with(&lc_plan_header::fail_step, kSteps) == kAccepted);
    CHECK(with(&lc_plan_header::fail_step, kSteps + 1) == 60);
}

TEST_CASE("id maps lie in the data") {
    CHECK(with(&lc_plan_header::uid_map, 0) == 64);
    CHECK(with(&lc_plan_header::uid_map, kFirstStep) == 64);
    CHECK(with(&lc_plan_header::uid_map, kSize) == 64);
    CHECK(with(&lc_plan_header::uid_map, ~0u) == 64);
    CHECK(with(&lc_plan_header::uid_map_size, ~0u) == 64);
    CHECK(with(&lc_plan_header::gid_map, kSize - 1) == 72);
    CHECK(with(&lc_plan_header::gid_map_size, kSize) == 72);
}

TEST_CASE("only slots that exist are sent to the child, and the cgroup is one of them") {
    CHECK(with(&lc_plan_header::template_mask, 1ull << 20) == 40);
    CHECK(with(&lc_plan_header::child_mask, 1ull << 63) == 40);
    CHECK(with(&lc_plan_header::bound_mask, 0) == at(LC_CGROUP_MAKE, kB));
    CHECK(with(&lc_plan_header::cgroup_slot, LC_SLOT_ROOT) == 56); // exists, but not in the child's mask
    CHECK(with(&lc_plan_header::cgroup_slot, LC_MAX_SLOTS) == 56);
    CHECK(with(&lc_plan_header::cgroup_slot, LC_NO_SLOT) == kAccepted);
}

TEST_CASE("an unknown opcode is refused") {
    for (int opcode : {0, 4, 7, 39, 0xfffe, 0xffff})
        CHECK(with(LC_SETSID, &lc_step::opcode, opcode) == at(LC_SETSID, kOpcode));
}

TEST_CASE("host steps come first and nowhere else") {
    Plan plan;
    uint32_t host_end = plan.header().host_end;
    CHECK(with(&lc_plan_header::host_end, host_end - 1) == kFirstStep + (host_end - 1) * sizeof(lc_step));
    CHECK(with(&lc_plan_header::host_end, host_end + 1) == at(LC_UNSHARE, kOpcode));
    CHECK(with(LC_SETSID, &lc_step::opcode, LC_OPEN_AT) == at(LC_SETSID, kOpcode));
    CHECK(with(LC_CGROUP_WRITE, &lc_step::opcode, LC_WRITE_AT) == at(LC_CGROUP_WRITE, kOpcode));
}

TEST_CASE("EXECVE is the last step and no other") {
    CHECK(with(LC_SETSID, &lc_step::opcode, LC_EXECVE) == at(LC_SETSID, kOpcode));
    CHECK(with(LC_EXECVE, &lc_step::opcode, LC_SETSID) == at(LC_EXECVE, kOpcode));
    CHECK(with(&lc_plan_header::step_count, kSteps - 1) == at(LC_HOOK, kOpcode));
    CHECK(after([](Plan &p) { p.steps()[kSteps - 2] = p.steps()[kSteps - 1]; }) == at(LC_HOOK, kOpcode));
}

TEST_CASE("slots of the wait for a start and of hooks are bound") {
    CHECK(with(LC_AWAIT_START, &lc_step::a, 20) == at(LC_AWAIT_START, kA));
    CHECK(with(LC_AWAIT_START, &lc_step::b, 20) == at(LC_AWAIT_START, kB));
    CHECK(with(LC_AWAIT_START, &lc_step::c, 1) == at(LC_AWAIT_START, kC));
    CHECK(with(LC_HOOK, &lc_step::d, 20ull << 32) == at(LC_HOOK, kD));
    CHECK(with(LC_CLOSE_FDS, &lc_step::a, LC_MAX_SLOTS) == at(LC_CLOSE_FDS, kA));
}

TEST_CASE("a plan parks once, for a start or for a task") {
    CHECK(after([](Plan &p) { p.steps()[kSteps - 3] = lc_step{LC_AWAIT_TASK, 0, 0, 0, 0, 0}; }) == kAccepted);
    CHECK(after([](Plan &p) { p.steps()[kSteps - 4] = lc_step{LC_AWAIT_TASK, 0, 0, 0, 0, 0}; }) ==
          at(LC_AWAIT_START, kOpcode));
    CHECK(after([](Plan &p) { p.steps()[kSteps - 3] = lc_step{LC_AWAIT_TASK, 0, 0, 1, 0, 0}; }) ==
          at(LC_AWAIT_START, kB));
}

TEST_CASE("step flags stand only where they mean something") {
    CHECK(with(LC_SETSID, &lc_step::flags, 0x80) == at(LC_SETSID, kFlags));
    CHECK(with(LC_SETSID, &lc_step::flags, 0x8000) == at(LC_SETSID, kFlags));
    CHECK(with(LC_CHDIR, &lc_step::flags, LC_PARAM_COUNT) == kAccepted);
    CHECK(with(LC_CHDIR, &lc_step::flags, LC_PARAM_COUNT + 1) == at(LC_CHDIR, kFlags));
    CHECK(with(LC_CHDIR, &lc_step::flags, LC_STEP_PARAM_MASK) == at(LC_CHDIR, kFlags));
    CHECK(with(LC_UMASK, &lc_step::flags, 1) == at(LC_UMASK, kFlags)); // has no string to replace
    CHECK(with(LC_OPEN_AT, &lc_step::flags, LC_STEP_TEMPLATE_ONLY) == at(LC_OPEN_AT, kFlags));
    CHECK(with(LC_SETSID, &lc_step::flags, LC_STEP_TEMPLATE_ONLY) == at(LC_SETSID, kFlags));
    CHECK(with(LC_SETNS, &lc_step::flags, LC_STEP_TEMPLATE_ONLY) == kAccepted);
    CHECK(with(LC_WRITE, &lc_step::flags, LC_STEP_OPTIONAL) == at(LC_WRITE, kFlags));
    CHECK(with(LC_CONSOLE, &lc_step::flags, 0) == at(LC_CONSOLE, kB)); // nobody promised the socket
}

TEST_CASE("late host steps follow all others, and what they make is not sent") {
    CHECK(with(LC_SETSID, &lc_step::flags, LC_STEP_LATE) == at(LC_SETSID, kFlags));
    CHECK(with(LC_CGROUP_WRITE, &lc_step::flags, LC_STEP_LATE) == at(LC_OPEN_AT, kFlags));
    CHECK(with(LC_OPEN_AT, &lc_step::flags, LC_STEP_LATE) == 40);
    CHECK(with(&lc_plan_header::child_mask, Plan().header().child_mask | 1u << 13) == 40);
}

TEST_CASE("every wait has somebody who ends it, and the program begins after it") {
    CHECK(with(LC_AWAIT_HOST, &lc_step::opcode, LC_SETSID) == at(LC_EXECVE, kOpcode)); // limits might fail unseen
    CHECK(with(LC_AWAIT_ID_MAPS, &lc_step::opcode, LC_SETSID) == at(LC_EXECVE, kOpcode));
    auto unmapped = [](Plan &p) { p.header().uid_map_size = p.header().gid_map_size = 0; };
    CHECK(after(unmapped) == at(LC_AWAIT_ID_MAPS, kOpcode));
    for (uint16_t opcode : {LC_AWAIT_HOST, LC_AWAIT_ID_MAPS}) {
        auto in_template = [=](Plan &p) { p.step(LC_SETNS) = p.step(opcode); };
        CHECK(after(in_template) == at(LC_SETNS, kOpcode));
    }
}

TEST_CASE("operands without a meaning are 0") {
    CHECK(with(LC_SETSID, &lc_step::a, kSize - 8) == at(LC_SETSID, kA));
    CHECK(with(LC_SETSID, &lc_step::b, 1) == at(LC_SETSID, kB));
    CHECK(with(LC_SETSID, &lc_step::c, 1) == at(LC_SETSID, kC));
    CHECK(with(LC_SETSID, &lc_step::d, 1ull << 63) == at(LC_SETSID, kD));
    CHECK(with(LC_EXECVE, &lc_step::d, 1) == at(LC_EXECVE, kD));
    CHECK(with(LC_ATTACH, &lc_step::d, 2) == at(LC_ATTACH, kD));
    CHECK(with(LC_KEEP_CAPS, &lc_step::d, 2) == at(LC_KEEP_CAPS, kD));
}

TEST_CASE("a string lies in the data and ends there") {
    uint32_t data = static_cast<uint32_t>(at(LC_EXECVE, sizeof(lc_step)));
    for (uint32_t outside : {0u, 8u, kFirstStep, data - 1, kSize, kSize + 1, ~0u})
        CHECK(with(LC_SETHOSTNAME, &lc_step::a, outside) == at(LC_SETHOSTNAME, kA));
    CHECK(with(LC_SETHOSTNAME, &lc_step::a, data) == kAccepted);
    CHECK(with(LC_SETHOSTNAME, &lc_step::a, kSize - 1) == kAccepted);
    CHECK(with(LC_SYMLINK, &lc_step::b, 0) == at(LC_SYMLINK, kB));
    CHECK(with(LC_MOUNT, &lc_step::c, 0) == kAccepted); // no data is fine
    CHECK(with(LC_MOUNT, &lc_step::c, 1) == at(LC_MOUNT, kC));
    auto unterminated = [](Plan &p) {
        p.grow(8, 'x');
        p.step(LC_CHDIR).a = kSize;
    };
    CHECK(after(unterminated) == at(LC_CHDIR, kA));
}

TEST_CASE("the source of a mount is a string or nothing") {
    CHECK(with(LC_MOUNT, &lc_step::d, 0xf) == kAccepted);
    CHECK(with(LC_MOUNT, &lc_step::d, 1ull << 32) == at(LC_MOUNT, kD));
    CHECK(with(LC_MOUNT, &lc_step::d, static_cast<uint64_t>(kSize) << 32) == at(LC_MOUNT, kD));
    CHECK(with(LC_MOUNT, &lc_step::d, ~0ull) == at(LC_MOUNT, kD));
}

TEST_CASE("bytes lie in the data, however offset and length add up") {
    CHECK(with(LC_WRITE, &lc_step::c, ~0u) == at(LC_WRITE, kA));
    CHECK(with(LC_WRITE, &lc_step::a, ~0u - 2) == at(LC_WRITE, kA));
    CHECK(with(LC_WRITE, &lc_step::a, 0) == at(LC_WRITE, kA));
    CHECK(with(LC_WRITE_AT, &lc_step::d, ~0ull) == at(LC_WRITE_AT, kC));
    CHECK(with(LC_WRITE_AT, &lc_step::d, 1ull << 32) == at(LC_WRITE_AT, kC));
    CHECK(with(LC_WRITE_AT, &lc_step::c, kSize) == at(LC_WRITE_AT, kC));
    CHECK(with(LC_CGROUP_WRITE, &lc_step::d, kSize) == at(LC_CGROUP_WRITE, kC));
    CHECK(with(LC_CAPSET, &lc_step::c, kSize - 16) == at(LC_CAPSET, kC)); // 24 bytes
    CHECK(with(LC_CAPSET, &lc_step::c, kFirstStep) == at(LC_CAPSET, kC));
}

TEST_CASE("structures are aligned") {
    for (uint16_t opcode : {LC_MOUNT_SETATTR, LC_SETATTR_AT, LC_RLIMIT, LC_CAPSET, LC_SCHED_SETATTR, LC_SECCOMP}) {
        uint32_t aligned = Plan().step(opcode).c;
        CHECK(with(opcode, &lc_step::c, aligned + 4) == at(opcode, kC));
        CHECK(with(opcode, &lc_step::c, aligned - 1) == at(opcode, kC));
    }
    CHECK(with(LC_MKNOD, &lc_step::c, Plan().step(LC_MKNOD).c + 2) == at(LC_MKNOD, kC));
    CHECK(with(LC_SETGROUPS, &lc_step::c, Plan().step(LC_SETGROUPS).c + 1) == at(LC_SETGROUPS, kC));
    CHECK(with(LC_EXECVE, &lc_step::b, Plan().step(LC_EXECVE).b + 4) == at(LC_EXECVE, kB));
}

TEST_CASE("a slot exists and is bound when a step reads it") {
    for (uint32_t slot : {64u, 65u, ~0u, 63u, static_cast<uint32_t>(LC_SLOT_STDOUT)})
        CHECK(with(LC_DUP_FD, &lc_step::b, slot) == at(LC_DUP_FD, kB));
    CHECK(with(LC_CONSOLE, &lc_step::b, 64) == at(LC_CONSOLE, kB));
    for (uint32_t slot : {0u, 3u, 64u, ~0u}) CHECK(with(LC_OPEN_HOST, &lc_step::c, slot) == at(LC_OPEN_HOST, kC));
    CHECK(with(LC_SETNS, &lc_step::b, 8) == at(LC_SETNS, kB)); // made by the host, but not sent to the template
    CHECK(with(&lc_plan_header::child_mask, 1u << 8 | 1u << LC_SLOT_FIRST_FREE) == at(LC_WRITE, kB));
    CHECK(with(&lc_plan_header::child_mask, 1u << 8 | 1u << 9) == at(LC_OPEN_BELOW, kB)); // ended with the template
}

TEST_CASE("a slot is gone once its tree is attached, but the root stays") {
    auto again = [](Plan &p) { p.step(LC_DUP_FD).b = 7; };
    CHECK(after(again) == at(LC_DUP_FD, kB));
    CHECK(with(LC_DUP_FD, &lc_step::b, LC_SLOT_ROOT) == kAccepted);
    CHECK(with(LC_OPEN_TREE, &lc_step::c, 13) == at(LC_ATTACH, kB)); // now nobody opens the root
    CHECK(with(LC_ATTACH, &lc_step::d, 0) == kAccepted);
    auto in_template = [](Plan &p) { p.step(LC_ATTACH).b = LC_SLOT_FIRST_FREE; }; // also sent to the child, if there is
    CHECK(after(in_template) == at(LC_OPEN_BELOW, kB));                           // a template; it may be the child
}

TEST_CASE("an attached tree stays for the remount that reads and closes it") {
    CHECK(with(LC_REMOUNT, &lc_step::c, 12) == at(LC_REMOUNT, kC)); // opened later
    CHECK(with(LC_REMOUNT, &lc_step::b, 64) == at(LC_REMOUNT, kB));
    CHECK(with(LC_READONLY, &lc_step::b, 12) == at(LC_READONLY, kB));
    CHECK(with(LC_READONLY, &lc_step::d, 12) == at(LC_READONLY, kD));
    CHECK(with(LC_MASK, &lc_step::b, 12) == at(LC_MASK, kB));
    CHECK(with(LC_ENTER_CGROUP, &lc_step::b, 12) == at(LC_ENTER_CGROUP, kB));
    CHECK(with(LC_ATTACH, &lc_step::c, 2) == at(LC_ATTACH, kC));
    auto still_open = [](Plan &p) { p.step(LC_DUP_FD).b = 7; };
    CHECK(after(still_open) == at(LC_DUP_FD, kB));
}

TEST_CASE("what happens in the root needs a root") {
    for (uint16_t opcode : {LC_MOUNT, LC_REMOUNT, LC_PIVOT_ROOT, LC_CHROOT, LC_MKDIR, LC_MKNOD, LC_SYMLINK, LC_MASK,
                            LC_READONLY, LC_OPEN_IN_ROOT, LC_SETATTR_AT, LC_EMPTY_DIRECTORY}) {
        Plan plan;
        plan.header().template_end = plan.header().ahead_end = plan.header().host_end;
        lc_step *first = plan.steps() + plan.header().host_end;
        *first = plan.step(opcode); // where the root is not open yet
        CHECK(fault(plan) == reinterpret_cast<uint8_t *>(first) - plan.bytes.data());
    }
}

TEST_CASE("what is done ahead needs nothing of the child it is for") {
    auto ahead = [](void (*change)(lc_step &)) {
        PlanBuilder p;
        p.end_template();
        p.step(LC_OPEN_HOST).c(LC_SLOT_ROOT).a("/");
        p.step(LC_MOUNT).a("/tmp").b("tmpfs").end_ahead();
        p.step(LC_STDIO).exec({"/bin/true"});
        auto bytes = p.build();
        change(reinterpret_cast<lc_step *>(bytes.data() + sizeof(lc_plan_header))[1]);
        return fault(bytes.data(), static_cast<uint32_t>(bytes.size()));
    };
    const int64_t second = kFirstStep + static_cast<int64_t>(sizeof(lc_step));
    CHECK(ahead([](lc_step &) {}) == kAccepted);
    CHECK(ahead([](lc_step &s) { s.flags = 1 + LC_PARAM_NAME; }) == second + kOpcode);
    CHECK(ahead([](lc_step &s) { s = {LC_SETNS, 0, 0, 6, 0, 0x40000000}; }) == second + kOpcode);
    CHECK(ahead([](lc_step &s) { s = {LC_SETSID, 0, 0, 0, 0, 0}; }) == second + kOpcode);
    CHECK(ahead([](lc_step &s) { s.opcode = LC_READONLY, s.b = 0; }) == second + kOpcode);
}

TEST_CASE("a filter has 1 to 4096 instructions, all of them in the plan") {
    CHECK(with(LC_SECCOMP, &lc_step::b, 0) == at(LC_SECCOMP, kC));
    CHECK(with(LC_SECCOMP, &lc_step::b, 4096) == at(LC_SECCOMP, kC));
    auto padded = [](uint32_t count) {
        return after([=](Plan &p) { p.grow(8 * 4200, 0), p.step(LC_SECCOMP).b = count; });
    };
    CHECK(padded(4096) == kAccepted);
    CHECK(padded(4097) == at(LC_SECCOMP, kC));
    CHECK(padded(~0u) == at(LC_SECCOMP, kC));
}

TEST_CASE("groups are counted, or none") {
    CHECK(with(LC_SETGROUPS, &lc_step::b, 0) == at(LC_SETGROUPS, kC));
    CHECK(with(LC_SETGROUPS, &lc_step::c, 0) == at(LC_SETGROUPS, kC));
    CHECK(with(LC_SETGROUPS, &lc_step::b, 65536) == at(LC_SETGROUPS, kC));
    auto padded = [](uint32_t count) {
        return after([=](Plan &p) { p.grow(4 * 70000, 0), p.step(LC_SETGROUPS).b = count; });
    };
    CHECK(padded(65536) == kAccepted);
    CHECK(padded(65537) == at(LC_SETGROUPS, kC));
}

TEST_CASE("a vector has its strings in the data and a 0 at its end") {
    uint32_t argv = Plan().step(LC_EXECVE).b, envp = Plan().step(LC_EXECVE).c;
    CHECK(Plan().word(argv) == 3);
    auto argv_word = [=](int i, uint64_t word) { return after([=](Plan &p) { p.set_word(argv + i * 8, word); }); };
    CHECK(argv_word(0, 2) == at(LC_EXECVE, kB)); // its end is not 0
    CHECK(argv_word(0, 4) == at(LC_EXECVE, kB)); // a 0 before its end
    for (uint64_t count : {0x10000000ull, 0x1fffffffull, 0xffffffffull})
        CHECK(argv_word(0, count) == at(LC_EXECVE, kB));
    for (uint64_t string : {0ull, 8ull, 1ull << 32, ~0ull, static_cast<unsigned long long>(kSize)})
        CHECK(argv_word(2, string) == at(LC_EXECVE, kB));
    CHECK(argv_word(4, 1) == at(LC_EXECVE, kB));
    CHECK(with(LC_EXECVE, &lc_step::b, kSize) == at(LC_EXECVE, kB));
    CHECK(with(LC_EXECVE, &lc_step::c, kSize - 8) == at(LC_EXECVE, kC));
    CHECK(after([=](Plan &p) { p.set_word(envp + 16, 1); }) == at(LC_EXECVE, kC));
    CHECK(with(LC_EXECVE, &lc_step::b, 0) == at(LC_EXECVE, kB));
}

TEST_CASE("candidates end with an empty string") {
    auto endless = [](Plan &p) {
        p.grow(8, 'x');
        p.grow(8, 0);
        p.bytes.back() = 'x'; // "xxxxxxxx", six empty strings, and one that does not end
        p.step(LC_EXECVE).a = kSize;
    };
    CHECK(after(endless) == kAccepted);
    auto no_end = [](Plan &p) {
        p.grow(7, 'x');
        p.grow(1, 0);
        p.step(LC_EXECVE).a = kSize;
    };
    CHECK(after(no_end) == at(LC_EXECVE, kA));
    CHECK(with(LC_EXECVE, &lc_step::a, 0) == at(LC_EXECVE, kA));
    CHECK(with(LC_EXECVE, &lc_step::a, kSize) == at(LC_EXECVE, kA));
}
