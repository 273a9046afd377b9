// Who dies when: no call hangs because a helper was killed, nobody outlives whom it should not, others are left alone.
#include "fixture.h"
#include <algorithm>
#include <atomic>
#include <sys/resource.h>
#include <thread>

namespace {

/// A FIFO that nobody writes to: a step that opens it for reading waits until somebody does.
struct Gate {
    TempDirectory directory;
    std::string path = directory.at("gate");
    Gate() { REQUIRE(mkfifo(path.c_str(), 0600) == 0); }
    void hold(PlanBuilder &p) const { p.step(LC_OPEN_HOST, 0, O_RDONLY).a(path).c(20); }
};

/// A spawn in another thread, which may be slow.
struct SlowSpawn {
    std::atomic<bool> done{false};
    int32_t returned = 0;
    lc_result result{};
    std::thread thread;
    SlowSpawn(Fixture &f, int32_t tmpl) {
        thread = std::thread([this, &f, tmpl] {
            returned = lc_spawn(f.engine, f.loaded, tmpl, &f.request, &result);
            done = true;
        });
    }
    bool ended(double limit) {
        bool yes = within(limit, [&] { return done.load(); });
        return yes;
    }
    ~SlowSpawn() { thread.join(); }
};

struct Template {
    lc_result result{};
    int32_t fd;
    explicit Template(Fixture &f) : fd(lc_template_open(f.engine, f.loaded, &f.request, &result)) { REQUIRE(fd >= 0); }
    int32_t pid() const { return result.pid; }
    void end() {
        if (fd < 0) return;
        lc_close(fd);
        fd = -1;
        lc_exit exit;
        CHECK(lc_wait(result.pidfd, 5000000, &exit) == 1);
        lc_close(result.pidfd);
    }
    ~Template() { end(); }
};

bool stopped(int pid) { return ProcessStat(pid).state == 'T'; }

/// The children of this process, but for the spawner.
std::vector<int> others(Fixture &f) {
    std::vector<int> all = children_of(getpid());
    all.erase(std::remove(all.begin(), all.end(), lc_engine_pid(f.engine)), all.end());
    return all;
}

size_t count_others(Fixture &f) { return others(f).size(); }

void kill_others(Fixture &f) {
    for (int pid : others(f)) kill(pid, SIGKILL);
}

constexpr double kLimit = 2.5; // the library looks up once a second

} // namespace

TEST_CASE("without a spawner a spawn fails at once") {
    Fixture f;
    auto p = plain({"/bin/true"});
    f.load(p);
    kill(lc_engine_pid(f.engine), SIGKILL);
    CHECK(within(1, [&] { return !runs(lc_engine_pid(f.engine)); }));
    for (int i = 0; i < 3; i++) {
        double start = seconds();
        CHECK(f.spawn() == -EPIPE);
        CHECK(f.result.report.kind == LC_FAULT);
        CHECK(f.result.report.step == -1);
        CHECK(seconds() - start < 0.5);
    }
    CHECK(count_others(f) == 0);
}

TEST_CASE("a spawner that dies with a request before it ends the spawn") {
    Fixture f;
    auto p = plain({"/bin/true"});
    f.load(p);
    kill(lc_engine_pid(f.engine), SIGSTOP);
    REQUIRE(within(1, [&] { return stopped(lc_engine_pid(f.engine)); }));
    {
        SlowSpawn spawn(f, -1);
        pause_millis(50);
        CHECK_FALSE(spawn.done);
        kill(lc_engine_pid(f.engine), SIGKILL);
        CHECK(spawn.ended(kLimit));
        CHECK(spawn.returned == -EPIPE);
        CHECK(spawn.result.report.aux == LC_AT_DEAD_SPAWNER);
    }
    CHECK(count_others(f) == 0);
}

