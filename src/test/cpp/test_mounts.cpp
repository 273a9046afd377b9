// Steps that build a root, one by one: seen from the host in the directory, or by `inside` in the container.
#include "fixture.h"
#include <sys/mount.h>
#include <sys/sysmacros.h>

TEST_CASE("a file system is mounted where the root had no directory yet") {
    NEEDS_ROOT();
    TempDirectory root;
    auto p = in_root(root);
    p.step(LC_MOUNT, 0, MS_NOSUID | MS_NOEXEC).a("/a/b").b("tmpfs").c("size=1m,mode=1777").source("scratch");
    look(p, {"tmpfs-write", "/a/b/x", "2", "--", "stat", "/a/b", "--", "cat", "/proc/mounts"});
    Fixture f;
    auto out = lines(f.run(p));
    CHECK(out[0] == "1 ENOSPC");
    CHECK(out[1].substr(0, 12) == "dir 1777 0 0");
    CHECK(out[2] == "ENOENT");
    CHECK(S_ISDIR(root.stat("a/b").st_mode));
    CHECK((root.stat("a/b").st_mode & 07777) == 0755);
}

TEST_CASE("a mount has the source, type and flags of its step") {
    NEEDS_ROOT();
    TempDirectory root;
    auto p = in_root(root);
    p.header.clone_flags |= CLONE_NEWPID;
    p.step(LC_MOUNT, 0, MS_NOSUID | MS_NOEXEC | MS_NODEV).a("/proc").b("proc");
    p.step(LC_MOUNT, 0, MS_RDONLY | MS_NODEV).a("tmp").b("tmpfs").c("size=64k").source("named");
    look(p, {"cat", "/proc/mounts"});
    Fixture f;
    auto out = f.run(p);
    CHECK(out.find("proc /proc proc rw,nosuid,nodev,noexec,relatime") != std::string::npos);
    CHECK(out.find("named /tmp tmpfs ro,nodev,relatime,size=64k") != std::string::npos);
}

TEST_CASE("a tree is bound over a directory and over a file, with its own attributes") {
    NEEDS_ROOT();
    TempDirectory root, data;
    data.mkdir("sub");
    data.write("hello", "from the host");
    auto p = in_root(root);
    auto readonly = p.u64s({1, 0, 0, 0}); // MOUNT_ATTR_RDONLY
    p.step(LC_OPEN_TREE, 0, kClone)
        .a(data.path())
        .c(6)
        .step(LC_MOUNT_SETATTR, 6)
        .c(readonly)
        .step(LC_ATTACH, 6)
        .a("/d");
    p.step(LC_OPEN_TREE, 0, kClone).a(data.at("hello")).c(6).step(LC_ATTACH, 6).a("/new/file");
    look(p, {"ls", "/d", "--", "write", "/d/hello", "no", "--", "write", "/new/file", "yes", "--", "cat", "/d/hello"});
    Fixture f;
    CHECK(f.run(p) == "hello\nsub\nEROFS\nok\nyes");
    CHECK(S_ISDIR(root.stat("d").st_mode));
    CHECK(S_ISREG(root.stat("new/file").st_mode)); // the mount point, not what lay over it
    CHECK(root.stat("new/file").st_size == 0);
}

TEST_CASE("without mount_setattr a path becomes read-only by a remount, a file through the host's procfs") {
    NEEDS_ROOT();
    TempDirectory root;
    root.mkdir("etc"), root.write("file", "x"), root.link("link", "/file");
    auto p = in_root(root);
    p.step(LC_OPEN_HOST, 0, O_PATH).a("/proc").c(7);
    for (const char *path : {"/etc", "/link", "/none", "/file/below"}) p.step(LC_READONLY, 7).a(path);
    look(p, {"touch", "/etc/x", "--", "write", "/file", "y", "--", "touch", "/x"});
    Fixture f;
    CHECK(f.run(p) == "EROFS\nEROFS\nok\n");
}

TEST_CASE("a remount changes what it names of the tree that was attached, and nothing else") {
    NEEDS_ROOT();
    for (const char *name : {"dir", "file"}) {
        TempDirectory root, data;
        data.mkdir("dir"), data.write("file", "x");
        auto p = in_root(root);
        p.step(LC_OPEN_HOST, 0, O_PATH).a("/proc").c(7);
        auto before = p.u64s({MS_NOSUID | MS_NOEXEC, 0, 0, 0}); // MOUNT_ATTR_* have the same bits
        p.step(LC_OPEN_TREE, 0, kClone).a(data.at(name)).c(8).step(LC_MOUNT_SETATTR, 8).c(before);
        p.step(LC_ATTACH, 8).a("/there").c(1u);
        p.step(LC_REMOUNT, 7, MS_RDONLY | static_cast<uint64_t>(MS_NOEXEC) << 32).a("/there").c(8);
        p.step(LC_MOUNT).a("/proc").b("proc");
        Fixture f;
        auto out = f.run(look(p, {"mounts"}));
        CHECK(out.find("/there ") != std::string::npos);
        auto line = out.substr(out.find("/there "));
        line = line.substr(0, line.find('\n'));
        CHECK(line.find(" ro,nosuid,relatime") != std::string::npos);
    }
}

