// Steps about the process: what `inside` is born with, on the host's own root.
#include "fixture.h"
#include <algorithm>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/syscall.h>

namespace {

/// What `inside` says after one step, or more.
std::string after(PlanBuilder &p, std::vector<std::string> verbs, int32_t kind = LC_ENGINE_SPAWNER) {
    verbs.insert(verbs.begin(), inside());
    p.step(LC_STDIO).step(LC_CLOSE_FDS, 0, 3).exec(verbs, {"A=1"});
    Fixture f(kind);
    return f.run(p);
}

constexpr uint64_t kChown = 1, kKill = 1 << 5, kNetBind = 1 << 10;

std::string hex(uint64_t v) {
    char text[17];
    snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(v));
    return text;
}

std::string caps(uint64_t effective, uint64_t permitted, uint64_t inheritable, uint64_t bounding, uint64_t ambient) {
    return "effective " + hex(effective) + "\npermitted " + hex(permitted) + "\ninheritable " + hex(inheritable) +
           "\nbounding " + hex(bounding) + "\nambient " + hex(ambient) + "\n";
}

} // namespace

TEST_CASE("a program has fds 0, 1 and 2, whatever this process has open") {
    int stray = dup(0), high = fcntl(0, F_DUPFD, 200); // neither is CLOEXEC
    for (int32_t kind : {LC_ENGINE_SPAWNER, LC_ENGINE_IN_PROCESS}) {
        PlanBuilder p;
        std::string out = after(p, {"fds"}, kind);
        CHECK(out.find("0 /dev/null\n1 pipe:[") == 0);
        CHECK(out.find("\n2 /dev/null\n") != std::string::npos);
        CHECK(std::count(out.begin(), out.end(), '\n') == 3);
    }
    close(stray), close(high);
}

TEST_CASE("without CLOSE_FDS a program still gets nothing of the spawner's") {
    PlanBuilder p;
    p.step(LC_STDIO).exec({inside(), "fds"});
    Fixture f;
    std::string out = f.run(p);
    CHECK_MESSAGE(std::count(out.begin(), out.end(), '\n') == 3, out);
}

TEST_CASE("an fd is passed at the number that its step names") {
    PlanBuilder p;
    p.step(LC_OPEN_HOST, 0, O_RDONLY)
        .a("/etc/passwd")
        .c(6)
        .step(LC_STDIO)
        .step(LC_DUP_FD, 6, 3)
        .step(LC_CLOSE_FDS, 0, 4);
    p.exec({inside(), "fds"});
    Fixture f;
    CHECK(f.run(p).find("\n3 /etc/passwd\n") != std::string::npos);
}

TEST_CASE("no signal is blocked and none ignored, whatever this process blocks and ignores") {
    sigset_t all, old;
    sigfillset(&all);
    struct sigaction ignore = {}, was[65] = {};
    ignore.sa_handler = SIG_IGN;
    const int ignored[] = {SIGPIPE, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGRTMIN, SIGRTMAX};
    for (int signal : ignored) sigaction(signal, &ignore, &was[signal]);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    for (int32_t kind : {LC_ENGINE_SPAWNER, LC_ENGINE_IN_PROCESS}) {
        PlanBuilder p;
        CHECK(after(p, {"signals"}, kind) == "blocked 0000000000000000\nignored 0000000000000000\n");
    }
    pthread_sigmask(SIG_SETMASK, &old, nullptr);
    for (int signal : ignored) sigaction(signal, &was[signal], nullptr);
}

TEST_CASE("this process's own mask and handlers survive a spawn") {
    sigset_t before, now;
    pthread_sigmask(SIG_SETMASK, nullptr, &before);
    struct sigaction handler = {}, was, is;
    handler.sa_handler = [](int) {};
    sigaction(SIGUSR2, &handler, &was);
    for (int32_t kind : {LC_ENGINE_SPAWNER, LC_ENGINE_IN_PROCESS}) {
        PlanBuilder p;
        after(p, {"pid"}, kind);
        pthread_sigmask(SIG_SETMASK, nullptr, &now);
        CHECK(memcmp(&before, &now, 8) == 0);
        sigaction(SIGUSR2, nullptr, &is);
        CHECK((is.sa_handler == handler.sa_handler));
    }
    sigaction(SIGUSR2, &was, nullptr);
}