TEST_CASE("a spawner that dies with a child on its way ends the spawn and the child") {
    Fixture f;
    Gate gate;
    PlanBuilder p;
    gate.hold(p);
    p.step(LC_STDIO).exec({"/bin/true"});
    f.load(p);
    SlowSpawn spawn(f, -1);
    pause_millis(100);
    CHECK(count_others(f) == 1);
    kill(lc_engine_pid(f.engine), SIGKILL);
    CHECK(spawn.ended(kLimit));
    CHECK(spawn.returned < 0);
    CHECK(count_others(f) == 0);
    int open_it = open(gate.path.c_str(), O_WRONLY | O_NONBLOCK); // were it there still, let it go
    spawn.ended(10);
    close(open_it);
}

TEST_CASE("a template that dies with a request before it ends the spawn, and its engine lives on") {
    Fixture f;
    auto p = plain({"/bin/true"});
    f.load(p);
    Template t(f);
    kill(t.pid(), SIGSTOP);
    REQUIRE(within(1, [&] { return stopped(t.pid()); }));
    {
        SlowSpawn spawn(f, t.fd);
        pause_millis(50);
        CHECK_FALSE(spawn.done);
        kill(t.pid(), SIGKILL);
        CHECK(spawn.ended(kLimit));
        CHECK(spawn.returned == -EPIPE);
    }
    CHECK(f.spawn(t.fd) < 0);
    t.end();
    REQUIRE(f.spawn() > 0);
    CHECK(f.finish().status == 0);
}

TEST_CASE("a child whose template dies on its way arrives") {
    Fixture f;
    Gate gate;
    PlanBuilder p;
    gate.hold(p);
    p.step(LC_STDIO).exec({inside(), "sleep", "4000", "--", "exit", "8"});
    f.load(p);
    Template t(f);
    SlowSpawn spawn(f, t.fd);
    pause_millis(100);
    CHECK_FALSE(spawn.done);
    kill(t.pid(), SIGKILL);
    int writer = open(gate.path.c_str(), O_WRONLY);
    CHECK(spawn.ended(kLimit)); // and not only when the program ends
    REQUIRE(spawn.returned > 0);
    lc_exit exit;
    CHECK(lc_pidfd_signal(spawn.result.pidfd, SIGTERM) == 0);
    CHECK(lc_wait(spawn.result.pidfd, 5000000, &exit) == 1);
    CHECK(exit.code == CLD_KILLED);
    CHECK_FALSE(exit.before_exec);
    lc_close(spawn.result.pidfd);
    close(writer);
}

TEST_CASE("a template that is killed while it runs its steps fails to open") {
    Fixture f;
    Gate gate;
    PlanBuilder p;
    gate.hold(p);
    p.end_template();
    p.exec({"/bin/true"});
    f.load(p);
    std::thread killer([&] {
        pause_millis(100);
        kill_others(f);
    });
    double start = seconds();
    CHECK(lc_template_open(f.engine, f.loaded, &f.request, &f.result) < 0);
    CHECK(seconds() - start < kLimit);
    CHECK(f.result.report.kind == LC_KILLED);
    killer.join();
    CHECK(count_others(f) == 0);
}

TEST_CASE("a child killed on its way is told as killed, with its step") {
    Fixture f;
    Gate gate;
    PlanBuilder p;
    p.step(LC_UMASK);
    gate.hold(p);
    p.exec({"/bin/true"});
    f.load(p);
    SlowSpawn spawn(f, -1);
    pause_millis(50);
    kill_others(f);
    CHECK(spawn.ended(0.5)); // the kernel's own word, not a time-out
    CHECK(spawn.result.report.kind == LC_KILLED);
    CHECK(spawn.result.report.step == 1);
    CHECK(spawn.result.report.aux == SIGKILL);
    CHECK(count_others(f) == 0);
}