TEST_CASE("a file is not remounted without a procfs") {
    NEEDS_ROOT();
    TempDirectory root;
    root.write("file", "x");
    auto p = in_root(root);
    p.step(LC_REMOUNT, 0, MS_RDONLY).a("/file").exec({"/inside"});
    Fixture f;
    CHECK(f.run_to_fault(p) == -ENOTDIR);
}

TEST_CASE("the root itself becomes read-only by attribute or by remount") {
    NEEDS_ROOT();
    for (int way = 0; way < 3; way++) {
        TempDirectory root;
        auto p = in_root(root);
        auto readonly = p.u64s({1, 0, 0, 0});
        if (way == 0) p.step(LC_MOUNT_SETATTR, LC_SLOT_ROOT).c(readonly);
        if (way == 1) p.step(LC_SETATTR_AT).a("/").c(readonly);
        if (way == 2) p.step(LC_REMOUNT, 0, MS_REMOUNT | MS_BIND | MS_RDONLY).a("/");
        look(p, {"touch", "/x"});
        Fixture f;
        CHECK(f.run(p) == "EROFS\n");
    }
}

TEST_CASE("a file system is mounted at a path as it stands in the root that the child is in") {
    NEEDS_ROOT();
    TempDirectory root;
    root.mkdir("tmp"), root.link("link", "/tmp");
    auto p = in_root(root);
    p.step(LC_MOUNT, 0, MS_NOSUID).a("/tmp").b("tmpfs").c("size=4k").step(LC_PIVOT_ROOT);
    p.step(LC_MOUNT_PATH, 0, MS_NOEXEC).a("/link").b("tmpfs").c("mode=1770").source("above");
    p.step(LC_STDIO).exec({"/inside", "stat", "/tmp"});
    Fixture f;
    CHECK(f.run(p).find("dir 1770") == 0);
    auto missing = in_root(root);
    missing.step(LC_PIVOT_ROOT).step(LC_MOUNT_PATH).a("/none").b("tmpfs").step(LC_STDIO).exec({"/inside", "ns"});
    Fixture g;
    g.load(missing);
    CHECK(g.spawn() == -ENOENT); // it is not made
}

TEST_CASE("a device node has exactly the mode and owner that its step names") {
    NEEDS_ROOT();
    TempDirectory root;
    mode_t was = umask(077); // this process's: none of a plan's business
    auto p = in_root(root);
    p.step(LC_MKNOD, S_IFCHR | 0666, makedev(1, 3)).a("/dev/null").c(p.u32s({12, 34}));
    p.step(LC_MKNOD, S_IFBLK | 0640, makedev(7, 300)).a("/dev/deep/er/loop");
    p.step(LC_MKNOD, S_IFIFO | 0622, 0).a("pipe");
    Fixture f;
    f.run(look(p, {"pid"}));
    umask(was);
    struct stat null = root.stat("dev/null"), block = root.stat("dev/deep/er/loop"), pipe = root.stat("pipe");
    CHECK(null.st_mode == (S_IFCHR | 0666));
    CHECK(null.st_rdev == makedev(1, 3));
    CHECK(null.st_uid == 12);
    CHECK(null.st_gid == 34);
    CHECK(block.st_mode == (S_IFBLK | 0640));
    CHECK(block.st_rdev == makedev(7, 300));
    CHECK(pipe.st_mode == (S_IFIFO | 0622));
}

