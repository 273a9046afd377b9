// Namespaces, cgroups and terminals: what a child gets that the host does not have.
#include "cgroup_fixture.h"
#include <sys/mount.h>
#include <sys/sysmacros.h>

namespace {

std::string self_ns(const char *name) {
    struct stat status = {};
    stat(("/proc/self/ns/" + std::string(name)).c_str(), &status);
    return std::string(name) + " " + std::to_string(status.st_ino) + "\n";
}

/// Reads a terminal until nobody has it open any more.
std::string read_terminal(int32_t master) {
    std::string all;
    char buffer[256];
    ssize_t n;
    while ((n = read(master, buffer, sizeof buffer)) > 0) all.append(buffer, static_cast<size_t>(n));
    return all;
}

} // namespace

TEST_CASE("each namespace that the header names is new, no other") {
    NEEDS_ROOT();
    const struct {
        const char *name;
        uint64_t flag;
    } all[] = {{"cgroup", CLONE_NEWCGROUP}, {"ipc", CLONE_NEWIPC},   {"mnt", CLONE_NEWNS},  {"net", CLONE_NEWNET},
               {"pid", CLONE_NEWPID},       {"user", CLONE_NEWUSER}, {"uts", CLONE_NEWUTS}, {"time", 0x80}};
    for (auto &one : all) {
        auto p = plain({inside(), "ns"});
        p.header.clone_flags = one.flag;
        Fixture f;
        std::string out = f.run(p);
        for (auto &other : all) {
            if (access(("/proc/self/ns/" + std::string(other.name)).c_str(), F_OK) < 0) continue;
            // a procfs that belongs to the parent pid namespace still tells the child's own
            CHECK_MESSAGE((out.find(self_ns(other.name)) == std::string::npos) == (one.flag == other.flag), other.name);
        }
    }
}

TEST_CASE("host and domain name are those of the plan or of the request") {
    NEEDS_ROOT();
    PlanBuilder p;
    p.header.clone_flags = CLONE_NEWUTS;
    p.step(LC_SETHOSTNAME).flags(1 + LC_PARAM_HOSTNAME).a("from-plan").step(LC_SETDOMAINNAME).a("domain");
    p.step(LC_STDIO).step(LC_CLOSE_FDS, 0, 3).exec({inside(), "hostname", "--", "domainname"});
    Fixture f;
    CHECK(f.run(p) == "from-plan\ndomain\n");
    struct {
        lc_request request;
        char name[16];
    } big{f.request, "from-request"};
    big.request.size = sizeof big;
    big.request.params[LC_PARAM_HOSTNAME] = sizeof(lc_request);
    f.load(p);
    REQUIRE(lc_spawn(f.engine, f.loaded, -1, &big.request, &f.result) > 0);
    CHECK(f.read_output() == "from-request\ndomain\n");
    f.finish();
}

TEST_CASE("the loopback of a new network namespace is down until its step") {
    NEEDS_ROOT();
    for (bool up : {false, true}) {
        PlanBuilder p;
        p.header.clone_flags = CLONE_NEWNET;
        if (up) p.step(LC_LOOPBACK_UP);
        p.step(LC_STDIO).exec({inside(), "links"});
        Fixture f;
        CHECK(f.run(p).find(up ? "lo up\n" : "lo down\n") == 0);
    }
}

TEST_CASE("a namespace is joined by its fd, in a template or without one") {
    NEEDS_ROOT();
    int32_t network = lc_netns_create();
    REQUIRE(network >= 0);
    CHECK(lc_namespace_type(network) == CLONE_NEWNET);
    struct stat status = {};
    fstat(network, &status);
    PlanBuilder p;
    p.header.bound_mask = p.header.template_mask = 1u << LC_SLOT_FIRST_FREE;
    p.step(LC_SETNS, LC_SLOT_FIRST_FREE, CLONE_NEWNET).end_template();
    p.step(LC_STDIO).exec({inside(), "links", "--", "ns"});
    Fixture f;
    f.bind(LC_SLOT_FIRST_FREE, network);
    f.load(p);
    lc_result opened;
    int32_t tmpl = lc_template_open(f.engine, f.loaded, &f.request, &opened);
    REQUIRE(tmpl >= 0);
    f.request.stdio[1] = LC_STDIO_PIPE;
    for (int32_t way : {-1, tmpl}) {
        if (way >= 0) f.bind(LC_SLOT_FIRST_FREE, -1); // a template has it already
        REQUIRE(f.spawn(way) > 0);
        std::string out = f.read_output();
        CHECK(out.find("lo up\n") == 0);
        CHECK(out.find("net " + std::to_string(status.st_ino) + "\n") != std::string::npos);
        f.finish();
    }
    lc_close(tmpl);
    lc_exit exit;
    CHECK(lc_wait(opened.pidfd, 5000000, &exit) == 1);
    lc_close(opened.pidfd);
    lc_close(network);
    PlanBuilder wrong;
    wrong.header.bound_mask = wrong.header.template_mask = 1u << LC_SLOT_FIRST_FREE;
    wrong.step(LC_SETNS, LC_SLOT_FIRST_FREE, CLONE_NEWUTS).end_template();
    wrong.exec({"/bin/true"});
    int32_t mine = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    f.bind(LC_SLOT_FIRST_FREE, mine);
    CHECK(f.run_to_fault(wrong) == -EINVAL);
    close(mine);
}

