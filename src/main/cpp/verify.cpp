// The plan verifier. The interpreter has no checks of its own, so nothing gets past here that could make it read
// outside the plan, use an fd that is not there, or run a step on the wrong side of the clone.
#include "verify.h"
#include "libcontainer.h"
#include <string.h>

namespace lc {

namespace {

enum Kind : uint8_t {
    kZero,     // must be 0
    kAny,      // any number
    kText,     // offset of a NUL-ended string
    kText0,    // the same, or 0
    kSlot,     // a slot that is bound by now
    kOptional, // a slot; if it is not bound the step is skipped
    kOut,      // a slot that the step binds
    kData,     // offset of bytes, the length in `size` of the rule
    kData0,    // the same, or 0
    kBytes,    // offset of bytes, the length in d (c operand) or c (a operand)
    kFilter,   // offset of sock_filter[b]
    kGroups,   // offset of u32[b], or 0 when b is 0
    kCandidates,
    kVector,
    kFlags0or1,
    kSlot0,    // 0, or a slot that is bound by now
    kKept,     // the same, or the console's: nothing happens if it is not bound
    kHookWord, // a timeout in the low half, a slot in the high
    kMountWord // flags in the low half, offset of a string or 0 in the high
};

struct Rule {
    uint16_t opcode;
    bool host; // a host step; all others are template or child steps
    Kind a, b, c, d;
    uint32_t size; // of kData
};

constexpr Rule kRules[] = {
    {LC_CGROUP_MAKE, true, kText, kSlot, kOut, kFlags0or1, 0},
    {LC_CGROUP_WRITE, true, kText, kSlot, kBytes, kAny, 0},
    {LC_OPEN_AT, true, kText, kSlot, kOut, kAny, 0},
    {LC_CGROUP_OWN, true, kText, kSlot, kZero, kAny, 0},
    {LC_AWAIT_HOST, false, kZero, kZero, kZero, kFlags0or1, 0},
    {LC_OPEN_BELOW, false, kText, kSlot, kOut, kAny, 0},
    {LC_WRITE, false, kBytes, kSlot, kAny, kZero, 0},
    {LC_WRITE_AT, false, kText, kSlot, kBytes, kAny, 0},
    {LC_SETNS, false, kZero, kSlot, kZero, kAny, 0},
    {LC_UNSHARE, false, kZero, kZero, kZero, kAny, 0},
    {LC_AWAIT_ID_MAPS, false, kZero, kZero, kZero, kZero, 0},
    {LC_LOOPBACK_UP, false, kZero, kZero, kZero, kZero, 0},
    {LC_MOUNT_PROPAGATION, false, kText, kZero, kZero, kAny, 0},
    {LC_OPEN_TREE, false, kText, kZero, kOut, kAny, 0},
    {LC_MOUNT_SETATTR, false, kZero, kSlot, kData, kAny, 32},
    {LC_ATTACH, false, kText, kSlot, kFlags0or1, kFlags0or1, 0},
    {LC_MOUNT, false, kText, kText, kText0, kMountWord, 0},
    {LC_REMOUNT, false, kText, kSlot0, kSlot0, kAny, 0},
    {LC_PIVOT_ROOT, false, kZero, kZero, kZero, kZero, 0},
    {LC_MKDIR, false, kText, kZero, kZero, kAny, 0},
    {LC_MKNOD, false, kText, kAny, kData0, kAny, 8},
    {LC_SYMLINK, false, kText, kText, kZero, kZero, 0},
    {LC_MASK, false, kText, kSlot0, kText0, kZero, 0},
    {LC_READONLY, false, kText, kSlot0, kZero, kSlot0, 0},
    {LC_OPEN_IN_ROOT, false, kText, kAny, kOut, kAny, 0},
    {LC_OPEN_HOST, false, kText, kZero, kOut, kAny, 0},
    {LC_OPEN_PROC, false, kZero, kZero, kOut, kZero, 0},
    {LC_SETATTR_AT, false, kText, kZero, kData, kAny, 32},
    {LC_OPEN_TMPFS, false, kText, kZero, kOut, kZero, 0},
    {LC_CHROOT, false, kZero, kZero, kZero, kZero, 0},
    {LC_EMPTY_DIRECTORY, false, kText, kZero, kZero, kZero, 0},
    {LC_SETHOSTNAME, false, kText, kZero, kZero, kZero, 0},
    {LC_SETDOMAINNAME, false, kText, kZero, kZero, kZero, 0},
    {LC_CHDIR, false, kText, kZero, kZero, kZero, 0},
    {LC_UMASK, false, kZero, kZero, kZero, kAny, 0},
    {LC_SETSID, false, kZero, kZero, kZero, kFlags0or1, 0},
    {LC_CONSOLE, false, kText, kOptional, kText0, kAny, 0},
    {LC_RLIMIT, false, kZero, kAny, kData, kZero, 16},
    {LC_SETGROUPS, false, kZero, kAny, kGroups, kZero, 0},
    {LC_SETRESGID, false, kZero, kZero, kZero, kAny, 0},
    {LC_SETRESUID, false, kZero, kZero, kZero, kAny, 0},
    {LC_KEEP_CAPS, false, kZero, kZero, kZero, kFlags0or1, 0},
    {LC_BOUNDING_KEEP, false, kZero, kZero, kZero, kAny, 0},
    {LC_CAPSET, false, kZero, kZero, kData, kZero, 24},
    {LC_AMBIENT, false, kZero, kZero, kZero, kAny, 0},
    {LC_NO_NEW_PRIVS, false, kZero, kZero, kZero, kZero, 0},
    {LC_SECCOMP, false, kZero, kAny, kFilter, kAny, 0},
    {LC_PDEATHSIG, false, kZero, kZero, kZero, kAny, 0},
    {LC_SCHED_SETATTR, false, kZero, kZero, kData, kZero, 56},
    {LC_IOPRIO, false, kZero, kZero, kZero, kAny, 0},
    {LC_PERSONALITY, false, kZero, kZero, kZero, kAny, 0},
    {LC_STDIO, false, kZero, kZero, kZero, kZero, 0},
    {LC_DUP_FD, false, kZero, kSlot, kZero, kAny, 0},
    {LC_CLOSE_FDS, false, kKept, kKept, kKept, kAny, 0},
    {LC_SET_NAME, false, kText, kZero, kZero, kZero, 0},
    {LC_COPY_INTO, false, kText, kSlot, kZero, kAny, 0},
    {LC_SET_XATTR, false, kText, kText, kBytes, kAny, 0},
    {LC_SET_AFFINITY, false, kZero, kZero, kBytes, kAny, 0},
    {LC_SET_MEMPOLICY, false, kZero, kAny, kBytes, kAny, 0},
    {LC_OPEN_MAPPED_TREE, true, kText, kSlot0, kOut, kAny, 0},
    {LC_MOUNT_PATH, false, kText, kText, kText0, kMountWord, 0},
    {LC_ENTER_CGROUP, false, kText, kSlot, kText, kZero, 0},
    {LC_ENTER_TIME, false, kZero, kSlot, kZero, kZero, 0},
    {LC_AWAIT_TASK, false, kZero, kZero, kZero, kZero, 0},
    {LC_EXECVE, false, kCandidates, kVector, kVector, kZero, 0},
    {LC_AWAIT_START, false, kSlot, kSlot, kZero, kZero, 0},
    {LC_HOOK, false, kText, kVector, kVector, kHookWord, 0},
    {LC_FIND_PROGRAM, false, kCandidates, kZero, kZero, kZero, 0},
    {LC_NEW_KEYRING, false, kText, kZero, kZero, kZero, 0},
    {LC_MOVE_ROOT, false, kZero, kZero, kZero, kZero, 0},
};

const Rule *rule_of(uint16_t opcode) {
    for (const Rule &rule : kRules)
        if (rule.opcode == opcode) return &rule;
    return nullptr;
}

constexpr bool uses_root(uint16_t op) {
    return op == LC_MOUNT || op == LC_REMOUNT || op == LC_PIVOT_ROOT || op == LC_EMPTY_DIRECTORY || op == LC_CHROOT ||
           op == LC_MKDIR || op == LC_MKNOD || op == LC_SYMLINK || op == LC_MASK || op == LC_READONLY ||
           op == LC_OPEN_IN_ROOT || op == LC_SETATTR_AT || op == LC_MOVE_ROOT || op == LC_COPY_INTO ||
           op == LC_SET_XATTR;
}

/// What needs nothing of the child it is done for but its mount and ipc namespaces.
constexpr bool can_be_ahead(uint16_t op) {
    return op == LC_OPEN_HOST || op == LC_EMPTY_DIRECTORY || op == LC_MOUNT || op == LC_MOUNT_PATH || op == LC_MKDIR ||
           op == LC_MKNOD || op == LC_SYMLINK || op == LC_SETATTR_AT || op == LC_SET_XATTR || op == LC_MASK;
}

} // namespace

bool Verifier::text(uint64_t offset) const {
    return offset >= data_ && offset < size_ && memchr(plan_ + offset, 0, size_ - offset);
}

bool Verifier::bytes(uint64_t offset, uint64_t size, uint64_t alignment) const {
    return offset >= data_ && offset <= size_ && size <= size_ - offset && offset % alignment == 0;
}

bool Verifier::vector(uint64_t offset) const {
    if (!bytes(offset, 8, 8)) return false;
    uint32_t count;
    memcpy(&count, plan_ + offset, 4);
    if (!bytes(offset, 8 + (static_cast<uint64_t>(count) + 1) * 8, 8)) return false;
    for (uint32_t i = 0; i <= count; i++) {
        uint64_t string;
        memcpy(&string, plan_ + offset + 8 + i * 8ull, 8);
        if (i == count ? string != 0 : !text(string)) return false;
    }
    return true;
}

bool Verifier::candidates(uint64_t offset) const {
    while (text(offset)) {
        size_t n = strlen(reinterpret_cast<const char *>(plan_ + offset));
        if (n == 0) return true;
        offset += n + 1;
    }
    return false;
}

namespace {

class Steps {
  public:
    Steps(const Verifier &v, const uint8_t *plan, const lc_plan_header &h)
        : v_(v), plan_(plan), h_(h), bound_(h.bound_mask) {}

