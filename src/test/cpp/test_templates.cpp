// What a template makes ahead for its next child, and that no two children share it.
#include "cgroup_fixture.h"
#include <set>
#include <sys/mount.h>

namespace {

PlanBuilder with_template(std::vector<std::string> program) {
    PlanBuilder p;
    p.header.clone_flags = CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNS;
    p.step(LC_UNSHARE, 0, CLONE_NEWNS).flags(LC_STEP_TEMPLATE_ONLY);
    p.step(LC_MOUNT_PROPAGATION, 0, MS_REC | MS_PRIVATE).a("/").end_template();
    p.step(LC_STDIO).exec(program);
    return p;
}

std::string namespace_of(int32_t pid, const char *kind) {
    char link[64] = {};
    const std::string path = "/proc/" + std::to_string(pid) + "/ns/" + kind;
    return readlink(path.c_str(), link, sizeof link - 1) < 0 ? "" : link;
}

} // namespace

TEST_CASE("children of a template share no namespace with each other, nor with it") {
    NEEDS_ROOT();
    auto p = with_template({inside(), "sleep", "60000"});
    Fixture f;
    f.load(p);
    lc_result opened = {};
    const int32_t tmpl = lc_template_open(f.engine, f.loaded, &f.request, &opened);
    REQUIRE(tmpl >= 0);
    std::vector<lc_result> live;
    for (int i = 0; i < 8; i++) {
        REQUIRE(f.spawn(tmpl) > 0);
        live.push_back(f.result);
    }
    for (const char *kind : {"mnt", "ipc", "uts", "pid"}) {
        std::set<std::string> seen{namespace_of(getpid(), kind), namespace_of(opened.pid, kind)};
        const size_t before = seen.size();
        for (const lc_result &child : live) seen.insert(namespace_of(child.pid, kind));
        CHECK_MESSAGE(seen.size() == before + live.size(), kind);
    }
    for (lc_result &child : live) {
        CHECK(lc_pidfd_signal(child.pidfd, SIGKILL) == 0);
        f.result = child;
        f.finish();
    }
    lc_close(tmpl);
    lc_exit exit;
    CHECK(lc_wait(opened.pidfd, 5000000, &exit) == 1);
    lc_close(opened.pidfd);
}

TEST_CASE("a child that cannot be cloned leaves its template as good as before") {
    NEEDS_ROOT();
    TestCgroup group;
    if (!group.usable()) return;
    auto p = with_template({inside(), "ns"});
    p.header.bound_mask = p.header.child_mask = 1u << 6;
    p.header.cgroup_slot = 6;
    Fixture f;
    f.load(p);
    f.bind(6, group.fd());
    lc_result opened = {};
    const int32_t tmpl = lc_template_open(f.engine, f.loaded, &f.request, &opened);
    REQUIRE(tmpl >= 0);
    const int32_t no_cgroup = open("/", O_PATH | O_CLOEXEC);
    for (int i = 0; i < 3; i++) {
        f.bind(6, group.fd());
        REQUIRE(f.spawn(tmpl) > 0);
        CHECK(f.finish().status == 0);
        f.bind(6, no_cgroup);
        CHECK(f.spawn(tmpl) == -EBADF);
        CHECK(f.result.report.aux == LC_AT_CLONE);
    }
    close(no_cgroup);
    lc_close(tmpl);
    lc_exit exit;
    CHECK(lc_wait(opened.pidfd, 5000000, &exit) == 1);
    lc_close(opened.pidfd);
}
