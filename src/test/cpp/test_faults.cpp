// A spawn that fails leaves nothing behind: no process, no fd, no cgroup, whichever step it was.
#include "cgroup_fixture.h"
#include <sys/sysmacros.h>

namespace {

/// What a failed spawn must not change.
struct Footprint {
    int fds = count_fds(), children = count_children();
    bool operator==(const Footprint &o) const { return fds == o.fds && children == o.children; }
};

#if LC_FAULT_INJECTION

constexpr uint32_t kParent = 6, kGroup = 7;

/// A plan of nearly everything that can be run here: host, template and child steps, each of them reached.
PlanBuilder rich(const TempDirectory &root, bool cgroups) {
    PlanBuilder p;
    p.header.clone_flags = CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET;
    p.header.bound_mask = cgroups ? 1u << kParent : 0;
    if (cgroups) {
        p.header.child_mask = 1u << kParent | 1u << kGroup;
        p.header.cgroup_slot = kGroup;
        p.step(LC_CGROUP_MAKE, kParent).a("born").c(kGroup);
        p.step(LC_CGROUP_WRITE, kGroup, 1).a("cgroup.max.descendants").c("9");
        p.step(LC_OPEN_AT, kGroup, O_RDONLY).a("cgroup.procs").c(9);
        p.step(LC_CGROUP_MAKE, kParent).flags(LC_STEP_LATE).a("late").c(8);
        p.step(LC_CGROUP_WRITE, 8, 1).flags(LC_STEP_LATE).a("cgroup.max.depth").c("9");
    }
    p.end_host();
    p.step(LC_UNSHARE, 0, CLONE_NEWNS);
    p.step(LC_MOUNT_PROPAGATION, 0, kPrivate).a("/");
    p.step(LC_OPEN_TREE, 0, kCloneAll).a(root.path()).c(LC_SLOT_ROOT);
    p.step(LC_ATTACH, LC_SLOT_ROOT, 1).a(root.path());
    p.step(LC_OPEN_TREE, 0, kClone).a(inside()).c(kInsideSlot).step(LC_ATTACH, kInsideSlot).a("/inside");
    p.step(LC_MOUNT).a("/tmp").b("tmpfs").c("size=64k").step(LC_MKDIR, 0, 0755).a("/dev/pts");
    p.step(LC_SYMLINK).a("/tmp/fd").b("/proc/self/fd");
    p.step(LC_MKNOD, S_IFCHR | 0666, makedev(1, 3)).a("/dev/null").step(LC_SYMLINK).a("/dev/ptmx").b("pts/ptmx");
    p.step(LC_MOUNT).a("/dev/pts").b("devpts").c("newinstance,ptmxmode=0666").step(LC_PIVOT_ROOT);
    p.end_template();
    p.step(LC_SET_NAME).a("lc:init").step(LC_LOOPBACK_UP);
    if (cgroups) {
        p.step(LC_AWAIT_HOST).step(LC_OPEN_BELOW, kParent, O_PATH).a("late").c(10);
        p.step(LC_WRITE_AT, 10, 1).a("cgroup.procs").c("0");
    }
    p.step(LC_MOUNT).a("/proc").b("proc").step(LC_OPEN_PROC).c(11);
    p.step(LC_ATTACH, 11).a("/tmp/proc").step(LC_MASK).a("/proc/kcore").step(LC_MASK).a("/proc/acpi");
    p.step(LC_READONLY).a("/proc/sys").step(LC_SETATTR_AT).a("/tmp").c(p.u64s({2, 0, 0, 0}));
    p.step(LC_SETHOSTNAME).a("host").step(LC_SETDOMAINNAME).a("domain").step(LC_SETSID);
    p.step(LC_CONSOLE, LC_SLOT_CONSOLE).flags(LC_STEP_OPTIONAL).a("/dev/ptmx");
    p.step(LC_RLIMIT, 7).c(p.u64s({64, 64})).step(LC_BOUNDING_KEEP, 0, 0).step(LC_KEEP_CAPS, 0, 1).step(LC_SETGROUPS);
    p.step(LC_SETRESGID, 0, 5).step(LC_SETRESUID, 0, 5).step(LC_CAPSET).c(p.u64s({0, 0, 0})).step(LC_AMBIENT);
    p.step(LC_UMASK, 0, 022).step(LC_CHDIR).a("/").step(LC_PDEATHSIG, 0, 9).step(LC_STDIO).step(LC_CLOSE_FDS, 0, 5);
    p.step(LC_NO_NEW_PRIVS).step(LC_SECCOMP, 1).c(p.u64s({0x7fff000000000006ull}));
    p.exec({"/inside", "ids"});
    return p;
}

void bind_all(Fixture &f, const TestCgroup &group) {
    f.bind(kParent, group.fd());
    f.request.stdio[0] = LC_STDIO_CONSOLE;
    f.request.stdio[1] = f.request.stdio[2] = LC_STDIO_PIPE;
}

void remove_cgroups(Fixture &f) {
    if (!f.result.cgroup_count) return;
    CHECK(lc_cgroups_finish(f.result.cgroups, f.result.cgroup_count, LC_CGROUPS_REMOVE, "", nullptr, 0) == 0);
}

void succeed(Fixture &f, int32_t tmpl) {
    REQUIRE(f.spawn(tmpl) > 0);
    close(f.result.stdio[2]), close(f.result.console);
    CHECK(f.read_output() == "uid 5 5 5 5\ngid 5 5 5 5\n");
    CHECK(f.finish().status == 0);
    remove_cgroups(f);
}

#endif

} // namespace