    /// The offset of the first bad byte, or -1.
    int64_t check() {
        for (uint32_t i = 0; i < h_.step_count; i++) {
            lc_step s;
            uint64_t at = sizeof h_ + i * sizeof s;
            memcpy(&s, plan_ + at, sizeof s);
            const Rule *rule = rule_of(s.opcode);
            if (!rule || rule->host != (i < h_.host_end)) return static_cast<int64_t>(at);
            if ((s.opcode == LC_EXECVE) != (i + 1 == h_.step_count)) return static_cast<int64_t>(at);
            if (i == h_.host_end && !send(h_.template_mask | h_.child_mask)) return 40;
            if (i == h_.template_end) {
                bound_ &= ~(h_.template_mask | closed_);
                if (h_.network_slot != LC_NO_SLOT) bound_ |= sent_ & bit(h_.network_slot);
            }
            if (i == h_.ahead_end) bound_ |= sent_ & h_.child_mask & ~closed_;
            int bad = operand(s, *rule, i);
            if (bad >= 0) return static_cast<int64_t>(at) + bad;
        }
        if (parked_ != ((h_.flags & LC_PLAN_PARKS) != 0)) return 6;
        return h_.cgroup_slot == LC_NO_SLOT || (h_.cgroup_slot < LC_MAX_SLOTS && (h_.child_mask >> h_.cgroup_slot & 1))
                   ? -1
                   : 56;
    }