TEST_CASE("the end of a template ends none of the spawns beside it") {
    Fixture f;
    auto p = plain({inside(), "sleep", "1"});
    f.load(p);
    std::atomic<bool> end{false};
    std::thread templates([&] {
        while (!end) Template(f).end();
    });
    int good = 0;
    for (int i = 0; i < 400; i++) {
        if (f.spawn() < 0) continue;
        lc_exit exit = f.finish();
        good += exit.code == CLD_EXITED && exit.status == 0;
    }
    end = true;
    templates.join();
    CHECK(good == 400);
}

TEST_CASE("a spawner that cannot start is an error of the engine's") {
#ifdef __SANITIZE_ADDRESS__
    MESSAGE("skipped: a sanitizer takes more memory than the spawner");
    return;
#endif
    int pipes[2];
    REQUIRE(pipe(pipes) == 0);
    pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) { // the spawner needs 3 MiB of private memory that this process does not
        rlimit limit{3u << 20, RLIM_INFINITY};
        setrlimit(RLIMIT_DATA, &limit);
        int64_t engine;
        lc_report report;
        int32_t r = lc_engine_open(LC_ENGINE_SPAWNER, &engine, &report);
        ssize_t n = write(pipes[1], &r, sizeof r);
        _exit(n < 0);
    }
    int32_t r = 0;
    close(pipes[1]);
    alarm(50);
    std::thread watch([&] {
        if (!within(kLimit, [&] { return !runs(pid); })) kill(pid, SIGKILL);
    });
    ssize_t n = read(pipes[0], &r, sizeof r);
    watch.join();
    alarm(0);
    waitpid(pid, nullptr, 0);
    CHECK(n == sizeof r);
    if (r == -ENOMEM)
        MESSAGE("skipped: this process is itself too big");
    else
        CHECK(r == -EPIPE);
    close(pipes[0]);
}

TEST_CASE("spawner, templates and children with a PDEATHSIG step go with their process, also on the way") {
    Gate gate;
    int pipes[2];
    REQUIRE(pipe2(pipes, O_CLOEXEC) == 0);
    pid_t library = fork();
    REQUIRE(library >= 0);
    if (library == 0) { // nothing of doctest may run here
        Fixture f;
        PlanBuilder p, held;
        p.step(LC_PDEATHSIG, 0, SIGKILL).step(LC_STDIO).step(LC_CLOSE_FDS, 0, 3).exec({inside(), "sleep", "60000"});
        f.load(p);
        lc_result opened;
        int32_t tmpl = lc_template_open(f.engine, f.loaded, &f.request, &opened);
        int32_t pids[4] = {lc_engine_pid(f.engine), opened.pid, f.spawn(), f.spawn(tmpl)};
        bool good = write(pipes[1], pids, sizeof pids) == sizeof pids;
        gate.hold(held);
        held.exec({"/bin/true"});
        f.load(held);
        f.spawn(); // does not return
        _exit(good);
    }
    close(pipes[1]);
    int32_t pids[4] = {};
    REQUIRE(read(pipes[0], pids, sizeof pids) == sizeof pids);
    close(pipes[0]);
    pause_millis(50);
    std::vector<int> all = children_of(library);
    CHECK(all.size() == 5); // those four, and the one that is held
    for (int32_t pid : pids) CHECK(runs(pid));
    kill(library, SIGKILL);
    waitpid(library, nullptr, 0);
    CHECK(within(1, [&] {
        bool any = false;
        for (int pid : all) any |= runs(pid);
        return !any;
    }));
}

TEST_CASE("children without a PDEATHSIG step outlive their engine") {
    int32_t pidfd = -1;
    {
        Fixture f;
        auto p = plain({inside(), "sleep", "300", "--", "exit", "9"});
        f.load(p);
        REQUIRE(f.spawn() > 0);
        pidfd = f.result.pidfd;
    }
    lc_exit exit;
    CHECK(lc_wait(pidfd, 5000000, &exit) == 1);
    CHECK(exit.status == 9);
    lc_close(pidfd);
}
