// Builds plans by hand for native tests: what plan.PlanEncoder does in Java.
#pragma once
#include "libcontainer.h"
#include <string.h>
#include <string>
#include <vector>

class PlanBuilder {
  public:
    lc_plan_header header{};
    std::vector<lc_step> steps;

    PlanBuilder() { header.cgroup_slot = header.network_slot = header.next_slot = LC_NO_SLOT; }

    /// Offsets are relative to the data until build() knows where that begins.
    struct Ref {
        uint32_t offset;
    };
    Ref text(const std::string &s) { return bytes(s.c_str(), s.size() + 1, 1); }
    Ref bytes(const void *p, size_t n, size_t alignment = 8) {
        while (data_.size() % alignment) data_.push_back(0);
        auto at = static_cast<uint32_t>(data_.size());
        data_.insert(data_.end(), static_cast<const uint8_t *>(p), static_cast<const uint8_t *>(p) + n);
        return {at};
    }
    Ref u32s(const std::vector<uint32_t> &v) { return bytes(v.data(), v.size() * 4); }
    Ref u64s(const std::vector<uint64_t> &v) { return bytes(v.data(), v.size() * 8); }

    /// Begins a step; the setters after it are about the last one begun.
    PlanBuilder &step(uint16_t opcode, uint32_t b = 0, uint64_t d = 0) {
        steps.push_back({opcode, 0, 0, b, 0, d});
        return *this;
    }
    PlanBuilder &flags(uint16_t flags) { return steps.back().flags = flags, *this; }
    PlanBuilder &a(Ref r) { return fix(kA, r); }
    PlanBuilder &b(Ref r) { return fix(kB, r); }
    PlanBuilder &c(Ref r) { return fix(kC, r); }
    PlanBuilder &a(uint32_t v) { return steps.back().a = v, *this; }
    PlanBuilder &c(uint32_t v) { return steps.back().c = v, *this; }
    PlanBuilder &a(const std::string &s) { return a(text(s)); }
    PlanBuilder &b(const std::string &s) { return b(text(s)); }
    PlanBuilder &c(const std::string &s) { return c(text(s)); }
    /// The source of a MOUNT.
    PlanBuilder &source(const std::string &s) { return fix(kHighD, text(s)); }
    PlanBuilder &exec(const std::vector<std::string> &args, const std::vector<std::string> &env = {}) {
        std::string candidates = args[0] + std::string(1, '\0');
        Ref path = bytes(candidates.c_str(), candidates.size() + 1, 1);
        Ref argv = vector(args), envp = vector(env);
        return step(LC_EXECVE).a(path).b(argv).c(envp);
    }

    PlanBuilder &candidates(const std::vector<std::string> &paths) {
        std::string all;
        for (auto &path : paths) all += path + std::string(1, '\0');
        return a(bytes(all.c_str(), all.size() + 1, 1));
    }
    PlanBuilder &hook(const std::vector<std::string> &args, uint32_t input, uint32_t timeout_seconds = 0) {
        Ref path = text(args[0]), argv = vector(args), envp = vector({"HOOK=1"});
        return step(LC_HOOK, 0, timeout_seconds | static_cast<uint64_t>(input) << 32).a(path).b(argv).c(envp);
    }

    void end_host() {
        header.host_end = static_cast<uint32_t>(steps.size());
        end_template();
    }
    void end_template() {
        header.template_end = static_cast<uint32_t>(steps.size());
        end_ahead();
    }
    void end_ahead() { header.ahead_end = static_cast<uint32_t>(steps.size()); }
    void map_ids(const std::string &uids, const std::string &gids) {
        maps_[0] = text(uids);
        maps_[1] = text(gids);
        header.uid_map_size = static_cast<uint32_t>(uids.size());
        header.gid_map_size = static_cast<uint32_t>(gids.size());
    }

