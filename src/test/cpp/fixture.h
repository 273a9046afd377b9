// What native tests of spawning share: an engine with one plan, directories of their own, the program `inside`.
#pragma once
#include "plan_builder.h"
#include <dirent.h>
#include <doctest/doctest.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/// Root with the right to mount, which root in somebody's container may not have.
inline bool is_root() {
    lc_probe_result probe;
    constexpr int sys_admin = 21;
    return lc_probe(&probe) == 0 && probe.euid == 0 && (probe.capabilities >> sys_admin & 1);
}

#define NEEDS_ROOT()                                                                                                   \
    if (!is_root()) {                                                                                                  \
        MESSAGE("skipped: needs root");                                                                                \
        return;                                                                                                        \
    }

/// One engine, one loaded plan, and the request that asks for nothing special.
struct Fixture {
    int64_t engine = 0, loaded = 0;
    lc_request request{};
    lc_result result{};
    lc_report report{};

    explicit Fixture(int32_t kind = LC_ENGINE_SPAWNER) {
        REQUIRE(lc_engine_open(kind, &engine, &report) == 0);
        request.size = sizeof request;
        request.epoll = -1;
        for (auto &fd : request.stdio) fd = LC_STDIO_NULL;
        for (auto &slot : request.slots) slot = -1;
    }
    Fixture(const Fixture &) = delete;
    Fixture &operator=(const Fixture &) = delete;
    ~Fixture() { lc_engine_close(engine); }

