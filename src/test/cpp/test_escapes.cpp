// Nothing in a rootfs, however it is linked, leads a step out of it.
#include "fixture.h"
#include <atomic>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <thread>

namespace {

/// A rootfs whose links point at a directory outside, absolutely and by climbing.
struct Trap {
    TempDirectory root, outside;
    Trap() {
        outside.write("secret", "word");
        outside.mkdir("dir");
        root.link("abs", outside.path());
        root.link("up", "../../../../../../.." + outside.path());
        root.link("file", outside.at("secret"));
        root.mkdir("sub");
        root.link("sub/up", "../../../../../../.." + outside.path());
    }
    bool untouched() const {
        int n = 0;
        DIR *d = opendir(outside.path().c_str());
        while (readdir(d)) n++;
        closedir(d);
        return n == 4 && outside.stat("secret").st_size == 4; // ., .., secret, dir
    }
    /// The same path below the root: where a link leads that is resolved there.
    void mirror() const {
        root.mkdir("tmp");
        root.mkdir(outside.path().substr(1));
    }
    std::string below() const { return outside.path().substr(1); }
};

const char *const kWaysOut[] = {"/abs", "/up", "/sub/up", "abs", "/sub/../up", "/../../../../../../.."};

} // namespace

TEST_CASE("a link out of the root is dangling to every step that makes something") {
    NEEDS_ROOT();
    Trap trap;
    Fixture f;
    for (std::string way : {"/abs", "/up", "/sub/up", "abs", "/sub/../up"}) {
        PlanBuilder p[6];
        for (auto &plan : p) plan = in_root(trap.root);
        p[0].step(LC_MKDIR, 0, 0755).a(way + "/made");
        p[1].step(LC_MKNOD, S_IFCHR | 0666, makedev(1, 3)).a(way + "/made");
        p[2].step(LC_SYMLINK).a(way + "/made").b("/");
        p[3].step(LC_MOUNT).a(way).b("tmpfs");
        p[4].step(LC_OPEN_TREE, 0, kClone).a("/etc").c(6).step(LC_ATTACH, 6).a(way + "/dir");
        p[5].step(LC_OPEN_TREE, 0, kClone).a("/etc/passwd").c(6).step(LC_ATTACH, 6).a(way + "/made");
        for (auto &plan : p) {
            auto step = static_cast<int32_t>(plan.steps.size()) - 1;
            plan.exec({"/inside"});
            CHECK(f.run_to_fault(plan) == -ENOENT);
            CHECK(f.result.report.step == step);
        }
        CHECK(trap.untouched());
    }
    CHECK_FALSE(trap.root.has("tmp")); // nor is the link's target made below the root
}

TEST_CASE("a link out of the root is resolved below it") {
    NEEDS_ROOT();
    Trap trap;
    trap.mirror();
    auto p = in_root(trap.root);
    p.step(LC_MKDIR, 0, 0755)
        .a("/abs/one")
        .step(LC_MKDIR, 0, 0755)
        .a("/up/two")
        .step(LC_MKDIR, 0, 0755)
        .a("/sub/up/three/x");
    p.step(LC_MKNOD, S_IFCHR | 0666, makedev(1, 3)).a("/up/null").step(LC_SYMLINK).a("/abs/link").b("/");
    p.step(LC_MOUNT).a("/up/mount").b("tmpfs");
    p.step(LC_OPEN_TREE, 0, kClone).a("/etc/passwd").c(6).step(LC_ATTACH, 6).a("/abs/file");
    Fixture f;
    f.run(look(p, {"pid"}));
    CHECK(trap.untouched());
    for (const char *made : {"/one", "/two", "/three/x", "/null", "/link", "/mount", "/file"})
        CHECK(trap.root.has(trap.below() + made));
}