TEST_CASE("limits, umask, cwd, session and environment are those of the plan") {
    PlanBuilder p;
    p.step(LC_RLIMIT, RLIMIT_NOFILE).c(p.u64s({100, 200})).step(LC_RLIMIT, RLIMIT_CORE).c(p.u64s({0, 0}));
    p.step(LC_UMASK, 0, 027)
        .step(LC_CHDIR)
        .a("/usr/lib")
        .step(LC_SETSID)
        .step(LC_SET_NAME)
        .a("a name that is too long");
    CHECK(after(p, {"rlimit", "RLIMIT_NOFILE", "--", "rlimit", "CORE", "--", "umask", "--", "cwd", "--", "env"}) ==
          "100 200\n0 0\n0027\n/usr/lib\nA=1\n");
    PlanBuilder session;
    std::string out = after(session.step(LC_SETSID), {"pid", "--", "sid"});
    CHECK(out.substr(0, out.size() / 2) == out.substr(out.size() / 2));
}

TEST_CASE("a limit above the hard one is refused at its step") {
    rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    PlanBuilder p;
    p.step(LC_UMASK).step(LC_RLIMIT, RLIMIT_NOFILE).c(p.u64s({limit.rlim_max, 1ull << 40})).exec({"/bin/true"});
    Fixture f;
    CHECK(f.run_to_fault(p) == -EPERM);
    CHECK(f.result.report.step == 1);
}

TEST_CASE("scheduling, io priority and personality are those of the plan") {
    PlanBuilder p;
    uint32_t batch = 3, nice = 5;
    p.step(LC_SCHED_SETATTR).c(p.u64s({56 | static_cast<uint64_t>(batch) << 32, 0, nice, 0, 0, 0, 0}));
    p.step(LC_IOPRIO, 0, 2 << 13 | 6).step(LC_PERSONALITY, 0, 0x0040000); // ADDR_NO_RANDOMIZE
    CHECK(after(p, {"sched", "--", "ioprio", "--", "nice", "--", "personality"}) ==
          "SCHED_BATCH nice 5 priority 0\nBE 6\n5\n40000\n");
}

TEST_CASE("ids and groups are those of the plan") {
    NEEDS_ROOT();
    PlanBuilder p, none;
    p.step(LC_SETGROUPS, 2).c(p.u32s({7, 4000000000u})).step(LC_SETRESGID, 0, 34).step(LC_SETRESUID, 0, 12);
    CHECK(after(p, {"ids", "--", "groups"}) == "uid 12 12 12 12\ngid 34 34 34 34\n7 4000000000\n");
    none.step(LC_SETGROUPS);
    CHECK(after(none, {"groups"}) == "\n");
}

TEST_CASE("capability sets are those of the plan and survive the change of ids") {
    NEEDS_ROOT();
    PlanBuilder p;
    uint64_t some = kChown | kNetBind;
    p.step(LC_BOUNDING_KEEP, 0, some | kKill).step(LC_KEEP_CAPS, 0, 1).step(LC_SETRESUID, 0, 1000).step(LC_KEEP_CAPS);
    p.step(LC_CAPSET).c(p.u64s({some, some | kKill, some})).step(LC_AMBIENT, 0, kNetBind);
    CHECK(after(p, {"caps"}) == caps(kNetBind, kNetBind, some, some | kKill, kNetBind));
}

TEST_CASE("root keeps exactly the bounding set, and nothing of it when that is empty") {
    NEEDS_ROOT();
    PlanBuilder some, none;
    some.step(LC_BOUNDING_KEEP, 0, kChown | kKill);
    CHECK(after(some, {"caps"}) == caps(kChown | kKill, kChown | kKill, 0, kChown | kKill, 0));
    none.step(LC_BOUNDING_KEEP).step(LC_CAPSET).c(none.u64s({0, 0, 0}));
    CHECK(after(none, {"caps", "--", "mount-try"}) == caps(0, 0, 0, 0, 0) + "EPERM\n");
}

