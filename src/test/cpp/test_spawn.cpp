// Spawning itself: outcomes, requests, stdio, many at once. What steps do is tested beside this file.
#include "fixture.h"
#include <atomic>
#include <thread>

namespace {

PlanBuilder plain(const std::vector<std::string> &args) {
    PlanBuilder p;
    p.step(LC_STDIO).step(LC_CLOSE_FDS, 0, 3).exec(args);
    return p;
}

} // namespace

TEST_CASE("a child runs and its exit code comes back, by either engine") {
    for (int32_t kind : {LC_ENGINE_SPAWNER, LC_ENGINE_IN_PROCESS}) {
        Fixture f(kind);
        auto p = plain({"/bin/sh", "-c", "exit 7"});
        f.load(p);
        REQUIRE(f.spawn() > 0);
        CHECK(f.result.report.kind == LC_RUNNING);
        lc_exit exit = f.finish();
        CHECK(exit.code == CLD_EXITED);
        CHECK(exit.status == 7);
    }
}

TEST_CASE("output comes through a pipe, arguments through a request") {
    Fixture f;
    auto p = plain({"/bin/echo", "from the plan"});
    f.load(p);
    f.request.stdio[1] = LC_STDIO_PIPE;
    REQUIRE(f.spawn() > 0);
    CHECK(f.read_output() == "from the plan\n");
    CHECK(f.finish().status == 0);

    struct {
        lc_request request;
        uint64_t vector[4];
        char text[32];
    } big{f.request, {2, sizeof(lc_request) + 32, sizeof(lc_request) + 37, 0}, "echo\0from the request"};
    big.request.size = sizeof big;
    big.request.params[LC_PARAM_ARGV] = sizeof(lc_request);
    REQUIRE(lc_spawn(f.engine, f.loaded, -1, &big.request, &f.result) > 0);
    CHECK(f.read_output() == "from the request\n");
    CHECK(f.finish().status == 0);
}

TEST_CASE("a failing step is named with its errno and leaves no child") {
    Fixture f;
    PlanBuilder p;
    p.step(LC_STDIO).step(LC_CHDIR).a(p.text("/no/such/place")).exec({"/bin/true"});
    f.load(p);
    CHECK(f.spawn() == -ENOENT);
    CHECK(f.result.report.kind == LC_FAULT);
    CHECK(f.result.report.step == 1);
    CHECK(f.result.report.err == ENOENT);
    siginfo_t info;
    CHECK(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0); // only the spawner is left
    CHECK(info.si_pid == 0);
}

TEST_CASE("a missing program is a fault of the exec step") {
    Fixture f;
    auto p = plain({"/no/such/program"});
    f.load(p);
    CHECK(f.spawn() == -ENOENT);
    CHECK(f.result.report.step == 2);
}

TEST_CASE("a child killed on the way is told from one that failed") {
    Fixture f;
    uint64_t kill_all[] = {0x0000000000000006ull}; // BPF_RET | BPF_K, SECCOMP_RET_KILL_THREAD
    PlanBuilder p;
    p.step(LC_NO_NEW_PRIVS).step(LC_SECCOMP, 1).c(p.bytes(kill_all, 8)).step(LC_UMASK, 0, 022).exec({"/bin/true"});
    f.load(p);
    CHECK(f.spawn() < 0);
    CHECK(f.result.report.kind == LC_KILLED);
    CHECK(f.result.report.step == 2);
    CHECK(f.result.report.aux == SIGSYS);
}

TEST_CASE("namespaces are made in one clone, a template runs its steps once") {
    NEEDS_ROOT();
    Fixture f;
    PlanBuilder p;
    p.header.clone_flags = CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNS;
    p.step(LC_UNSHARE, 0, CLONE_NEWNS);
    p.steps.back().flags = LC_STEP_TEMPLATE_ONLY;
    p.step(LC_MOUNT_PROPAGATION, 0, 0x44000).a(p.text("/")); // MS_REC | MS_PRIVATE
    p.header.template_end = 2;
    p.step(LC_SETHOSTNAME).a(p.text("inner")).step(LC_STDIO).exec({"/bin/sh", "-c", "echo $$ $(hostname)"});
    f.load(p);
    f.request.stdio[1] = LC_STDIO_PIPE;
    REQUIRE(f.spawn() > 0);
    CHECK(f.read_output() == "1 inner\n");
    CHECK(f.finish().status == 0);
    lc_request plain_request = f.request;
    plain_request.stdio[1] = LC_STDIO_NULL;
    int32_t tmpl = lc_template_open(f.engine, f.loaded, &plain_request, &f.result);
    REQUIRE(tmpl >= 0);
    int32_t template_pidfd = f.result.pidfd;
    for (int i = 0; i < 3; i++) {
        REQUIRE(f.spawn(tmpl) > 0);
        CHECK(f.read_output() == "1 inner\n");
        CHECK(f.finish().status == 0);
    }
    lc_close(tmpl);
    lc_exit exit;
    CHECK(lc_wait(template_pidfd, 5000000, &exit) == 1);
    lc_close(template_pidfd);
}

TEST_CASE("nothing is left behind by a thousand spawns") {
    Fixture f;
    auto p = plain({"/bin/true"});
    f.load(p);
    int before = dup(0);
    close(before);
    for (int i = 0; i < 1000; i++) {
        REQUIRE(f.spawn() > 0);
        CHECK(f.finish().status == 0);
    }
    int after = dup(0);
    close(after);
    CHECK(before == after);
}

TEST_CASE("an unsound plan is refused before anything is cloned") {
    Fixture f;
    auto p = plain({"/bin/true"});
    auto plan = p.build();
    plan[sizeof(lc_plan_header) + 24 * 2 + 4] = 0xff; // candidates of EXECVE
    plan[sizeof(lc_plan_header) + 24 * 2 + 5] = 0xff;
    uint32_t bad = 0;
    CHECK(lc_plan_load(f.engine, plan.data(), static_cast<uint32_t>(plan.size()), &f.loaded, &bad) == -EINVAL);
    CHECK(bad == sizeof(lc_plan_header) + 24 * 2 + 4);
}