TEST_CASE("masks, read-only paths and files opened in the root stay in it") {
    NEEDS_ROOT();
    Trap trap;
    Fixture f;
    for (std::string way : kWaysOut) {
        auto p = in_root(trap.root); // what is behind the links is missing here, and a missing path is fine
        for (uint16_t op : {LC_MASK, LC_READONLY})
            p.step(op).a(way + "/secret").step(op).a(way + "/dir").step(op).a("/file");
        CHECK(f.run(look(p, {"touch", "/x", "--", "unlink", "/x"})) == "ok\nok\n");
        auto open = in_root(trap.root);
        open.step(LC_OPEN_IN_ROOT, 0, O_RDONLY).a(way + "/secret").c(6).exec({"/inside"});
        CHECK(f.run_to_fault(open) == -ENOENT);
        auto attributes = in_root(trap.root);
        attributes.step(LC_SETATTR_AT).a(way + "/dir").c(attributes.u64s({1, 0, 0, 0})).exec({"/inside"});
        CHECK(f.run_to_fault(attributes) == -ENOENT);
    }
    CHECK(trap.untouched());
}

TEST_CASE("a dangling link is refused as a target and its own target never made") {
    NEEDS_ROOT();
    TempDirectory root;
    root.link("dangling", "/nowhere"), root.link("loop", "loop");
    Fixture f;
    for (const char *path : {"/dangling", "/dangling/x", "/loop", "/loop/x"}) {
        bool loop = path[1] == 'l';
        auto mount = in_root(root), bind = in_root(root);
        mount.step(LC_MOUNT).a(path).b("tmpfs").exec({"/inside"});
        CHECK(f.run_to_fault(mount) == (loop ? -ELOOP : -ENOENT));
        bind.step(LC_OPEN_TREE, 0, kClone).a("/etc/passwd").c(6).step(LC_ATTACH, 6).a(path).exec({"/inside"});
        CHECK(f.run_to_fault(bind) == (loop ? -ELOOP : -ENOENT));
    }
    auto node = in_root(root);
    node.step(LC_MKNOD, S_IFCHR | 0666, makedev(1, 3)).a("/dangling").exec({"/inside"});
    CHECK(f.run_to_fault(node) == -EEXIST);
    CHECK_FALSE(root.has("nowhere"));
}

TEST_CASE("a magic link of procfs is no way out") {
    NEEDS_ROOT();
    TempDirectory root;
    Fixture f;
    for (const char *path : {"/proc/self/root/tmp", "/proc/self/cwd", "/proc/thread-self/root", "/proc/self/fd/4/x"}) {
        auto p = in_root(root);
        p.step(LC_MOUNT).a("/proc").b("proc").step(LC_MOUNT).a(path).b("tmpfs").exec({"/inside"});
        CHECK(f.run_to_fault(p) == -ELOOP);
        CHECK(f.result.report.step == 6);
    }
}

TEST_CASE("a cwd is not reached through an fd") {
    NEEDS_ROOT();
    TempDirectory root;
    auto p = in_root(root);
    p.step(LC_OPEN_HOST, 0, O_PATH | O_DIRECTORY).a("/tmp").c(6).step(LC_DUP_FD, 6, 9); // as if it had leaked
    p.step(LC_MOUNT).a("/proc").b("proc").step(LC_PIVOT_ROOT).step(LC_CHDIR).a("/proc/self/fd/9").exec({"/inside"});
    Fixture f;
    CHECK(f.run_to_fault(p) == -ELOOP);
    CHECK(f.result.report.step == 9);
}

TEST_CASE("a directory that somebody keeps replacing by a link leads out not once") {
    NEEDS_ROOT();
    Trap trap;
    trap.root.mkdir("moving"), trap.root.link("exchange", trap.outside.path());
    std::atomic<bool> end{false};
    std::thread mover([&] {
        constexpr unsigned exchange = 2; // RENAME_EXCHANGE
        std::string a = trap.root.at("moving"), b = trap.root.at("exchange");
        while (!end) syscall(SYS_renameat2, AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), exchange);
    });
    auto p = in_root(trap.root);
    p.step(LC_MKDIR, 0, 0755).a("/moving/made").step(LC_MKNOD, S_IFIFO | 0600).a("/moving/pipe");
    p.step(LC_MOUNT).a("/moving/mount").b("tmpfs").step(LC_PIVOT_ROOT).exec({"/inside", "pid"});
    Fixture f;
    f.load(p);
    int made = 0;
    for (int i = 0; i < 300; i++) {
        int32_t pid = f.spawn();
        if (pid > 0) f.finish();
        made += pid > 0;
    }
    end = true;
    mover.join();
    MESSAGE(made, " of 300 found the directory at each step");
    CHECK(trap.untouched());
}
