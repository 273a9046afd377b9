// Sandboxes made ahead: parked at a gate until one message says what to run.
#include "fixture.h"
#include <sys/socket.h>

namespace {

struct Ahead : Fixture {
    PlanBuilder plan;
    lc_result taken{};

    Ahead() { plan.header.flags = LC_PLAN_PARKS; }

    /// Makes a child that waits at its gate.
    int32_t park(const std::vector<std::string> &args = {"/missing"}, int32_t tmpl = -1) {
        plan.step(LC_CLOSE_FDS, LC_SLOT_CONSOLE, 3).step(LC_AWAIT_TASK).step(LC_STDIO);
        plan.exec(args);
        load(plan);
        request.stdio[0] = LC_STDIO_TASK;
        return spawn(tmpl);
    }

    /// What it is to run: a request with one vector of arguments.
    std::vector<uint64_t> task(const std::vector<std::string> &args) {
        std::string text;
        std::vector<uint64_t> vector{args.size()};
        const size_t first = sizeof(lc_request) + (args.size() + 2) * 8;
        for (const auto &arg : args) {
            vector.push_back(first + text.size());
            text += arg + '\0';
        }
        vector.push_back(0);
        const size_t exec = first + text.size();
        text += args[0] + '\0' + '\0';
        std::vector<uint64_t> bytes((first + text.size() + 7) / 8);
        lc_request r = request;
        r.size = static_cast<uint32_t>(bytes.size() * 8);
        for (int32_t &fd : r.stdio) fd = LC_STDIO_NULL;
        r.stdio[1] = LC_STDIO_PIPE;
        r.params[LC_PARAM_ARGV] = sizeof r;
        r.params[LC_PARAM_EXEC] = static_cast<uint32_t>(exec);
        auto *at = reinterpret_cast<uint8_t *>(bytes.data());
        memcpy(at, &r, sizeof r);
        memcpy(at + sizeof r, vector.data(), vector.size() * 8);
        memcpy(at + first, text.data(), text.size());
        return bytes;
    }

    int32_t unpark(const std::vector<std::string> &args) {
        auto bytes = task(args);
        return lc_unpark(result.console, reinterpret_cast<const lc_request *>(bytes.data()), &taken);
    }

    std::string output() {
        result.stdio[1] = taken.stdio[1];
        return read_output();
    }
};

bool holds_only_its_gate(int pid) {
    std::string path = "/proc/" + std::to_string(pid) + "/fd";
    DIR *dir = opendir(path.c_str());
    REQUIRE(dir != nullptr);
    int more = 0;
    while (dirent *entry = readdir(dir)) {
        if (entry->d_name[0] == '.') continue;
        char target[256] = {};
        ssize_t n = readlink((path + "/" + entry->d_name).c_str(), target, sizeof target - 1);
        more += n > 0 && strcmp(target, "/dev/null") != 0;
    }
    closedir(dir);
    return more == 1;
}

} // namespace

TEST_CASE("a sandbox made ahead runs what it is given, once") {
    Ahead f;
    REQUIRE(f.park() > 0);
    CHECK(f.result.report.kind == LC_PARKED);
    CHECK(f.result.console >= 0);
    CHECK(holds_only_its_gate(f.result.pid));

    REQUIRE(f.unpark({inside(), "args", "one", "two"}) == 0);
    CHECK(f.taken.report.kind == LC_RUNNING);
    CHECK(f.output() == "one\ntwo\n");
    CHECK(f.finish().status == 0);
    CHECK(f.unpark({inside(), "args"}) == -EPIPE);
    CHECK(f.taken.report.aux == LC_AT_SEND);
    close(f.result.console);
}

TEST_CASE("what a taken sandbox cannot run is the taker's to hear") {
    Ahead f;
    REQUIRE(f.park() > 0);

    CHECK(f.unpark({"/missing"}) == -ENOENT);
    CHECK(f.taken.report.kind == LC_FAULT);
    CHECK(f.taken.report.step == static_cast<int32_t>(f.plan.steps.size()) - 1);
    CHECK(f.taken.stdio[1] == -1);
    CHECK(f.finish().status == 127);
    close(f.result.console);
}

TEST_CASE("a sandbox whose gate is closed goes") {
    Ahead f;
    REQUIRE(f.park() > 0);

    close(f.result.console);
    CHECK(f.finish().code == CLD_EXITED);
}

TEST_CASE("a sandbox that was killed while it waited is refused by its gate") {
    Ahead f;
    REQUIRE(f.park() > 0);

    kill(f.result.pid, SIGKILL);
    CHECK(f.finish().status == SIGKILL);
    CHECK(f.unpark({inside(), "args"}) == -EPIPE);
    CHECK(f.taken.report.aux == LC_AT_SEND);
    close(f.result.console);
}

TEST_CASE("more wait than there are cells, and none minds that its engine is gone") {
    constexpr int count = 100;
    std::vector<lc_result> waiting;
    Ahead f;
    for (int i = 0; i < count; i++) {
        REQUIRE((i ? f.spawn() : f.park()) > 0);
        waiting.push_back(f.result);
    }
    lc_plan_unload(f.engine, f.loaded);
    lc_engine_close(f.engine);
    REQUIRE(lc_engine_open(LC_ENGINE_SPAWNER, &f.engine, &f.report) == 0);
    for (int i = 0; i < count; i++) {
        f.result = waiting[static_cast<size_t>(i)];
        REQUIRE(f.unpark({inside(), "args", std::to_string(i)}) == 0);
        CHECK(f.output() == std::to_string(i) + "\n");
        CHECK(f.finish().status == 0);
        close(waiting[static_cast<size_t>(i)].console);
    }
}

TEST_CASE("a task as large as a request may be") {
    Ahead f;
    REQUIRE(f.park() > 0);

    std::string large(120000, 'x');
    REQUIRE(f.unpark({inside(), "args", large}) == 0);
    CHECK(f.output() == large + "\n");
    CHECK(f.finish().status == 0);
    close(f.result.console);
}
