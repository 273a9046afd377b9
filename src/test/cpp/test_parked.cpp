// Children that outlive whoever asked for them: the wait for start, hooks on the way, answers in between.
#include "fixture.h"
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

namespace {

constexpr uint32_t kGate = LC_SLOT_FIRST_FREE, kState = kGate + 1, kReports = kGate + 2;

/// Runs what `before` has, parks, runs what `after` adds, and then `inside`.
struct Parked : Fixture {
    TempDirectory dir;
    PlanBuilder plan;
    int32_t gate = -1, state = -1, reports = -1;
    int64_t held = 0;

    Parked() {
        plan.header.flags = LC_PLAN_PARKS;
        plan.header.bound_mask = plan.header.child_mask = 1u << kGate | 1u << kState | 1u << kReports;
        int32_t at = open(dir.path().c_str(), O_PATH | O_CLOEXEC);
        gate = lc_fifo(at, "start", 0600);
        reports = lc_fifo(at, "reports", 0600);
        REQUIRE(gate >= 0);
        REQUIRE(reports >= 0);
        close(at);
        state = lc_memory_file(reinterpret_cast<const uint8_t *>("{state}"), 7);
        REQUIRE(state >= 0);
        bind(kGate, gate);
        bind(kState, state);
        bind(kReports, reports);
    }
    ~Parked() { close(gate), close(state), close(reports); }
    Parked(const Parked &) = delete;
    Parked &operator=(const Parked &) = delete;

    PlanBuilder &park() {
        plan.step(LC_STDIO).step(LC_CLOSE_FDS, kGate, 3).a(kReports).c(kState);
        return plan.step(LC_AWAIT_START, kGate).a(kReports);
    }
    int32_t begin(const std::vector<std::string> &args) {
        plan.exec(args);
        load(plan);
        return lc_spawn_begin(engine, loaded, -1, &request, &result, &held);
    }
    int32_t answer(int32_t go) { return lc_spawn_continue(held, go, &result); }

    /// Starts the child; what it reports until it is gone from that socket.
    std::vector<lc_report> start() {
        int32_t fd = open(dir.at("reports").c_str(), O_RDONLY | O_CLOEXEC);
        close(reports), reports = -1; // the child's is the last one that can write
        REQUIRE(fd >= 0);
        REQUIRE(write(gate, "s", 1) == 1);
        std::vector<lc_report> all;
        lc_report one;
        while (read(fd, &one, sizeof one) == sizeof one) all.push_back(one);
        close(fd);
        return all;
    }
};

std::string link_of(int pid, const std::string &name) {
    char target[256] = {};
    std::string path = "/proc/" + std::to_string(pid) + "/" + name;
    return readlink(path.c_str(), target, sizeof target - 1) < 0 ? "" : target;
}

} // namespace

TEST_CASE("a parked child waits until it is started, then tells that its program begins") {
    Parked f;
    f.request.stdio[1] = LC_STDIO_PIPE;
    f.park();
    REQUIRE(f.begin({inside(), "args", "hello"}) > 0);
    CHECK(f.result.report.kind == LC_PARKED);
    CHECK(f.held == 0);
    CHECK(runs(f.result.pid));
    CHECK(link_of(f.result.pid, "exe").find("/memfd:lc:spawner") == 0);

    auto reports = f.start();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].kind == LC_RUNNING);
    CHECK(f.read_output() == "hello\n");
    CHECK(f.finish().status == 0);
}

TEST_CASE("a parked child needs neither its engine nor its plan any more") {
    Parked f;
    f.park();
    REQUIRE(f.begin({inside(), "exit", "7"}) > 0);
    lc_plan_unload(f.engine, f.loaded);
    PlanBuilder other = plain({inside(), "exit", "3", "--", "some", "other", "text", "of", "about", "that", "size"});
    f.load(other); // where the first plan was
    lc_engine_close(f.engine);
    REQUIRE(lc_engine_open(LC_ENGINE_SPAWNER, &f.engine, &f.report) == 0);
    CHECK(runs(f.result.pid));

    auto reports = f.start();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].kind == LC_RUNNING);
    CHECK(f.finish().status == 7);
}