#if LC_FAULT_INJECTION

TEST_CASE("a failure at any step is told as that step and leaves nothing behind") {
    NEEDS_ROOT();
    TempDirectory root;
    TestCgroup group;
    auto p = rich(root, group.usable());
    Fixture f;
    bind_all(f, group);
    f.load(p);
    succeed(f, -1);
    Footprint before;
    for (uint32_t step = 0; step < p.steps.size(); step++) {
        p.header.fail_step = step + 1;
        f.load(p);
        CHECK(f.spawn() == -ENOTRECOVERABLE);
        INFO("step ", step, " opcode ", p.steps[step].opcode);
        CHECK(f.result.report.kind == LC_FAULT);
        CHECK(f.result.report.step == static_cast<int32_t>(step));
        CHECK(f.result.report.err == ENOTRECOVERABLE);
        CHECK(f.result.cgroup_count == 0);
        for (int32_t fd : {f.result.pidfd, f.result.console, f.result.stdio[1], f.result.stdio[2]}) CHECK(fd == -1);
        CHECK(Footprint() == before);
        CHECK_FALSE((group.has("born") || group.has("late")));
        lc_plan_unload(f.engine, f.loaded);
    }
}

/// By then nobody may reap the child either: its number, and so the maps, could become another's.
TEST_CASE("a child that fails while its ids are being mapped is told as its own failure") {
    NEEDS_ROOT();
    std::string many;
    for (int i = 0; i < 300; i++) many += std::to_string(2 * i) + " " + std::to_string(2 * i) + " 1\n";
    PlanBuilder p;
    p.header.clone_flags = CLONE_NEWUSER;
    p.map_ids(many, many);
    p.step(LC_AWAIT_ID_MAPS).exec({"/bin/true"});
    p.header.fail_step = 1;
    Fixture f;
    f.load(p);
    int others = 0;
    for (int i = 0; i < 300; i++) {
        f.request.stdio[1] = LC_STDIO_NULL;
        REQUIRE(f.spawn() < 0);
        others += f.result.report.err != ENOTRECOVERABLE || f.result.report.step != 0;
    }
    CHECK(others == 0);
}