  private:
    static uint64_t bit(uint64_t slot) { return 1ull << slot; }
    bool slot(uint64_t i) const { return i < LC_MAX_SLOTS && (bound_ & bit(i)); }
    /// The host steps are done: what is sent on must be there, and only that is there on the other side.
    bool send(uint64_t mask) {
        // stdio and console: a step that reads them copes with their absence; of the next network a template does
        const uint64_t by_request = 0xf | (h_.next_slot == LC_NO_SLOT ? 0 : bit(h_.next_slot));
        sent_ = bound_ & ~late_slots_;
        bound_ &= h_.template_mask;
        return (mask & ~(sent_ | by_request)) == 0;
    }

    bool value(Kind kind, uint64_t v, const lc_step &s, const Rule &rule) const {
        switch (kind) {
        case kZero: return v == 0;
        case kAny: return true;
        case kText: return v_.text(v);
        case kText0: return v == 0 || v_.text(v);
        case kSlot: return slot(v) && !(s.flags & LC_STEP_OPTIONAL);
        case kOptional: return v < LC_MAX_SLOTS && (s.flags & LC_STEP_OPTIONAL);
        case kOut: return v >= LC_SLOT_ROOT && v < LC_MAX_SLOTS;
        case kData: return v_.bytes(v, rule.size, 8);
        case kData0: return v == 0 || v_.bytes(v, rule.size, 4);
        case kBytes: return v_.bytes(v, rule.c == kBytes ? s.d : s.c, 1);
        case kFilter: return s.b > 0 && s.b <= 4096 && v_.bytes(v, s.b * 8ull, 8);
        case kGroups: return s.b == 0 ? v == 0 : s.b <= 65536 && v_.bytes(v, s.b * 4ull, 4);
        case kCandidates: return v_.candidates(v);
        case kVector: return v_.vector(v);
        case kFlags0or1: return v <= 1;
        case kSlot0: return v == 0 || slot(v);
        case kKept: return v == 0 || v == LC_SLOT_CONSOLE || slot(v);
        case kHookWord: return slot(v >> 32);
        case kMountWord: return v >> 32 == 0 || v_.text(v >> 32);
        }
        return false;
    }