TEST_CASE("a child is root in its user namespace and somebody else outside") {
    NEEDS_ROOT();
    PlanBuilder p;
    p.header.clone_flags = CLONE_NEWUSER | CLONE_NEWUTS;
    p.header.flags = LC_PLAN_CHANGES_IDS | LC_PLAN_DENY_SETGROUPS;
    p.map_ids("0 100000 1000\n", "0 200000 1000\n");
    p.step(LC_AWAIT_ID_MAPS).step(LC_SETRESGID).step(LC_SETRESUID).step(LC_SETHOSTNAME).a("mine");
    p.step(LC_STDIO).step(LC_CLOSE_FDS, 0, 3);
    p.exec({inside(), "ids", "--", "cat", "/proc/self/uid_map", "--", "cat", "/proc/self/gid_map", "--", "cat",
            "/proc/self/setgroups", "--", "hostname", "--", "sleep", "300"});
    Fixture f;
    f.load(p);
    f.request.stdio[1] = LC_STDIO_PIPE;
    REQUIRE(f.spawn() > 0);
    struct stat status = {};
    CHECK(within(
        5, [&] { return stat(("/proc/" + std::to_string(f.result.pid)).c_str(), &status) == 0 && status.st_uid; }));
    CHECK(status.st_uid == 100000);
    CHECK(status.st_gid == 200000);
    CHECK(f.read_output() == "uid 0 0 0 0\ngid 0 0 0 0\n         0     100000       1000\n"
                             "         0     200000       1000\ndeny\nmine\n");
    CHECK(f.finish().status == 0);
}

TEST_CASE("id maps that the kernel refuses are told as such and leave no child") {
    NEEDS_ROOT();
    PlanBuilder p;
    p.header.clone_flags = CLONE_NEWUSER;
    p.map_ids("0 0 nonsense\n", "0 0 1\n");
    p.step(LC_AWAIT_ID_MAPS).exec({"/bin/true"});
    Fixture f;
    CHECK(f.run_to_fault(p) == -EINVAL);
    CHECK(f.result.report.step == -1);
    CHECK(f.result.report.aux == LC_AT_ID_MAPS);
    CHECK(count_children() == 1);
}

TEST_CASE("the engine in the caller's process refuses what it would wait for forever") {
    PlanBuilder p;
    p.header.clone_flags = CLONE_NEWUSER;
    p.map_ids("0 0 1\n", "0 0 1\n");
    p.step(LC_AWAIT_ID_MAPS).exec({"/bin/true"});
    Fixture f(LC_ENGINE_IN_PROCESS);
    CHECK(f.run_to_fault(p) == -EOPNOTSUPP);
}

TEST_CASE("a terminal becomes stdio, is bound over /dev/console and has the size set at its master") {
    NEEDS_ROOT();
    TempDirectory root;
    root.mkdir("dev"), root.write("dev/console", "");
    auto p = in_root(root);
    p.step(LC_MOUNT).a("/proc").b("proc");
    p.step(LC_MOUNT).a("/dev/pts").b("devpts").c("newinstance,ptmxmode=0666,mode=0620");
    p.step(LC_SYMLINK).a("/dev/ptmx").b("pts/ptmx").step(LC_PIVOT_ROOT).step(LC_SETSID);
    p.step(LC_CONSOLE, LC_SLOT_CONSOLE).flags(LC_STEP_OPTIONAL).a("/dev/ptmx").c("/dev/console");
    p.step(LC_STDIO).step(LC_CLOSE_FDS, 0, 3);
    p.exec({"/inside", "stdin", "--", "isatty", "--", "winsize", "--", "ttyname", "--", "fds", "--", "stat",
            "/dev/console", "--", "cat", "/dev/tty"});
    Fixture f;
    f.load(p);
    for (auto &fd : f.request.stdio) fd = LC_STDIO_CONSOLE;
    REQUIRE(f.spawn() > 0);
    REQUIRE(f.result.console >= 0);
    CHECK(lc_tty(f.result.console, LC_TTY_IS, nullptr) == 1);
    CHECK((fcntl(f.result.console, F_GETFD) & FD_CLOEXEC));
    uint16_t size[32] = {50, 132};
    CHECK(lc_tty(f.result.console, LC_TTY_SET_SIZE, reinterpret_cast<uint8_t *>(size)) == 0);
    CHECK(write(f.result.console, "\4\4", 2) == 2); // ends stdin, then /dev/tty
    std::string out = read_terminal(f.result.console);
    CHECK(
        out.find(
            "1 1 1\r\n50 132\r\n/dev/pts/0\r\n0 /dev/pts/0\r\n1 /dev/pts/0\r\n2 /dev/pts/0\r\nchr 0620 0 0 0 136:0") !=
        std::string::npos);
    CHECK(f.finish().status == 0);
    close(f.result.console);
    f.request.stdio[0] = LC_STDIO_NULL; // nobody wants a terminal: the step is skipped
    f.request.stdio[1] = f.request.stdio[2] = LC_STDIO_PIPE;
    REQUIRE(f.spawn() > 0);
    close(f.result.stdio[2]);
    CHECK(f.read_output().find("0 0 0\nENOTTY\nENOTTY\n") == 0);
    CHECK(f.finish().status == 0);
}

