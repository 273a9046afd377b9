// Spawning itself: outcomes, requests, stdio, many at once. What steps do is tested beside this file.
#include "fixture.h"
#include <atomic>
#include <thread>

namespace {

/// A request with parameters.
class Request {
  public:
    explicit Request(const lc_request &base) : bytes_(sizeof base) { memcpy(bytes_.data(), &base, sizeof base); }
    Request &text(int param, const std::string &s) {
        uint32_t at = append(s.c_str(), s.size() + 1);
        head().params[param] = at;
        return *this;
    }
    Request &vector(int param, const std::vector<std::string> &strings) {
        std::vector<uint64_t> words{strings.size()};
        for (auto &s : strings) words.push_back(append(s.c_str(), s.size() + 1));
        words.push_back(0);
        uint32_t at = append(words.data(), words.size() * 8);
        head().params[param] = at;
        return *this;
    }
    lc_request &head() { return *reinterpret_cast<lc_request *>(bytes_.data()); }

  private:
    uint32_t append(const void *p, size_t n) {
        bytes_.resize((bytes_.size() + 7) / 8 * 8);
        auto at = static_cast<uint32_t>(bytes_.size());
        bytes_.insert(bytes_.end(), static_cast<const uint8_t *>(p), static_cast<const uint8_t *>(p) + n);
        head().size = static_cast<uint32_t>(bytes_.size());
        return at;
    }
    std::vector<uint8_t> bytes_;
};

/// What comes out of an fd of this process, from here to text().
class Capture {
  public:
    explicit Capture(int fd) : fd_(fd), saved_(dup(fd)) {
        REQUIRE(pipe2(pipe_, O_CLOEXEC) == 0);
        dup2(pipe_[1], fd);
        close(pipe_[1]);
    }
    /// Reads until the last child that had the pipe is gone.
    std::string text() {
        dup2(saved_, fd_);
        close(saved_);
        std::string all;
        char buffer[256];
        ssize_t n;
        while ((n = read(pipe_[0], buffer, sizeof buffer)) > 0) all.append(buffer, static_cast<size_t>(n));
        close(pipe_[0]);
        return all;
    }

  private:
    int fd_, saved_, pipe_[2];
};

int32_t spawn(Fixture &f, Request &request) { return lc_spawn(f.engine, f.loaded, -1, &request.head(), &f.result); }

constexpr int32_t kBothEngines[] = {LC_ENGINE_SPAWNER, LC_ENGINE_IN_PROCESS};

} // namespace