    /// Somebody answers each wait, and no program begins before what it was promised is done.
    bool awaits_in_order(const lc_step &s, uint32_t index) {
        const uint16_t opcode = s.opcode;
        bool in_child = index >= h_.template_end; // a template has no one who would answer it
        bool maps = h_.uid_map_size || h_.gid_map_size;
        if (opcode == LC_AWAIT_HOST && s.d) return in_child;
        if (opcode == LC_AWAIT_HOST) return host_awaited_ = in_child;
        if (opcode == LC_AWAIT_START || opcode == LC_AWAIT_TASK) return in_child && !parked_ && (parked_ = true);
        if (opcode == LC_AWAIT_ID_MAPS) return maps_awaited_ = in_child && maps;
        return opcode != LC_EXECVE || ((host_awaited_ || !late_) && (maps_awaited_ || !maps));
    }

    /// The offset in the step of its first bad operand, or -1.
    int operand(const lc_step &s, const Rule &rule, uint32_t index) {
        constexpr uint16_t known = LC_STEP_PARAM_MASK | LC_STEP_TEMPLATE_ONLY | LC_STEP_OPTIONAL | LC_STEP_LATE;
        if (s.flags & ~known || (s.flags & LC_STEP_PARAM_MASK) > LC_PARAM_COUNT) return 2;
        if ((s.flags & LC_STEP_TEMPLATE_ONLY) && !(index >= h_.host_end && index < h_.template_end)) return 2;
        if ((s.flags & LC_STEP_PARAM_MASK) && rule.a != kText && s.opcode != LC_EXECVE) return 2;
        if ((s.flags & LC_STEP_OPTIONAL) && rule.b != kOptional) return 2;
        const bool ahead = index >= h_.template_end && index < h_.ahead_end;
        const bool joins = s.opcode == LC_SETNS && s.b == h_.network_slot && h_.next_slot != LC_NO_SLOT;
        if (ahead && (s.flags || !(joins || can_be_ahead(s.opcode)))) return 0;
        bool late = s.flags & LC_STEP_LATE;
        if ((late && !rule.host) || (rule.host && !late && late_)) return 2; // the late ones come last
        late_ |= late;
        if (!value(rule.a, s.a, s, rule)) return 4;
        if (!value(rule.b, s.b, s, rule)) return 8;
        if (!value(rule.c, s.c, s, rule)) return 12;
        if (!value(rule.d, s.d, s, rule)) return 16;
        if (!awaits_in_order(s, index)) return 0;
        bool in_root = uses_root(s.opcode) || (s.opcode == LC_ATTACH && !s.d);
        if (in_root && !slot(LC_SLOT_ROOT)) return 0;
        if (rule.c == kOut) bound_ |= bit(s.c), closed_ &= ~bit(s.c);
        if (rule.c == kOut && late) late_slots_ |= bit(s.c); // made when the request has long been sent
        if (s.opcode == LC_ATTACH && s.b != LC_SLOT_ROOT && !s.c) bound_ &= ~bit(s.b), closed_ |= bit(s.b);
        if (s.opcode == LC_REMOUNT && s.c) bound_ &= ~bit(s.c), closed_ |= bit(s.c);
        return -1;
    }