    std::vector<uint8_t> build() {
        auto start = static_cast<uint32_t>(sizeof header + steps.size() * sizeof(lc_step));
        std::vector<lc_step> fixed = steps;
        for (auto &f : fixes_) {
            lc_step &s = fixed[f.step];
            uint32_t at = start + f.ref.offset;
            if (f.operand == kHighD)
                s.d |= static_cast<uint64_t>(at) << 32;
            else
                (f.operand == kA ? s.a : f.operand == kB ? s.b : s.c) = at;
        }
        std::vector<uint8_t> data = data_;
        for (auto &v : vectors_)
            for (uint32_t i = 0; i < v.count; i++) {
                uint64_t word;
                memcpy(&word, &data[v.at + 8 + i * 8], 8);
                word += start;
                memcpy(&data[v.at + 8 + i * 8], &word, 8);
            }
        while ((start + data.size()) % 8) data.push_back(0);
        header.magic = LC_PLAN_MAGIC;
        header.version = LC_PLAN_VERSION;
        header.size = static_cast<uint32_t>(start + data.size());
        header.step_count = static_cast<uint32_t>(steps.size());
        if (header.uid_map_size) header.uid_map = start + maps_[0].offset;
        if (header.gid_map_size) header.gid_map = start + maps_[1].offset;
        std::vector<uint8_t> plan(header.size);
        memcpy(plan.data(), &header, sizeof header);
        memcpy(plan.data() + sizeof header, fixed.data(), fixed.size() * sizeof(lc_step));
        memcpy(plan.data() + start, data.data(), data.size());
        return plan;
    }

  private:
    enum Operand { kA, kB, kC, kHighD };
    struct Fix {
        size_t step;
        Operand operand;
        Ref ref;
    };
    struct Vector {
        uint32_t at, count;
    };
    PlanBuilder &fix(Operand operand, Ref r) {
        fixes_.push_back({steps.size() - 1, operand, r});
        return *this;
    }
    Ref vector(const std::vector<std::string> &strings) {
        std::vector<uint64_t> words{strings.size()};
        for (auto &s : strings) words.push_back(text(s).offset);
        words.push_back(0);
        Ref r = u64s(words);
        vectors_.push_back({r.offset, static_cast<uint32_t>(strings.size())});
        return r;
    }
    std::vector<uint8_t> data_;
    std::vector<Fix> fixes_;
    std::vector<Vector> vectors_;
    Ref maps_[2]{};
};