TEST_CASE("a child runs and its exit code comes back, by either engine") {
    for (int32_t kind : kBothEngines) {
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

    Request request(f.request);
    request.vector(LC_PARAM_ARGV, {"echo", "from the request"});
    REQUIRE(spawn(f, request) > 0);
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
    CHECK(count_children() == 1); // the spawner
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
    p.end_template();
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
    int fds = count_fds();
    for (int i = 0; i < 1000; i++) {
        REQUIRE(f.spawn() > 0);
        CHECK(f.finish().status == 0);
    }
    CHECK(count_fds() == fds);
    CHECK(count_children() == 1);
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

TEST_CASE("four threads spawn through one engine and its template at once") {
    Fixture f;
    auto p = plain({inside(), "exit", "3"});
    f.load(p);
    int32_t tmpl = lc_template_open(f.engine, f.loaded, &f.request, &f.result);
    REQUIRE(tmpl >= 0);
    int32_t template_pidfd = f.result.pidfd;
    int fds = count_fds();
    std::atomic<int> good{0};
    auto many = [&](int32_t way) {
        for (int i = 0; i < 500; i++) {
            lc_result result;
            lc_exit exit;
            if (lc_spawn(f.engine, f.loaded, way, &f.request, &result) < 0) continue;
            good += lc_wait(result.pidfd, 10000000, &exit) == 1 && exit.code == CLD_EXITED && exit.status == 3;
            lc_close(result.pidfd);
        }
    };
    std::vector<std::thread> threads;
    for (int32_t way : {-1, tmpl, -1, tmpl}) threads.emplace_back(many, way);
    for (auto &t : threads) t.join();
    CHECK(good == 2000);
    CHECK(count_fds() == fds);
    CHECK(count_children() == 2); // spawner and template
    lc_close(tmpl);
    lc_exit exit;
    CHECK(lc_wait(template_pidfd, 5000000, &exit) == 1);
    lc_close(template_pidfd);
}

TEST_CASE("a request replaces the program, its arguments, environment and cwd") {
    for (int32_t kind : kBothEngines) {
        Fixture f(kind);
        PlanBuilder p;
        p.step(LC_CHDIR).flags(1 + LC_PARAM_CWD).a("/").step(LC_STDIO).exec({"/bin/false"}, {"A=plan"});
        f.load(p);
        f.request.stdio[1] = LC_STDIO_PIPE;
        Request request(f.request);
        request.text(LC_PARAM_CWD, "/tmp").text(LC_PARAM_EXEC, inside() + std::string(1, '\0'));
        request.vector(LC_PARAM_ARGV, {"inside", "cwd", "--", "env"}).vector(LC_PARAM_ENVP, {"B=request", "C="});
        REQUIRE(spawn(f, request) > 0);
        CHECK(f.read_output() == "/tmp\nB=request\nC=\n");
        CHECK(f.finish().status == 0);
    }
}

TEST_CASE("a request that is no request is refused") {
    Fixture f;
    PlanBuilder p;
    p.header.bound_mask = p.header.child_mask = 1u << LC_SLOT_FIRST_FREE;
    p.exec({"/bin/true"});
    f.load(p);
    CHECK(f.spawn() == -EBADF); // the slot is not bound
    CHECK(f.result.report.step == -1);
    CHECK(f.result.report.aux == LC_AT_REQUEST);
    f.bind(LC_SLOT_FIRST_FREE, 0);
    for (uint32_t size : {0u, 8u, static_cast<uint32_t>(sizeof(lc_request)) - 1, LC_MAX_REQUEST + 1u}) {
        f.request.size = size;
        CHECK(f.spawn() == -EINVAL);
    }
    for (uint32_t param = 0; param < LC_PARAM_COUNT; param++) {
        Request request(f.request);
        request.text(LC_PARAM_NAME, "x");
        request.head().params[param] = request.head().size;
        CHECK(spawn(f, request) == -EINVAL);
        request.head().params[param] = 8; // in the struct itself
        CHECK(spawn(f, request) == -EINVAL);
    }
    CHECK(count_children() == 1);
}

TEST_CASE("stdout and stderr can change places") {
    for (int32_t kind : kBothEngines) {
        Fixture f(kind);
        auto p = plain({"/bin/sh", "-c", "echo out; echo err >&2"});
        f.load(p);
        f.request.stdio[1] = 2;
        f.request.stdio[2] = 1;
        Capture out(1), err(2); // this process's own
        int32_t pid = f.spawn();
        std::string to_out = out.text(), to_err = err.text();
        CHECK(to_out == "err\n");
        CHECK(to_err == "out\n");
        REQUIRE(pid > 0);
        f.finish();
    }
}

TEST_CASE("stderr can go where stdout goes, to this process's or to a pipe") {
    for (int32_t kind : kBothEngines) {
        Fixture f(kind);
        auto p = plain({"/bin/sh", "-c", "echo out; echo err >&2"});
        f.load(p);
        f.request.stdio[1] = LC_STDIO_PIPE;
        f.request.stdio[2] = LC_STDIO_SAME;
        REQUIRE(f.spawn() > 0);
        CHECK(f.read_output() == "out\nerr\n");
        f.finish();
        f.request.stdio[2] = 1; // stdout is a new pipe, stderr this process's stdout
        Capture out(1);
        int32_t pid = f.spawn();
        std::string to_out = out.text();
        CHECK(to_out == "err\n");
        REQUIRE(pid > 0);
        CHECK(f.read_output() == "out\n");
        f.finish();
    }
}

TEST_CASE("candidates are tried in turn, and the best of their errors is told") {
    auto candidates = [](PlanBuilder &p, const std::vector<std::string> &paths) {
        std::string all;
        for (auto &path : paths) all += path + std::string(1, '\0');
        p.exec({"true"}).a(p.bytes(all.c_str(), all.size() + 1, 1)); // the later operand a wins
    };
    Fixture f;
    PlanBuilder found, denied, broken;
    candidates(found, {"/no/such/true", "/etc/passwd/true", "/etc/passwd", "/bin/true"});
    f.load(found);
    REQUIRE(f.spawn() > 0);
    CHECK(f.finish().status == 0);
    candidates(denied, {"/no/such/true", "/etc/passwd", "/no/true"});
    CHECK(f.run_to_fault(denied) == -EACCES);
    CHECK(f.result.report.aux == 1);
    TempDirectory d;
    d.write("program", "no format known");
    chmod(d.at("program").c_str(), 0755);
    candidates(broken, {d.at("program"), "/bin/true"});
    CHECK(f.run_to_fault(broken) == -ENOEXEC);
}

TEST_CASE("vectors that overlap do not lead the loader out of its plan") {
    constexpr uint32_t text = sizeof(lc_plan_header) + sizeof(lc_step), argv = text + 8, words = text + 1;
    PlanBuilder p;
    p.exec({"x"});
    auto plan = p.build();
    plan.resize(text);
    plan.resize(argv + 8 + (words + 1) * 8); // argv of `text` + 1 equal strings; envp begins at its first word
    memcpy(&plan[text], "/x", 2);
    memcpy(&plan[argv], &words, 4);
    for (uint32_t i = 0; i < words; i++) memcpy(&plan[argv + 8 + i * 8], &text, 4);
    auto &header = *reinterpret_cast<lc_plan_header *>(plan.data());
    auto &step = *reinterpret_cast<lc_step *>(plan.data() + sizeof header);
    header.size = static_cast<uint32_t>(plan.size());
    step = {LC_EXECVE, 0, text, argv, argv + 8, 0};
    uint32_t bad = 0;
    Fixture f;
    REQUIRE(lc_plan_verify(plan.data(), header.size, &bad) == 0);
    CHECK(lc_plan_load(f.engine, plan.data(), header.size, &f.loaded, &bad) == 0);
    CHECK(f.spawn() < 0);
}

TEST_CASE("vectors of a request that overlap do not lead out of it") {
    constexpr uint32_t text = sizeof(lc_request), argv = text + 8, words = text + 1;
    for (int32_t kind : kBothEngines) {
        Fixture f(kind);
        auto p = plain({"/bin/true"});
        f.load(p);
        std::vector<uint8_t> bytes(argv + 8 + (words + 1) * 8);
        memcpy(bytes.data(), &f.request, sizeof f.request);
        memcpy(&bytes[argv], &words, 4);
        for (uint32_t i = 0; i < words; i++) memcpy(&bytes[argv + 8 + i * 8], &text, 4);
        auto &request = *reinterpret_cast<lc_request *>(bytes.data());
        request.size = static_cast<uint32_t>(bytes.size());
        request.params[LC_PARAM_ARGV] = argv;
        request.params[LC_PARAM_ENVP] = argv + 8;
        if (lc_spawn(f.engine, f.loaded, -1, &request, &f.result) > 0) f.finish();
        Request same(f.request);
        same.vector(LC_PARAM_ARGV, {"one=1", "two"});
        same.head().params[LC_PARAM_ENVP] = same.head().params[LC_PARAM_ARGV];
        CHECK(spawn(f, same) > 0); // one vector for both is fine
        if (f.result.pidfd >= 0) CHECK(f.finish().status == 0);
    }
}