TEST_CASE("a capability that is not permitted cannot be made ambient") {
    NEEDS_ROOT();
    PlanBuilder p;
    p.step(LC_CAPSET).c(p.u64s({0, 0, 0})).step(LC_AMBIENT, 0, kChown).exec({"/bin/true"});
    Fixture f;
    CHECK(f.run_to_fault(p) == -EPERM);
    CHECK(f.result.report.step == 1);
}

TEST_CASE("a filter holds for the program, and no_new_privs lets anyone set one") {
    const sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mkdirat, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sethostname, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EXDEV),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    PlanBuilder p;
    p.step(LC_NO_NEW_PRIVS).step(LC_SECCOMP, 5).c(p.bytes(filter, sizeof filter));
    std::string nr = std::to_string(SYS_sethostname), mkdirat = std::to_string(SYS_mkdirat);
    CHECK(after(p, {"nnp", "--", "seccomp", "--", "syscall", nr, "0", "0", "--", "syscall", mkdirat, "-1", "0"}) ==
          "1\n2\nEXDEV\nEXDEV\n");
}

TEST_CASE("a filter that the kernel does not take is refused at its step") {
    PlanBuilder p;
    p.step(LC_NO_NEW_PRIVS).step(LC_SECCOMP, 1).c(p.u64s({0})).exec({"/bin/true"});
    Fixture f;
    CHECK(f.run_to_fault(p) == -EINVAL);
    CHECK(f.result.report.step == 1);
}

TEST_CASE("the signal of the parent's death is set in children of the spawner") {
    PlanBuilder p;
    CHECK(after(p.step(LC_PDEATHSIG, 0, SIGTERM), {"pdeathsig"}) == "15\n");
}

TEST_CASE("a file is written in one call, or the step fails") {
    TempDirectory d;
    d.write("file", "");
    Fixture f;
    PlanBuilder p, missing, full;
    p.step(LC_OPEN_HOST, 0, O_PATH | O_DIRECTORY).a(d.path()).c(6).step(LC_WRITE_AT, 6, 5).a("file").c("hello");
    p.step(LC_OPEN_HOST, 0, O_WRONLY | O_APPEND).a(d.at("file")).c(7).step(LC_WRITE, 7).a("world").c(5);
    p.step(LC_STDIO).exec({inside(), "cat", d.at("file")});
    CHECK(f.run(p) == "helloworld");
    missing.step(LC_OPEN_HOST, 0, O_PATH).a(d.path()).c(6).step(LC_WRITE_AT, 6, 1).a("none").c("x").exec({"/bin/true"});
    CHECK(f.run_to_fault(missing) == -ENOENT); // never made
    full.step(LC_OPEN_HOST, 0, O_PATH).a("/dev").c(6).step(LC_WRITE_AT, 6, 1).a("full").c("x").exec({"/bin/true"});
    CHECK(f.run_to_fault(full) == -ENOSPC);
    d.link("link", d.at("file"));
    PlanBuilder link;
    link.step(LC_OPEN_HOST, 0, O_PATH).a(d.path()).c(6).step(LC_WRITE_AT, 6, 1).a("link").c("x").exec({"/bin/true"});
    CHECK(f.run_to_fault(link) == -ELOOP);
}

TEST_CASE("a process runs on the CPUs it is given, and else on all") {
    cpu_set_t all, one, mine;
    REQUIRE(sched_getaffinity(0, sizeof all, &all) == 0);
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
    auto p = plain({inside(), "affinity"});
    Fixture f;
    auto unbound = f.run(p);
    REQUIRE(sched_setaffinity(0, sizeof all, &all) == 0);
    CHECK(sched_getaffinity(0, sizeof mine, &mine) == 0);
    CHECK(unbound == f.run(p));
    PlanBuilder q;
    q.step(LC_SET_AFFINITY, 0, 8).c(q.u64s({1})).step(LC_STDIO).step(LC_CLOSE_FDS, 0, 3).exec({inside(), "affinity"});
    CHECK(f.run(q) == "0\n");
    PlanBuilder r;
    r.step(LC_SET_MEMPOLICY, 1, 7).c(r.u64s({1})).step(LC_STDIO).exec({inside(), "pid"});
    CHECK(f.run_to_fault(r) == -EINVAL); // no whole word
}
