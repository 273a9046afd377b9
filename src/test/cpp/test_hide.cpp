// What a container does not see, and what it cannot write.
#include "fixture.h"
#include <sys/mount.h>

TEST_CASE("a masked file is /dev/null, a masked directory empty, a missing one no error") {
    NEEDS_ROOT();
    TempDirectory root;
    root.write("secret", "word");
    root.mkdir("one"), root.mkdir("two"), root.write("one/x", "x");
    auto p = in_root(root);
    for (const char *path : {"/secret", "/one", "/two", "/none", "/none/at/all", "/secret/below"})
        p.step(LC_MASK).a(path);
    look(p, {"stat",   "/secret", "--",   "cat",  "/secret", "--",   "ls",   "/one", "--",   "touch",
             "/one/y", "--",      "stat", "/one", "--",      "stat", "/two", "--",   "stat", "/"});
    Fixture f;
    auto out = lines(f.run(p));
    REQUIRE(out.size() == 5);
    CHECK(out[0].find("chr 0666 0 0 0 1:3") == 0);
    CHECK(out[1] == "EROFS");
    CHECK(last_word(out[2]) == last_word(out[3])); // directories share a superblock
    CHECK(last_word(out[2]) != last_word(out[4]));
}

TEST_CASE("directory masks are binds of the plan's own empty directory, if it names one") {
    NEEDS_ROOT();
    TempDirectory root;
    root.mkdir("one"), root.write("one/x", "x"), root.mkdir("two");
    auto p = in_root(root);
    p.step(LC_MOUNT, 0, MS_RDONLY).a("/empty").b("tmpfs").c("size=4k").step(LC_EMPTY_DIRECTORY).a("/empty");
    p.step(LC_MASK).a("/one").step(LC_MASK).a("/two");
    look(p,
         {"ls", "/one", "--", "touch", "/two/x", "--", "stat", "/one", "--", "stat", "/two", "--", "stat", "/empty"});
    Fixture f;
    auto out = lines(f.run(p));
    REQUIRE(out.size() == 4);
    CHECK(out[0] == "EROFS");
    CHECK(last_word(out[1]) == last_word(out[3]));
    CHECK(last_word(out[2]) == last_word(out[3]));
}

TEST_CASE("many masks cost one superblock and few fds") {
    NEEDS_ROOT();
    TempDirectory root;
    auto p = in_root(root);
    for (int i = 0; i < 40; i++) {
        std::string n = std::to_string(i);
        root.mkdir("d" + n), root.write("f" + n, "x");
        p.step(LC_MASK).a("/d" + n).step(LC_MASK).a("/f" + n);
    }
    p.step(LC_OPEN_HOST, 0, O_PATH).a("/").c(7); // the lowest free fd
    p.step(LC_MOUNT).a("/proc").b("proc");
    p.step(LC_PIVOT_ROOT).step(LC_STDIO).step(LC_DUP_FD, 7, 30).exec({"/inside", "fds"});
    Fixture f;
    CHECK(lines(f.run(p)).size() <= 6); // stdio, the dup, and what is not CLOEXEC without CLOSE_FDS
}

TEST_CASE("a path becomes read-only with all that is mounted below it") {
    NEEDS_ROOT();
    TempDirectory root;
    root.mkdir("etc"), root.mkdir("etc/sub"), root.write("file", "x");
    auto p = in_root(root);
    p.step(LC_MOUNT).a("/etc/sub").b("tmpfs");
    for (const char *path : {"/etc", "/file", "/none", "/file/below"}) p.step(LC_READONLY).a(path);
    look(p, {"touch", "/etc/x", "--", "touch", "/etc/sub/x", "--", "write", "/file", "y", "--", "touch", "/x"});
    Fixture f;
    CHECK(f.run(p) == "EROFS\nEROFS\nEROFS\nok\n");
}

TEST_CASE(
    "a name in a procfs becomes read-only; a link there is followed in it, and what is not there does not matter") {
    NEEDS_ROOT();
    TempDirectory root;
    root.mkdir("proc");
    auto p = in_root(root);
    p.header.clone_flags |= CLONE_NEWPID;
    p.step(LC_MOUNT).a("/proc").b("proc").step(LC_OPEN_IN_ROOT, 0x9fa0, O_PATH).a("/proc").c(7);
    for (const char *path : {"/proc/sys", "/proc/uptime", "/proc/none", "/proc/net"}) p.step(LC_READONLY, 0, 7).a(path);
    look(p, {"write", "/proc/sys/kernel/domainname", "y", "--", "write", "/proc/uptime", "?", "--", "write",
             "/proc/self/net/arp", "y", "--", "write", "/proc/self/comm", "x"});
    Fixture f;
    CHECK(f.run(p) == "EROFS\nEROFS\nEROFS\nok\n");
}

TEST_CASE("names in a procfs are masked by what masks the first of their kind") {
    NEEDS_ROOT();
    TempDirectory root;
    root.mkdir("proc");
    auto p = in_root(root);
    p.header.clone_flags |= CLONE_NEWPID;
    p.step(LC_MOUNT).a("/proc").b("proc").step(LC_OPEN_IN_ROOT, 0x9fa0, O_PATH).a("/proc").c(7);
    const char *paths[] = {"/proc/none", "/proc/fs", "/proc/uptime", "/proc/irq", "/proc/meminfo", "/proc/mounts"};
    for (const char *path : paths) p.step(LC_MASK, 7).a(path);
    look(p, {"ls",   "/proc/fs",      "--", "ls",  "/proc/irq",      "--", "cat",   "/proc/uptime", "--",
             "cat",  "/proc/meminfo", "--", "cat", "/proc/1/mounts", "--", "touch", "/proc/irq/x",  "--",
             "stat", "/proc/meminfo"});
    Fixture f;
    auto out = lines(f.run(p));
    REQUIRE(out.size() == 2); // nothing is read, nothing listed
    CHECK(out[0] == "EROFS");
    CHECK(out[1].find("chr 0666 0 0 0 1:3") == 0);
}

TEST_CASE("an empty directory of the plan's own masks the first directory in a procfs, too") {
    NEEDS_ROOT();
    TempDirectory root;
    root.mkdir("proc"), root.mkdir("empty");
    auto p = in_root(root);
    p.header.clone_flags |= CLONE_NEWPID;
    p.step(LC_MOUNT, 0, MS_RDONLY).a("/empty").b("tmpfs").c("size=4k").step(LC_EMPTY_DIRECTORY).a("/empty");
    p.step(LC_MOUNT).a("/proc").b("proc").step(LC_OPEN_IN_ROOT, 0x9fa0, O_PATH).a("/proc").c(7);
    p.step(LC_MASK, 7).a("/proc/fs").step(LC_MASK, 7).a("/proc/irq").step(LC_MASK).a("/proc/sys");
    look(p, {"ls", "/proc/fs", "--", "ls", "/proc/irq", "--", "ls", "/proc/sys", "--", "touch", "/proc/irq/x"});
    Fixture f;
    CHECK(f.run(p) == "EROFS\n");
}

TEST_CASE("a procfs of the plan is not opened through a link") {
    NEEDS_ROOT();
    TempDirectory root;
    root.mkdir("elsewhere"), root.link("proc", "/elsewhere");
    auto p = in_root(root);
    p.step(LC_MOUNT).a("/elsewhere").b("proc").step(LC_OPEN_IN_ROOT, 0x9fa0, O_PATH).a("/proc").c(7);
    look(p, {"ns"});
    Fixture f;
    f.load(p);
    CHECK(f.spawn() == -ELOOP);
}