    const Verifier &v_;
    const uint8_t *plan_;
    const lc_plan_header &h_;
    uint64_t bound_;
    uint64_t sent_ = 0;
    uint64_t closed_ = 0; // by a template, or by the child that does without one
    uint64_t late_slots_ = 0;
    bool late_ = false;
    bool host_awaited_ = false, maps_awaited_ = false, parked_ = false;
};

} // namespace

int64_t Verifier::check() const {
    if (size_ < sizeof(lc_plan_header)) return 0;
    lc_plan_header h;
    memcpy(&h, plan_, sizeof h);
    constexpr uint64_t namespaces = 0x7e020080ull; // CLONE_NEW{TIME,NS,CGROUP,UTS,IPC,USER,PID,NET}
    if (h.magic != LC_PLAN_MAGIC) return 0;
    if (h.version != LC_PLAN_VERSION) return 4;
    if (h.flags & ~(LC_PLAN_DENY_SETGROUPS | LC_PLAN_NEEDS_TEMPLATE | LC_PLAN_CHANGES_IDS | LC_PLAN_PARKS)) return 6;
    if (h.size != size_ || size_ % 8) return 8;
    if (h.step_count == 0 || h.step_count > LC_MAX_STEPS || data_of(h) > size_) return 12;
    if (h.host_end > h.template_end) return 16;
    if (h.template_end > h.ahead_end) return 20;
    if (h.ahead_end >= h.step_count) return 80;
    if ((h.network_slot == LC_NO_SLOT) != (h.next_slot == LC_NO_SLOT)) return 84;
    if (h.next_slot != LC_NO_SLOT) { // a request must bind the one, and may bind the other
        if (h.network_slot >= LC_MAX_SLOTS || !(h.bound_mask >> h.network_slot & 1)) return 84;
        if (h.next_slot < LC_SLOT_FIRST_FREE || h.next_slot >= LC_MAX_SLOTS || (h.bound_mask >> h.next_slot & 1))
            return 88;
    }
    if (h.unused) return 92;
    if (h.clone_flags & ~namespaces) return 24;
    if (h.bound_mask & 0x3f) return 32; // the fixed slots are never the request's to promise
    if (h.fail_step > h.step_count) return 60;
    if (h.uid_map_size && !bytes(h.uid_map, h.uid_map_size, 1)) return 64;
    if (h.gid_map_size && !bytes(h.gid_map, h.gid_map_size, 1)) return 72;
    return Steps(*this, plan_, h).check();
}

uint64_t Verifier::data_of(const lc_plan_header &h) {
    return sizeof h + static_cast<uint64_t>(h.step_count) * sizeof(lc_step);
}

} // namespace lc

extern "C" int32_t lc_plan_verify(const uint8_t *plan, uint32_t size, uint32_t *bad_offset) {
    int64_t bad = lc::Verifier(plan, size).check();
    if (bad < 0) return 0;
    *bad_offset = static_cast<uint32_t>(bad);
    return -22; // EINVAL
}