/// A plan with every opcode and every kind of operand, in an order the verifier accepts; nobody could run it.
inline PlanBuilder every_opcode() {
    constexpr uint32_t parent = LC_SLOT_FIRST_FREE, tree = 7, made = 8, opened = 9, detached = 10, late = 13,
                       mapped = 15;
    PlanBuilder p;
    p.header.flags = LC_PLAN_DENY_SETGROUPS | LC_PLAN_CHANGES_IDS | LC_PLAN_PARKS;
    p.header.clone_flags = 0x7e020080; // every CLONE_NEW*
    p.header.bound_mask = 1u << parent;
    p.header.template_mask = 1u << parent | 1u << opened;
    p.header.child_mask = 1u << parent | 1u << made | 1u << opened | 1u << mapped;
    p.header.cgroup_slot = made;
    p.map_ids("0 100000 65536\n", "0 100000 65536\n");
    auto attributes = p.u64s({1, 0, 0, 0});
    p.step(LC_CGROUP_MAKE, parent).flags(1 + LC_PARAM_NAME).a("name").c(made);
    p.step(LC_OPEN_MAPPED_TREE, parent, 1ull << 32 | 1).a("/srv/mapped").c(mapped);
    p.step(LC_CGROUP_OWN, made, 1000).a(".");
    p.step(LC_CGROUP_WRITE, made, 2).a("pids.max").c("10");
    p.step(LC_OPEN_AT, parent, 0).a("file").c(opened);
    p.step(LC_CGROUP_MAKE, parent).flags(LC_STEP_LATE).a("late").c(late);
    p.step(LC_CGROUP_WRITE, late, 2).flags(LC_STEP_LATE).a("cpu.shares").c("10");
    p.end_host();
    p.step(LC_UNSHARE, 0, 0x20000).flags(LC_STEP_TEMPLATE_ONLY);
    p.step(LC_SETNS, parent, 0x20000);
    p.step(LC_MOUNT_PROPAGATION, 0, 0x44000).a("/");
    p.step(LC_OPEN_TREE, 0, 1).a("/srv/root").c(LC_SLOT_ROOT);
    p.step(LC_ATTACH, LC_SLOT_ROOT, 1).a("/srv/root");
    p.end_template();
    p.step(LC_AWAIT_ID_MAPS).step(LC_LOOPBACK_UP).step(LC_AWAIT_HOST).step(LC_OPEN_BELOW, parent, 0).a("late").c(14);
    p.step(LC_ENTER_CGROUP, parent).flags(1 + LC_PARAM_NAME).a("late").c("tasks");
    p.step(LC_WRITE, opened).a("bytes").c(5);
    p.step(LC_WRITE_AT, made, 1).a("cgroup.procs").c("0");
    p.step(LC_OPEN_TREE, 0, 1).a("/srv/data").c(tree);
    p.step(LC_MOUNT_SETATTR, tree).c(attributes);
    p.step(LC_ATTACH, tree).a("/data");
    p.step(LC_MOUNT, 0, 0xf).a("/tmp").b("tmpfs").c("size=1m").source("source");
    p.step(LC_MOUNT).a("/proc").b("proc");
    p.step(LC_MOUNT_PATH, 0, 0xf).a("/dev/shm").b("tmpfs").c("size=1m").source("source");
    p.step(LC_ATTACH, mapped).a("/mapped");
    p.step(LC_COPY_INTO, opened, 3).a("/tmp").step(LC_SET_XATTR, 0, 2).a("/tmp").b("user.x").c("va");
    p.step(LC_REMOUNT, 0, 0x1021).a("/");
    p.step(LC_OPEN_TREE, 0, 1).a("/srv/data").c(tree).step(LC_ATTACH, tree).a("/old").c(1u);
    p.step(LC_REMOUNT, opened, 1).a("/old").c(tree).step(LC_READONLY, opened).a("/old/file");
    p.step(LC_MKDIR, 0, 0755).a("/a/b");
    p.step(LC_MKNOD, 020666, 0x103).a("/dev/null").c(p.u32s({1, 2}));
    p.step(LC_MKNOD, 020666, 0x103).a("/dev/zero");
    p.step(LC_SYMLINK).a("/dev/fd").b("/proc/self/fd");
    p.step(LC_EMPTY_DIRECTORY).a("/empty").step(LC_MASK).a("/proc/kcore").step(LC_READONLY).a("/proc/sys");
    p.step(LC_OPEN_IN_ROOT, 0x9fa0, 0).a("/proc").c(LC_SLOT_PROC);
    p.step(LC_OPEN_HOST).a("/etc/hosts").c(11);
    p.step(LC_OPEN_PROC).c(detached).step(LC_SETATTR_AT).a("/data").c(attributes);
    p.step(LC_OPEN_TMPFS).a("1m").c(12).step(LC_CHROOT).step(LC_PIVOT_ROOT).step(LC_MOVE_ROOT);
    p.step(LC_SETHOSTNAME).flags(1 + LC_PARAM_HOSTNAME).a("host").step(LC_SETDOMAINNAME).a("domain");
    p.step(LC_CHDIR).flags(1 + LC_PARAM_CWD).a("/").step(LC_UMASK, 0, 022).step(LC_SETSID);
    p.step(LC_CONSOLE, LC_SLOT_CONSOLE).flags(LC_STEP_OPTIONAL).a("/dev/ptmx").c("/dev/console");
    p.step(LC_RLIMIT, 7).c(p.u64s({1024, 4096}));
    p.step(LC_SETGROUPS, 3).c(p.u32s({1, 2, 3})).step(LC_SETGROUPS);
    p.step(LC_SETRESGID, 0, 1).step(LC_SETRESUID, 0, 1).step(LC_KEEP_CAPS, 0, 1).step(LC_BOUNDING_KEEP, 0, ~0ull);
    p.step(LC_CAPSET).c(p.u64s({0, 0, 0})).step(LC_AMBIENT).step(LC_NO_NEW_PRIVS);
    p.step(LC_SECCOMP, 1).c(p.u64s({0x7fff000000000006ull})); // BPF_RET | BPF_K, SECCOMP_RET_ALLOW
    p.step(LC_PDEATHSIG, 0, 9).step(LC_SCHED_SETATTR).c(p.u64s({56, 0, 0, 0, 0, 0, 0}));
    p.step(LC_SET_AFFINITY, 0, 8).c(p.u64s({3})).step(LC_SET_MEMPOLICY, 3, 8).c(p.u64s({1}));
    p.step(LC_IOPRIO, 0, 0x4004).step(LC_PERSONALITY).step(LC_STDIO).step(LC_DUP_FD, opened, 5);
    p.step(LC_CLOSE_FDS, 0, 3).step(LC_SET_NAME).a("lc:init");
    p.step(LC_AWAIT_HOST, 0, 1).step(LC_NEW_KEYRING).a("_ses").step(LC_FIND_PROGRAM).candidates({"/bin/a", "/bin/b"});
    p.step(LC_CLOSE_FDS, opened, 3)
        .a(11u)
        .c(detached)
        .step(LC_AWAIT_START, opened)
        .a(detached)
        .hook({"/bin/hook", "one"}, 11, 5);
    p.exec({"/bin/program", "one", "two"}, {"A=1"});
    return p;
}