TEST_CASE("a child is born in its cgroup, which can be removed when it is gone") {
    NEEDS_ROOT();
    TestCgroup group;
    if (!group.usable()) return;
    PlanBuilder p;
    p.header.bound_mask = 1u << 6;
    p.header.child_mask = 1u << 7;
    p.header.cgroup_slot = 7;
    p.step(LC_CGROUP_MAKE, 6).flags(1 + LC_PARAM_NAME).a("child").c(7).end_host();
    p.step(LC_STDIO).exec({inside(), "cgroup"});
    Fixture f;
    f.load(p);
    f.bind(6, group.fd());
    f.request.stdio[1] = LC_STDIO_PIPE;
    REQUIRE(f.spawn() > 0);
    CHECK(f.read_output().find("/" + group.name() + "/child\n") != std::string::npos);
    REQUIRE(f.result.cgroup_count == 1);
    CHECK(group.has("child"));
    CHECK(f.finish().status == 0);
    CHECK(lc_cgroups_finish(f.result.cgroups, 1, LC_CGROUPS_REMOVE, "", nullptr, 0) == 0);
    CHECK_FALSE(group.has("child"));
}

TEST_CASE("a child enters a cgroup that is made beside it") {
    NEEDS_ROOT();
    TestCgroup group;
    if (!group.usable()) return;
    PlanBuilder p;
    p.header.bound_mask = p.header.child_mask = 1u << 6;
    p.step(LC_CGROUP_MAKE, 6).flags(LC_STEP_LATE).a("late").c(7).end_host();
    p.step(LC_AWAIT_HOST).step(LC_OPEN_BELOW, 6, O_PATH | O_DIRECTORY).a("late").c(8);
    p.step(LC_WRITE_AT, 8, 1).a("cgroup.procs").c("0").step(LC_STDIO).exec({inside(), "cgroup"});
    for (int32_t kind : {LC_ENGINE_SPAWNER, LC_ENGINE_IN_PROCESS}) {
        Fixture f(kind);
        f.bind(6, group.fd());
        CHECK(f.run(p).find("/" + group.name() + "/late\n") != std::string::npos);
        REQUIRE(f.result.cgroup_count == 1);
        CHECK(lc_cgroups_finish(f.result.cgroups, 1, LC_CGROUPS_REMOVE, "", nullptr, 0) == 0);
    }
}

TEST_CASE("cgroups of an earlier spawn serve the next, which leaves them if it fails") {
    NEEDS_ROOT();
    TestCgroup group;
    if (!group.usable()) return;
    PlanBuilder p;
    p.header.bound_mask = 1u << 6;
    p.header.child_mask = 1u << 7;
    p.header.cgroup_slot = 7;
    p.step(LC_CGROUP_MAKE, 6).a("again").c(7);
    p.step(LC_CGROUP_WRITE, 7, 1).a("cgroup.max.depth").c("7").end_host();
    p.step(LC_STDIO).step(LC_CHDIR).flags(1 + LC_PARAM_CWD).a("/").exec({inside(), "cgroup"});
    Fixture f;
    f.load(p);
    f.bind(6, group.fd());
    f.request.flags = LC_REQUEST_CGROUPS_EXIST;
    CHECK(f.spawn() == -ENOENT); // there is none yet
    CHECK(f.result.report.step == 0);
    f.request.flags = 0;
    REQUIRE(f.spawn() > 0);
    f.finish();
    lc_close(f.result.cgroups[0]);
    f.request.flags = LC_REQUEST_CGROUPS_EXIST;
    f.request.stdio[1] = LC_STDIO_PIPE;
    for (int i = 0; i < 3; i++) {
        REQUIRE(f.spawn() > 0);
        CHECK(f.read_output().find("/" + group.name() + "/again\n") != std::string::npos);
        f.finish();
        lc_close(f.result.cgroups[0]);
    }
    int fds = count_fds();
    struct {
        lc_request request;
        char cwd[16];
    } wrong{f.request, "/no/such/cwd"};
    wrong.request.size = sizeof wrong;
    wrong.request.params[LC_PARAM_CWD] = sizeof(lc_request);
    CHECK(lc_spawn(f.engine, f.loaded, -1, &wrong.request, &f.result) == -ENOENT);
    CHECK(group.has("again"));
    CHECK(count_fds() == fds);
    unlinkat(group.fd(), "again", AT_REMOVEDIR);
}