TEST_CASE("a failure after the start goes to whoever started it") {
    Parked f;
    f.park();
    REQUIRE(f.begin({"/missing"}) > 0);
    auto reports = f.start();
    REQUIRE(reports.size() == 2);
    CHECK(reports[0].kind == LC_RUNNING);
    CHECK(reports[1].kind == LC_FAULT);
    CHECK(reports[1].err == ENOENT);
    CHECK(reports[1].step == static_cast<int32_t>(f.plan.steps.size()) - 1);
    CHECK(f.finish().status == 127);
}

TEST_CASE("while it waits it has no fd but its streams, the gate, its state and where it reports") {
    Parked f;
    f.park();
    REQUIRE(f.begin({inside(), "exit", "0"}) > 0);
    int n = 0;
    std::string path = "/proc/" + std::to_string(f.result.pid) + "/fd";
    DIR *d = opendir(path.c_str());
    REQUIRE(d != nullptr);
    while (dirent *entry = readdir(d)) n += entry->d_name[0] != '.';
    closedir(d);
    CHECK(n == 6);
    f.start();
    f.finish();
}

TEST_CASE("a failure before it is parked is the spawn's") {
    Parked f;
    f.plan.step(LC_FIND_PROGRAM).candidates({"/missing/one", "/missing/two"});
    f.park();
    CHECK(f.begin({"/missing"}) == -ENOENT);
    CHECK(f.result.report.kind == LC_FAULT);
    CHECK(f.result.report.step == 0);
    CHECK(children_of(getpid()).size() == 1); // the spawner
}

TEST_CASE("a child that is killed before it is parked is noticed") {
    Parked f;
    f.plan.step(LC_AWAIT_HOST, 0, 1);
    f.park();
    REQUIRE(f.begin({inside(), "exit", "0"}) > 0);
    REQUIRE(f.result.report.kind == LC_WAITING);
    kill(f.result.pid, SIGKILL);
    CHECK(f.answer(1) < 0);
    CHECK(f.result.report.kind == LC_KILLED);
    CHECK(f.result.report.aux == SIGKILL);
}

TEST_CASE("a directory is no program, and a file without a right to execute is none") {
    for (auto &pair : std::vector<std::pair<std::string, int>>{{"/etc", EISDIR}, {"/etc/passwd", EACCES}}) {
        PlanBuilder p;
        p.step(LC_FIND_PROGRAM).candidates({"/missing", pair.first}).exec({pair.first});
        Fixture f;
        CHECK(f.run_to_fault(p) == -pair.second);
    }
}

TEST_CASE("hooks run in turn, each reads the state, and a failing one ends it all") {
    Parked f;
    std::string out = f.dir.at("out");
    f.plan.hook({"/bin/sh", "-c", "cat >> " + out + "; echo \" $HOOK $0\" >> " + out, "one"}, kState);
    f.plan.hook({"/bin/sh", "-c", "cat >> " + out + "; echo two >> " + out}, kState);
    f.park().hook({"/bin/sh", "-c", "cat >> " + out + "; exit 3"}, kState);
    REQUIRE(f.begin({inside(), "exit", "0"}) > 0);
    auto text = [&] {
        std::string all;
        FILE *file = fopen(out.c_str(), "re");
        for (int ch; file && (ch = fgetc(file)) != EOF;) all += static_cast<char>(ch);
        if (file) fclose(file);
        return all;
    };
    CHECK(text() == "{state} 1 one\n{state}two\n");

    auto reports = f.start();
    REQUIRE(reports.size() == 1);
    CHECK(reports[0].kind == LC_FAULT);
    CHECK(reports[0].err == ECHILD);
    CHECK(reports[0].aux == 3);
    CHECK(text() == "{state} 1 one\n{state}two\n{state}");
    CHECK(f.finish().status == 127);
}

TEST_CASE("a hook that takes too long is killed") {
    Parked f;
    f.plan.hook({"/bin/sleep", "1000"}, kState, 1);
    f.park();
    double begun = seconds();
    CHECK(f.begin({inside(), "exit", "0"}) == -ETIMEDOUT);
    CHECK(seconds() - begun < 5);
}