TEST_CASE("a late host step that fails while ids are being mapped is told as that") {
    NEEDS_ROOT();
    std::string many;
    for (int i = 0; i < 300; i++) many += std::to_string(2 * i) + " " + std::to_string(2 * i) + " 1\n";
    PlanBuilder p;
    p.header.clone_flags = CLONE_NEWUSER;
    p.map_ids(many, many);
    p.header.bound_mask = p.header.child_mask = 1u << 6;
    p.step(LC_CGROUP_MAKE, 6).flags(LC_STEP_LATE).a("there").c(7);
    p.end_host();
    p.step(LC_AWAIT_HOST).step(LC_AWAIT_ID_MAPS).exec({"/bin/true"});
    Fixture f;
    TempDirectory parent;
    parent.mkdir("there");
    int32_t directory = open(parent.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    f.bind(6, directory);
    f.load(p);
    int others = 0;
    for (int i = 0; i < 300; i++) {
        f.request.stdio[1] = LC_STDIO_NULL;
        REQUIRE(f.spawn() < 0);
        others += f.result.report.err != EEXIST || f.result.report.step != 0;
    }
    CHECK(others == 0);
    close(directory);
}

TEST_CASE("a failure in a template or in its child is told as that step and leaves nothing behind") {
    NEEDS_ROOT();
    TempDirectory root;
    TestCgroup group;
    auto p = rich(root, group.usable());
    Fixture f;
    bind_all(f, group);
    Footprint before;
    lc_request for_template = f.request;
    for (auto &fd : for_template.stdio) fd = LC_STDIO_NULL;
    for (uint32_t step = p.header.host_end; step <= p.steps.size(); step++) {
        p.header.fail_step = step < p.steps.size() ? step + 1 : 0;
        f.load(p);
        INFO("step ", step);
        lc_result opened;
        int32_t tmpl = lc_template_open(f.engine, f.loaded, &for_template, &opened);
        if (step < p.header.template_end) {
            CHECK(tmpl == -ENOTRECOVERABLE);
            CHECK(opened.report.step == static_cast<int32_t>(step));
            CHECK(opened.report.err == ENOTRECOVERABLE);
        } else {
            REQUIRE(tmpl >= 0);
            if (p.header.fail_step) {
                CHECK(f.spawn(tmpl) == -ENOTRECOVERABLE);
                CHECK(f.result.report.step == static_cast<int32_t>(step));
            } else {
                for (int i = 0; i < 3; i++) succeed(f, tmpl);
            }
            lc_close(tmpl);
            lc_exit exit;
            CHECK(lc_wait(opened.pidfd, 5000000, &exit) == 1);
            lc_close(opened.pidfd);
        }
        CHECK(Footprint() == before);
        CHECK_FALSE((group.has("born") || group.has("late")));
        lc_plan_unload(f.engine, f.loaded);
    }
}

#endif

TEST_CASE("a failing host step removes the cgroups made before it, and those only") {
    NEEDS_ROOT();
    TestCgroup group;
    if (!group.usable()) return;
    for (uint16_t flags : {0, static_cast<int>(LC_STEP_LATE)}) {
        for (int32_t kind : {LC_ENGINE_SPAWNER, LC_ENGINE_IN_PROCESS}) {
            Fixture f(kind);
            Footprint before;
            PlanBuilder p;
            p.header.bound_mask = 1u << 6;
            p.step(LC_CGROUP_MAKE, 6).flags(flags).a("one").c(7).step(LC_CGROUP_MAKE, 7).flags(flags).a("two").c(8);
            p.step(LC_CGROUP_WRITE, 8, 1).flags(flags).a("no.such.file").c("1").end_host();
            p.step(LC_AWAIT_HOST).exec({"/bin/true"});
            f.bind(6, group.fd());
            CHECK(f.run_to_fault(p) == -ENOENT);
            CHECK(f.result.report.step == 2);
            CHECK(f.result.report.err == ENOENT);
            CHECK(Footprint() == before);
            CHECK_FALSE(group.has("one"));
        }
    }
}

TEST_CASE("a cgroup that is there already is not taken over and not removed") {
    NEEDS_ROOT();
    TestCgroup group;
    if (!group.usable()) return;
    REQUIRE(mkdirat(group.fd(), "taken", 0755) == 0);
    Fixture f;
    PlanBuilder p;
    p.header.bound_mask = 1u << 6;
    p.step(LC_CGROUP_MAKE, 6).a("taken").c(7).end_host();
    p.exec({"/bin/true"});
    f.bind(6, group.fd());
    CHECK(f.run_to_fault(p) == -EEXIST);
    CHECK(group.has("taken"));
    unlinkat(group.fd(), "taken", AT_REMOVEDIR);
}

TEST_CASE("a value that the kernel refuses for a cgroup is told as its step") {
    NEEDS_ROOT();
    TestCgroup group;
    if (!group.usable()) return;
    Fixture f;
    PlanBuilder p;
    p.header.bound_mask = 1u << 6;
    p.step(LC_CGROUP_MAKE, 6).a("one").c(7).step(LC_CGROUP_WRITE, 7, 5).a("cgroup.max.depth").c("what?").end_host();
    p.exec({"/bin/true"});
    f.bind(6, group.fd());
    CHECK(f.run_to_fault(p) == -EINVAL);
    CHECK(f.result.report.step == 1);
    CHECK_FALSE(group.has("one"));
}

TEST_CASE("a failing template leaves no process") {
    Fixture f;
    Footprint before;
    PlanBuilder p;
    p.step(LC_UMASK).step(LC_OPEN_HOST, 0, O_RDONLY).a("/no/such/file").c(6).end_template();
    p.exec({"/bin/true"});
    f.load(p);
    CHECK(lc_template_open(f.engine, f.loaded, &f.request, &f.result) == -ENOENT);
    CHECK(f.result.report.step == 1);
    CHECK(f.result.report.err == ENOENT);
    CHECK(Footprint() == before);
}

TEST_CASE("a child that cannot be cloned is no child") {
    NEEDS_ROOT();
    TestCgroup group;
    if (!group.usable()) return;
    Fixture f;
    Footprint before;
    PlanBuilder p;
    p.header.bound_mask = p.header.child_mask = 1u << 6;
    p.header.cgroup_slot = 6;
    p.exec({"/bin/true"});
    int32_t no_cgroup = open("/tmp", O_PATH | O_DIRECTORY | O_CLOEXEC);
    f.bind(6, no_cgroup);
    CHECK(f.run_to_fault(p) == -EBADF);
    CHECK(f.result.report.step == -1);
    CHECK(f.result.report.aux == LC_AT_CLONE);
    close(no_cgroup);
    CHECK(Footprint().children == before.children);
}

TEST_CASE("an epoll that is none ends the spawn and its child") {
    Fixture f;
    Footprint before;
    auto p = plain({inside(), "sleep", "60000"});
    f.request.epoll = 0; // stdin
    CHECK(f.run_to_fault(p) < 0);
    CHECK(f.result.report.aux == LC_AT_EPOLL);
    CHECK(Footprint() == before);
}
