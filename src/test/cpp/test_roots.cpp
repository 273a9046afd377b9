// A root that is moved over the host's instead of pivoted into.
#include "fixture.h"
#include <sys/mount.h>

namespace {

/// Goes into a moved root that has a procfs with something masked, and asks what can be seen there.
PlanBuilder &look_moved(PlanBuilder &p, std::vector<std::string> verbs) {
    verbs.insert(verbs.begin(), "/inside");
    p.step(LC_MOUNT).a("/proc").b("proc").step(LC_MKDIR, 0, 0755).a("/sys").step(LC_MASK).a("/proc/timer_list");
    p.step(LC_MOVE_ROOT).step(LC_STDIO).step(LC_CLOSE_FDS, 0, 3).exec(verbs);
    return p;
}

} // namespace

TEST_CASE("below a moved root nothing of the host is mounted any more") {
    NEEDS_ROOT();
    TempDirectory root;
    auto p = in_root(root);
    p.header.clone_flags |= CLONE_NEWPID;
    look_moved(p, {"ls", "/", "--", "unroot", "--", "ls", "/proc", "--", "ls", "/sys", "--", "ls", "/dev/pts"});
    Fixture f;
    CHECK(f.run(p) == "inside\nproc\nsys\nok\n"); // what the kernel itself keeps in its ramdisk has no such directories
    CHECK(access("/proc/self/mountinfo", R_OK) == 0);
}

TEST_CASE("a mount on top of another, and one with an odd name, go too") {
    NEEDS_ROOT();
    TempDirectory root, host;
    const std::string odd = "a b\\\t#\n";
    host.mkdir(odd), host.write(odd + "/below", "");
    auto p = in_root(root);
    p.header.clone_flags |= CLONE_NEWPID;
    for (int i = 0; i < 3; i++) p.step(LC_OPEN_TMPFS).a("1m").c(7).step(LC_ATTACH, 7, 1).a(host.at(odd));
    look_moved(p, {"unroot", "--", "ls", host.at(odd)});
    Fixture f;
    CHECK(f.run(p) == "ok\nbelow\n");
}

TEST_CASE("a nested user namespace gets no procfs or sysfs without masks from a moved root") {
    NEEDS_ROOT();
    PlanBuilder pid_namespace;
    pid_namespace.header.clone_flags = CLONE_NEWPID;
    for (auto &start : {pid_namespace, in_user_namespace()}) { // whose mounts of the host are locked, thus covered
        TempDirectory root;
        auto p = in_root(root, start);
        look_moved(p, {"nested-mount", "proc", "/proc", "--", "nested-mount", "sysfs", "/sys"});
        Fixture f;
        CHECK(f.run(p) == "EPERM\nEPERM\n");
    }
}