TEST_CASE("a child that waits for an answer goes on or fails, as it is told") {
    for (int go : {1, 0}) {
        Parked f;
        f.plan.step(LC_AWAIT_HOST, 0, 1).step(LC_AWAIT_HOST, 0, 1);
        f.park();
        REQUIRE(f.begin({inside(), "exit", "0"}) > 0);
        REQUIRE(f.result.report.kind == LC_WAITING);
        CHECK(f.result.report.step == 0);
        REQUIRE(f.answer(1) > 0);
        REQUIRE(f.result.report.kind == LC_WAITING);
        CHECK(f.result.report.step == 1);
        CHECK((f.answer(go) > 0) == (go == 1));
        CHECK(f.result.report.kind == (go ? LC_PARKED : LC_FAULT));
        if (!go) continue;
        f.start();
        f.finish();
    }
}

TEST_CASE("whoever spawns in one call cannot be asked") {
    PlanBuilder p;
    p.step(LC_AWAIT_HOST, 0, 1).exec({inside(), "exit", "0"});
    Fixture f;
    CHECK(f.run_to_fault(p) == -ECANCELED);
}

TEST_CASE("a filter's listener can be fetched before the program begins") {
    NEEDS_ROOT();
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    PlanBuilder p;
    p.step(LC_STDIO).step(LC_NO_NEW_PRIVS);
    p.step(LC_SECCOMP, 4, SECCOMP_FILTER_FLAG_NEW_LISTENER).c(p.bytes(filter, sizeof filter));
    p.exec({inside(), "exit", "0"});
    Fixture f;
    f.load(p);
    int64_t held = 0;
    REQUIRE(lc_spawn_begin(f.engine, f.loaded, -1, &f.request, &f.result, &held) > 0);
    REQUIRE(f.result.report.kind == LC_WAITING);
    int32_t listener = lc_pidfd_getfd(f.result.pidfd, f.result.report.aux);
    CHECK(listener >= 0);
    CHECK(link_of(getpid(), "fd/" + std::to_string(listener)).find("seccomp notify") != std::string::npos);
    CHECK(lc_spawn_continue(held, 1, &f.result) > 0);
    CHECK(f.result.report.kind == LC_RUNNING);
    close(listener);
    f.finish();
}

TEST_CASE("fds can be placed at numbers where others were") {
    constexpr uint32_t first = LC_SLOT_FIRST_FREE;
    PlanBuilder p;
    TempDirectory dir;
    for (uint32_t i = 0; i < 6; i++) {
        dir.write(std::to_string(i), "");
        p.step(LC_OPEN_HOST, 0, O_RDONLY).a(dir.at(std::to_string(i))).c(first + i);
    }
    p.step(LC_STDIO);
    for (uint32_t i = 0; i < 6; i++) p.step(LC_DUP_FD, first + i, 8 - i);
    p.step(LC_CLOSE_FDS, 0, 9).exec({inside(), "fds"});
    Fixture f;
    std::string out = f.run(p);
    for (int i = 0; i < 6; i++)
        CHECK_MESSAGE(out.find(std::to_string(8 - i) + " " + dir.at(std::to_string(i)) + "\n") != std::string::npos,
                      out);
}

TEST_CASE("a socket is reached below a directory whose path is longer than an address") {
    TempDirectory dir;
    std::string path = dir.path();
    for (int i = 0; i < 4; i++) {
        path += "/" + std::string(60, 'x');
        REQUIRE(mkdir(path.c_str(), 0700) == 0);
    }
    int32_t at = open(path.c_str(), O_PATH | O_CLOEXEC);
    int32_t server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{AF_UNIX, {}};
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/socket", at);
    REQUIRE(bind(server, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
    CHECK(lc_socket_connect(at, "socket") == -ECONNREFUSED);
    REQUIRE(listen(server, 1) == 0);
    int32_t client = lc_socket_connect(at, "socket");
    CHECK(client >= 0);
    close(client), close(server), close(at);
}