TEST_CASE("a node that is there already must be the same one") {
    NEEDS_ROOT();
    TempDirectory root;
    REQUIRE(mknod(root.at("null").c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0);
    REQUIRE(mknod(root.at("high").c_str(), S_IFBLK | 0600, makedev(7, 300)) == 0);
    REQUIRE(mkfifo(root.at("pipe").c_str(), 0600) == 0);
    root.write("file", "x");
    root.link("link", "null");
    auto same = in_root(root);
    same.step(LC_MKNOD, S_IFCHR | 0666, makedev(1, 3))
        .a("/null")
        .step(LC_MKNOD, S_IFBLK | 0666, makedev(7, 300))
        .a("/high");
    same.step(LC_MKNOD, S_IFIFO | 0666, 0).a("/pipe");
    Fixture f;
    f.run(look(same, {"pid"}));
    CHECK((root.stat("null").st_mode & 07777) == 0600); // untouched
    struct {
        const char *path;
        uint32_t type;
        uint64_t device;
    } others[] = {{"/null", S_IFCHR, makedev(1, 5)},   {"/null", S_IFBLK, makedev(1, 3)},
                  {"/high", S_IFBLK, makedev(7, 301)}, {"/file", S_IFCHR, makedev(1, 3)},
                  {"/link", S_IFCHR, makedev(1, 3)},   {"/pipe", S_IFCHR, 0}};
    for (auto &other : others) {
        auto p = in_root(root);
        p.step(LC_MKNOD, other.type | 0666, other.device).a(other.path).exec({"/inside"});
        CHECK(f.run_to_fault(p) == -EEXIST);
    }
}

TEST_CASE("directories are made with their parents, links unless there is something") {
    NEEDS_ROOT();
    TempDirectory root;
    root.mkdir("old"), root.link("kept", "its/own"), root.write("file", "x");
    auto p = in_root(root);
    p.step(LC_MKDIR, 0, 01777).a("/a//b/c").step(LC_MKDIR, 0, 0700).a("old").step(LC_MKDIR, 0, 0700).a("/");
    p.step(LC_SYMLINK)
        .a("/dev/fd")
        .b("/proc/self/fd")
        .step(LC_SYMLINK)
        .a("/kept")
        .b("other")
        .step(LC_SYMLINK)
        .a("file")
        .b("x");
    Fixture f;
    CHECK(f.run(look(p, {"readlink", "/dev/fd", "--", "readlink", "/kept", "--", "cat", "/file"})) ==
          "/proc/self/fd\nits/own\nx");
    CHECK((root.stat("a/b/c").st_mode & 07777) == 01777);
    CHECK((root.stat("a/b").st_mode & 07777) == 0755);
    CHECK((root.stat("old").st_mode & 07777) == 0755);
}

TEST_CASE("a private root shows what was put there and nothing else") {
    NEEDS_ROOT();
    PlanBuilder p;
    p.header.clone_flags = CLONE_NEWNS;
    p.step(LC_MOUNT_PROPAGATION, 0, kPrivate).a("/");
    p.step(LC_OPEN_TMPFS).a("64k").c(LC_SLOT_ROOT).step(LC_ATTACH, LC_SLOT_ROOT, 1).a("/");
    p.step(LC_OPEN_TREE, 0, kClone).a(inside()).c(6).step(LC_ATTACH, 6).a("/inside").step(LC_MKDIR, 0, 0700).a("/tmp");
    Fixture f;
    CHECK(f.run(look(p, {"ls", "/", "--", "ls", "/..", "--", "stat", "/", "--", "tmpfs-write", "/tmp/x", "1"}))
              .find("inside\ntmp\ninside\ntmp\ndir 0755 0 0") == 0);
}

TEST_CASE("what is opened in the root can be asked to be of one file system") {
    NEEDS_ROOT();
    TempDirectory root;
    auto p = in_root(root);
    p.step(LC_MOUNT).a("/proc").b("proc");
    p.step(LC_OPEN_IN_ROOT, 0x9fa0, O_PATH).a("/proc").c(LC_SLOT_PROC); // PROC_SUPER_MAGIC
    p.step(LC_OPEN_IN_ROOT, 0, O_RDONLY)
        .a("/proc/sys")
        .c(8)
        .step(LC_WRITE_AT, LC_SLOT_PROC, 3)
        .a("self/oom_score_adj")
        .c("500");
    Fixture f;
    CHECK(f.run(look(p, {"oom"})) == "500\n");
    auto other = in_root(root);
    other.step(LC_OPEN_IN_ROOT, 0x9fa0, O_PATH).a("/").c(LC_SLOT_PROC).exec({"/inside"});
    CHECK(f.run_to_fault(other) == -EUCLEAN);
    CHECK(f.result.report.step == 5);
}

TEST_CASE("a detached procfs belongs to the new pid namespace") {
    NEEDS_ROOT();
    TempDirectory root;
    auto p = in_root(root);
    p.header.clone_flags |= CLONE_NEWPID;
    p.step(LC_OPEN_PROC).c(6).step(LC_ATTACH, 6).a("/proc");
    Fixture f;
    CHECK(f.run(look(p, {"pid", "--", "readlink", "/proc/self", "--", "mounts"})).find("1\n1\n") == 0);
}

TEST_CASE("without a mount namespace the root is a chroot") {
    NEEDS_ROOT();
    TempDirectory root;
    REQUIRE(link(inside().c_str(), root.at("inside").c_str()) == 0);
    PlanBuilder p;
    p.step(LC_OPEN_HOST, 0, O_PATH | O_DIRECTORY).a(root.path()).c(LC_SLOT_ROOT).step(LC_CHROOT).step(LC_CHDIR).a("/");
    p.step(LC_STDIO).step(LC_CLOSE_FDS, 0, 3).exec({"/inside", "ls", "/", "--", "cwd"});
    Fixture f;
    CHECK(f.run(p) == "inside\n/\n");
}

TEST_CASE("what a directory holds is copied into the file system that covers it") {
    NEEDS_ROOT();
    TempDirectory root;
    root.mkdir("d"), root.mkdir("d/sub"), root.write("d/sub/file", "text"), root.link("d/link", "sub/file");
    REQUIRE(chmod(root.at("d").c_str(), 0750) == 0);
    REQUIRE(mkfifo(root.at("d/fifo").c_str(), 0600) == 0);
    auto p = in_root(root);
    p.step(LC_OPEN_IN_ROOT).a("/d").c(20);
    p.step(LC_MOUNT).a("/d").b("tmpfs").c("size=1m,mode=700");
    p.step(LC_COPY_INTO, 20, 1).a("/d");
    look(p, {"cat", "/d/link", "--", "env", "-", "--", "stat", "/d", "--", "stat", "/d/fifo", "--", "ls", "/d"});
    Fixture f;
    auto out = lines(f.run(p));
    CHECK(out[0] == "textENOENT");
    CHECK(out[1].substr(0, 8) == "dir 0750");
    CHECK(out[2].substr(0, 9) == "fifo 0600");
    CHECK(std::vector<std::string>(out.begin() + 3, out.end()) == std::vector<std::string>{"fifo", "link", "sub"});
}

TEST_CASE("a tree that is too deep, or too large, is not copied in part without saying so") {
    NEEDS_ROOT();
    TempDirectory root;
    std::string path = "d";
    root.mkdir(path);
    for (int i = 0; i < 64; i++) root.mkdir(path += "/d");
    auto p = in_root(root);
    p.step(LC_OPEN_IN_ROOT).a("/d").c(20);
    p.step(LC_MOUNT).a("/d").b("tmpfs").c("size=1m");
    p.step(LC_COPY_INTO, 20).a("/d");
    look(p, {"pid"});
    Fixture f;
    CHECK(f.run_to_fault(p) == -E2BIG);
    CHECK(f.result.report.step == 7);
}

TEST_CASE("an extended attribute is set on a directory in the root and nowhere else") {
    NEEDS_ROOT();
    TempDirectory root;
    root.mkdir("d"), root.link("out", "/../../../../tmp");
    auto p = in_root(root);
    p.step(LC_SET_XATTR, 0, 4).a("/d").b("user.colour").c("blue");
    look(p, {"xattr", "/d", "user.colour"});
    Fixture f;
    CHECK(f.run(p) == "blue\n");
    auto q = in_root(root);
    q.step(LC_SET_XATTR, 0, 4).a("/out").b("user.colour").c("blue");
    look(q, {"pid"});
    CHECK(f.run_to_fault(q) == -ENOENT);
}

TEST_CASE("a mapped tree shows other ids, and its namespace outlives whoever made it") {
    NEEDS_ROOT();
    TempDirectory root, data;
    data.write("file", "x");
    REQUIRE(chown(data.at("file").c_str(), 1000, 3000) == 0);
    Fixture f; // whose spawner is a child too
    int before = count_children();
    int32_t ids = lc_userns_create("1000 2000 1\n", "3000 4000 1\n");
    REQUIRE(ids >= 0);
    CHECK(count_children() == before);
    CHECK(lc_namespace_type(ids) == CLONE_NEWUSER);
    PlanBuilder p;
    p.header.clone_flags = CLONE_NEWNS;
    p.header.bound_mask = 1u << LC_SLOT_FIRST_FREE;
    p.header.child_mask = 1u << 30;
    p.step(LC_OPEN_MAPPED_TREE, LC_SLOT_FIRST_FREE, kClone).a(data.path()).c(30);
    p.end_host();
    p.step(LC_MOUNT_PROPAGATION, 0, kPrivate).a("/");
    p.step(LC_OPEN_TREE, 0, kCloneAll).a(root.path()).c(LC_SLOT_ROOT).step(LC_ATTACH, LC_SLOT_ROOT, 1).a(root.path());
    p.step(LC_OPEN_TREE, 0, kClone).a(inside()).c(kInsideSlot).step(LC_ATTACH, kInsideSlot).a("/inside");
    p.step(LC_ATTACH, 30).a("/data");
    look(p, {"stat", "/data/file"});
    f.bind(LC_SLOT_FIRST_FREE, ids);
    CHECK(f.run(p).substr(0, 22) == "regular 0644 2000 4000");
    CHECK(f.run(p).substr(0, 22) == "regular 0644 2000 4000");
    close(ids);
    CHECK(lc_userns_create("nonsense", "0 0 1\n") == -EINVAL);
    CHECK(count_children() == before);
}