    void load(PlanBuilder &builder) {
        auto plan = builder.build();
        uint32_t bad = 0;
        int32_t r = lc_plan_load(engine, plan.data(), static_cast<uint32_t>(plan.size()), &loaded, &bad);
        INFO("bad offset ", bad);
        REQUIRE(r == 0);
    }
    void bind(uint32_t slot, int32_t fd) { request.slots[slot - LC_SLOT_FIRST_FREE] = fd; }
    int32_t spawn(int32_t tmpl = -1) { return lc_spawn(engine, loaded, tmpl, &request, &result); }
    lc_exit finish() {
        lc_exit exit;
        CHECK(lc_wait(result.pidfd, 10000000, &exit) == 1);
        lc_close(result.pidfd);
        return exit;
    }
    std::string read_output() {
        std::string text;
        char buffer[4096];
        ssize_t n;
        while ((n = read(result.stdio[1], buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<size_t>(n));
        close(result.stdio[1]);
        return text;
    }
    /// Loads and runs a plan whose program prints something, and returns that.
    std::string run(PlanBuilder &builder, int32_t tmpl = -1) {
        load(builder);
        request.stdio[1] = LC_STDIO_PIPE;
        int32_t pid = spawn(tmpl);
        INFO("step ", result.report.step, " errno ", result.report.err, " aux ", result.report.aux);
        REQUIRE(pid > 0);
        std::string text = read_output();
        CHECK(finish().status == 0);
        lc_plan_unload(engine, loaded);
        return text;
    }
    /// Loads a plan that cannot be run; leaves the reason in result.report.
    int32_t run_to_fault(PlanBuilder &builder) {
        load(builder);
        request.stdio[1] = LC_STDIO_NULL;
        int32_t r = spawn();
        CHECK(r < 0);
        if (r > 0) finish();
        lc_plan_unload(engine, loaded);
        return r;
    }
};

inline std::string inside() {
    if (getenv("LC_INSIDE")) return getenv("LC_INSIDE");
    char self[4096] = {};
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) return "";
    std::string directory(self, static_cast<size_t>(strrchr(self, '/') - self));
    for (const char *place : {"/inside", "/../../helper/inside"})
        if (access((directory + place).c_str(), X_OK) == 0) return directory + place;
    FAIL("the program inside is not built");
    return "";
}

/// A directory that goes with what is in it.
class TempDirectory {
  public:
    TempDirectory() {
        char name[] = "/tmp/lc-test-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        REQUIRE(chmod(name, 0755) == 0);
        path_ = name;
    }
    TempDirectory(const TempDirectory &) = delete;
    TempDirectory &operator=(const TempDirectory &) = delete;
    ~TempDirectory() {
        auto remove_one = [](const char *path, const struct stat *, int, FTW *) { return remove(path); };
        nftw(path_.c_str(), remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    }
    const std::string &path() const { return path_; }
    std::string at(const std::string &name) const { return path_ + "/" + name; }
    void mkdir(const std::string &name) const { REQUIRE(::mkdir(at(name).c_str(), 0755) == 0); }
    void write(const std::string &name, const std::string &text) const {
        FILE *f = fopen(at(name).c_str(), "we");
        REQUIRE(f != nullptr);
        fputs(text.c_str(), f);
        fclose(f);
    }
    void link(const std::string &name, const std::string &target) const {
        REQUIRE(symlink(target.c_str(), at(name).c_str()) == 0);
    }
    struct stat stat(const std::string &name) const {
        struct stat status = {};
        if (lstat(at(name).c_str(), &status) < 0) status.st_mode = 0;
        return status;
    }
    bool has(const std::string &name) const { return stat(name).st_mode != 0; }

  private:
    std::string path_;
};

/// How many fds this process has open.
inline int count_fds() {
    int n = 0;
    DIR *d = opendir("/proc/self/fd");
    REQUIRE(d != nullptr);
    while (readdir(d)) n++;
    closedir(d);
    return n;
}

/// What /proc tells of a process: its state ('X': there is none) and its parent.
struct ProcessStat {
    char state = 'X';
    int parent = 0;
    explicit ProcessStat(int pid) {
        char path[32];
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        FILE *f = fopen(path, "re");
        if (!f) return;
        if (fscanf(f, "%*d (%*[^)]) %c %d", &state, &parent) != 2) state = 'X';
        fclose(f);
    }
};

/// Whether a process exists and is no zombie.
inline bool runs(int pid) { return !strchr("XZ", ProcessStat(pid).state); }

/// The children of a process, living or not.
inline std::vector<int> children_of(int parent) {
    std::vector<int> all;
    DIR *d = opendir("/proc");
    REQUIRE(d != nullptr);
    while (dirent *entry = readdir(d)) {
        int pid = atoi(entry->d_name);
        if (pid > 0 && ProcessStat(pid).parent == parent) all.push_back(pid);
    }
    closedir(d);
    return all;
}

inline int count_children() { return static_cast<int>(children_of(getpid()).size()); }

inline double seconds() {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

inline void pause_millis(int millis) {
    timespec time{millis / 1000, millis % 1000 * 1000000};
    nanosleep(&time, nullptr);
}

template <typename F> bool within(double limit, F condition) {
    for (double end = seconds() + limit; seconds() < end; pause_millis(5))
        if (condition()) return true;
    return condition();
}

/// Only the program, with stdio and nothing else open.
inline PlanBuilder plain(const std::vector<std::string> &args) {
    PlanBuilder p;
    p.step(LC_STDIO).step(LC_CLOSE_FDS, 0, 3).exec(args);
    return p;
}

constexpr uint64_t kPrivate = 0x44000;             // MS_REC | MS_PRIVATE
constexpr uint64_t kClone = 1, kCloneAll = 0x8001; // OPEN_TREE_CLONE, and with AT_RECURSIVE
constexpr uint32_t kInsideSlot = 40;

/// What makes the output of one verb per line easy to take apart.
inline std::vector<std::string> lines(const std::string &text) {
    std::vector<std::string> all;
    for (size_t at = 0, end; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
        all.push_back(text.substr(at, end - at));
    return all;
}

inline std::string last_word(const std::string &line) { return line.substr(line.rfind(' ') + 1); }

/// A mount namespace in which a directory has become LC_SLOT_ROOT, and `inside` lies in it.
inline PlanBuilder in_root(const TempDirectory &root, PlanBuilder p = {}) {
    p.header.clone_flags |= CLONE_NEWNS;
    p.step(LC_MOUNT_PROPAGATION, 0, kPrivate).a("/");
    p.step(LC_OPEN_TREE, 0, kCloneAll).a(root.path()).c(LC_SLOT_ROOT);
    p.step(LC_ATTACH, LC_SLOT_ROOT, 1).a(root.path());
    p.step(LC_OPEN_TREE, 0, kClone).a(inside()).c(kInsideSlot);
    p.step(LC_ATTACH, kInsideSlot).a("/inside");
    return p;
}

/// Steps of a user namespace whose ids are the host's.
inline PlanBuilder in_user_namespace() {
    PlanBuilder p;
    p.header.clone_flags = CLONE_NEWUSER | CLONE_NEWPID;
    p.header.flags = LC_PLAN_CHANGES_IDS;
    p.map_ids("0 0 65536\n", "0 0 65536\n");
    p.step(LC_AWAIT_ID_MAPS).step(LC_SETRESGID).step(LC_SETRESUID);
    return p;
}

/// Goes into LC_SLOT_ROOT and asks what can be seen there.
inline PlanBuilder &look(PlanBuilder &p, std::vector<std::string> verbs) {
    verbs.insert(verbs.begin(), "/inside");
    p.step(LC_PIVOT_ROOT).step(LC_STDIO).step(LC_CLOSE_FDS, 0, 3).exec(verbs);
    return p;
}
