// What there is only so much of: spawns at once, plans, fds.
#include "fixture.h"
#include <atomic>
#include <sys/resource.h>
#include <thread>

TEST_CASE("of more spawns than can be under way the last wait for their turn") {
    Fixture f;
    TempDirectory d;
    REQUIRE(mkfifo(d.at("gate").c_str(), 0600) == 0);
    PlanBuilder p;
    p.step(LC_OPEN_HOST, 0, O_RDONLY).a(d.at("gate")).c(20).step(LC_STDIO).step(LC_CLOSE_FDS, 0, 3).exec({"/bin/true"});
    f.load(p);
    std::atomic<int> good{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 80; i++)
        threads.emplace_back([&] {
            lc_result result;
            lc_exit exit;
            if (lc_spawn(f.engine, f.loaded, -1, &f.request, &result) < 0) return;
            good += lc_wait(result.pidfd, 10000000, &exit) == 1 && exit.status == 0;
            lc_close(result.pidfd);
        });
    CHECK(within(5, [] { return count_children() == 65; })); // 64, and the spawner
    pause_millis(50);
    CHECK(count_children() == 65);
    int gate = open(d.at("gate").c_str(), O_WRONLY | O_CLOEXEC);
    for (auto &t : threads) t.join();
    close(gate);
    CHECK(good == 80);
    CHECK(count_children() == 1);
}

TEST_CASE("an engine holds many plans, each where it was, until there are too many") {
    Fixture f(LC_ENGINE_IN_PROCESS);
    std::vector<int64_t> loaded;
    auto add = [&](int status) {
        auto plan = plain({inside(), "exit", std::to_string(status)}).build();
        int64_t one = 0;
        uint32_t bad = 0;
        int32_t r = lc_plan_load(f.engine, plan.data(), static_cast<uint32_t>(plan.size()), &one, &bad);
        if (r == 0) loaded.push_back(one);
        return r;
    };
    int32_t r = 0;
    while (loaded.size() < 100000 && (r = add(static_cast<int>(loaded.size() % 100))) == 0) continue;
    CHECK(r == -ENOMEM);
    CHECK(loaded.size() >= 1000);
    for (size_t i : {size_t{0}, size_t{77}, loaded.size() - 1}) {
        f.loaded = loaded[i];
        REQUIRE(f.spawn() > 0);
        CHECK(f.finish().status == static_cast<int>(i % 100));
    }
    CHECK(lc_plan_unload(f.engine, loaded[500]) == 0);
    CHECK(lc_plan_unload(f.engine, loaded[500]) == -ENOENT);
    CHECK(add(42) == 0);
    f.loaded = loaded.back();
    REQUIRE(f.spawn() > 0);
    CHECK(f.finish().status == 42);
    std::vector<uint8_t> huge(64u << 20);
    uint32_t bad = 0;
    int64_t none = 0;
    CHECK(lc_plan_unload(f.engine, loaded[3]) == 0);
    CHECK(lc_plan_load(f.engine, huge.data(), static_cast<uint32_t>(huge.size()), &none, &bad) == -ENOMEM);
}

TEST_CASE("more fds than the spawner may have fail the spawn and cost it nothing") {
    rlimit all, few;
    getrlimit(RLIMIT_NOFILE, &all);
    few = all;
    few.rlim_cur = 32;
    setrlimit(RLIMIT_NOFILE, &few); // the spawner keeps what it is born with
    Fixture f;
    setrlimit(RLIMIT_NOFILE, &all);
    PlanBuilder p;
    for (uint32_t slot = LC_SLOT_FIRST_FREE; slot < LC_SLOT_FIRST_FREE + LC_REQUEST_SLOTS; slot++)
        p.header.bound_mask |= 1ull << slot;
    p.header.child_mask = p.header.bound_mask;
    for (uint32_t slot = 30; slot < 50; slot++) { // as many again, of the host's making
        p.step(LC_OPEN_AT, LC_SLOT_FIRST_FREE, O_RDONLY).a("/dev/null").c(slot);
        p.header.child_mask |= 1ull << slot;
    }
    p.end_host();
    p.exec({"/bin/true"});
    for (auto &slot : f.request.slots) slot = 0;
    int fds = count_fds();
    for (int i = 0; i < 5; i++) {
        CHECK(f.run_to_fault(p) == -EMFILE);
        CHECK(f.result.report.aux == LC_AT_SEND);
    }
    CHECK(count_fds() == fds);
    auto simple = plain({"/bin/true"});
    f.load(simple);
    for (int i = 0; i < 50; i++) {
        REQUIRE(f.spawn() > 0);
        f.finish();
    }
}

TEST_CASE("a process without a free fd spawns nothing and loses nothing") {
    Fixture f;
    auto p = plain({"/bin/true"});
    f.load(p);
    f.request.stdio[0] = f.request.stdio[1] = f.request.stdio[2] = LC_STDIO_PIPE;
    rlimit all, none;
    getrlimit(RLIMIT_NOFILE, &all);
    int fds = count_fds(), lowest = dup(0);
    close(lowest);
    bool enough = false;
    for (int free = 0; !enough && free < 64; free++) { // each number of fds fails at another place
        none = all;
        none.rlim_cur = static_cast<rlim_t>(lowest + free);
        setrlimit(RLIMIT_NOFILE, &none);
        int32_t pid = f.spawn();
        setrlimit(RLIMIT_NOFILE, &all);
        if (pid > 0) {
            for (int fd : f.result.stdio) close(fd);
            f.finish();
        } else {
            CHECK(pid == -EMFILE);
        }
        enough = pid > 0;
        if (enough) CHECK(free >= 7); // two for each pipe, and the pidfd
        CHECK(count_fds() == fds);
        CHECK(count_children() == 1);
    }
    CHECK(enough);
}