TEST_CASE("cgroups that the caller has open are entered by their files, and nothing is made or told") {
    NEEDS_ROOT();
    TestCgroup group;
    if (!group.usable()) return;
    PlanBuilder p;
    p.header.bound_mask = p.header.child_mask = 1u << 6;
    p.step(LC_CGROUP_MAKE, 6).flags(LC_STEP_LATE | (1 + LC_PARAM_NAME)).a("late").c(7).end_host();
    p.step(LC_AWAIT_HOST).step(LC_ENTER_CGROUP, 6).flags(1 + LC_PARAM_NAME).a("late").c("cgroup.procs");
    p.step(LC_STDIO).exec({inside(), "cgroup"});
    for (int32_t kind : {LC_ENGINE_SPAWNER, LC_ENGINE_IN_PROCESS}) {
        Fixture f(kind);
        f.bind(6, group.fd());
        CHECK(f.run(p).find("/" + group.name() + "/late\n") != std::string::npos);
        REQUIRE(f.result.cgroup_count == 1);
        const int32_t made = f.result.cgroups[0];
        const int entry = openat(group.fd(), "late/cgroup.procs", O_WRONLY | O_CLOEXEC);
        f.bind(6, entry);
        f.request.flags = LC_REQUEST_CGROUPS_OPEN;
        f.request.stdio[1] = LC_STDIO_PIPE;
        for (int i = 0; i < 3; i++) {
            REQUIRE(f.spawn() > 0);
            CHECK(f.read_output().find("/" + group.name() + "/late\n") != std::string::npos);
            f.finish();
            CHECK(f.result.cgroup_count == 0);
        }
        close(entry);
        CHECK(lc_cgroups_finish(&made, 1, LC_CGROUPS_REMOVE, "", nullptr, 0) == 0);
    }
}

TEST_CASE("a child's mount namespace can be held beyond its end") {
    NEEDS_ROOT();
    auto p = plain({inside(), "ns"});
    p.header.clone_flags = CLONE_NEWNS;
    Fixture f;
    f.load(p);
    int fds = count_fds();
    f.request.flags = LC_REQUEST_PIN_MOUNTS;
    f.request.stdio[1] = LC_STDIO_PIPE;
    for (int i = 0; i < 20; i++) {
        REQUIRE(f.spawn() > 0);
        std::string out = f.read_output();
        CHECK(f.finish().status == 0);
        if (f.result.mounts < 0) continue; // an older kernel, or the child was faster
        struct stat status = {};
        fstat(f.result.mounts, &status);
        CHECK(out.find("mnt " + std::to_string(status.st_ino) + "\n") != std::string::npos);
        CHECK((fcntl(f.result.mounts, F_GETFD) & FD_CLOEXEC));
        lc_close(f.result.mounts);
    }
    CHECK(count_fds() == fds);
}

TEST_CASE("who is left in a cgroup is killed") {
    NEEDS_ROOT();
    TestCgroup group;
    if (!group.usable()) return;
    PlanBuilder p;
    p.header.bound_mask = p.header.child_mask = 1u << 6;
    p.header.cgroup_slot = 6;
    p.step(LC_STDIO).exec({inside(), "orphan", "--", "sleep", "60000"});
    Fixture f;
    f.load(p);
    f.bind(6, group.fd());
    f.request.stdio[1] = LC_STDIO_PIPE;
    REQUIRE(f.spawn() > 0);
    char text[16] = {};
    REQUIRE(read(f.result.stdio[1], text, sizeof text - 1) > 0);
    close(f.result.stdio[1]);
    int orphan = atoi(text);
    CHECK(runs(orphan));
    CHECK(lc_cgroup_kill(group.fd()) == 0);
    CHECK(f.finish().code == CLD_KILLED);
    CHECK(within(1, [&] { return !runs(orphan); }));
}
