// What a template makes ahead for its next child, and that no two children share it.
#include "cgroup_fixture.h"
#include <set>
#include <sys/mount.h>

namespace {

PlanBuilder with_template(std::vector<std::string> program, void (*ahead)(PlanBuilder &) = nullptr) {
    PlanBuilder p;
    p.header.clone_flags = CLONE_NEWUTS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNS;
    p.step(LC_UNSHARE, 0, CLONE_NEWNS).flags(LC_STEP_TEMPLATE_ONLY);
    p.step(LC_MOUNT_PROPAGATION, 0, MS_REC | MS_PRIVATE).a("/").end_template();
    if (ahead) ahead(p);
    p.end_ahead();
    p.step(LC_STDIO).exec(program);
    return p;
}

/// A template of what is loaded, which ends with this.
struct Template {
    int32_t fd = -1, pid = 0, pidfd = -1;
    explicit Template(Fixture &f) {
        lc_request request = f.request;
        request.stdio[1] = LC_STDIO_NULL;
        lc_result opened = {};
        fd = lc_template_open(f.engine, f.loaded, &request, &opened);
        REQUIRE(fd >= 0);
        pid = opened.pid;
        pidfd = opened.pidfd;
    }
    Template(const Template &) = delete;
    Template &operator=(const Template &) = delete;
    ~Template() {
        lc_close(fd);
        lc_exit exit;
        CHECK(lc_wait(pidfd, 5000000, &exit) == 1);
        lc_close(pidfd);
    }
};

int open_fds(int32_t pid) {
    const std::string path = "/proc/" + std::to_string(pid) + "/fd";
    DIR *dir = opendir(path.c_str());
    REQUIRE(dir);
    int n = 0;
    while (readdir(dir)) n++;
    closedir(dir);
    return n;
}

std::string output(Fixture &f, int32_t tmpl) {
    f.request.stdio[1] = LC_STDIO_PIPE;
    REQUIRE(f.spawn(tmpl) > 0);
    std::string text = f.read_output();
    CHECK(f.finish().status == 0);
    return text;
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
    Template made(f);
    std::vector<lc_result> live;
    for (int i = 0; i < 8; i++) {
        REQUIRE(f.spawn(made.fd) > 0);
        live.push_back(f.result);
    }
    for (const char *kind : {"mnt", "ipc", "uts", "pid"}) {
        std::set<std::string> seen{namespace_of(getpid(), kind), namespace_of(made.pid, kind)};
        const size_t before = seen.size();
        for (const lc_result &child : live) seen.insert(namespace_of(child.pid, kind));
        CHECK_MESSAGE(seen.size() == before + live.size(), kind);
    }
    for (lc_result &child : live) {
        CHECK(lc_pidfd_signal(child.pidfd, SIGKILL) == 0);
        f.result = child;
        f.finish();
    }
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
    Template made(f);
    const int32_t no_cgroup = open("/", O_PATH | O_CLOEXEC);
    for (int i = 0; i < 3; i++) {
        f.bind(6, group.fd());
        REQUIRE(f.spawn(made.fd) > 0);
        CHECK(f.finish().status == 0);
        f.bind(6, no_cgroup);
        CHECK(f.spawn(made.fd) == -EBADF);
        CHECK(f.result.report.aux == LC_AT_CLONE);
    }
    close(no_cgroup);
}

TEST_CASE("what a template has mounted ahead is its next child's alone") {
    NEEDS_ROOT();
    static TempDirectory place;
    const std::string program =
        "ls -A " + place.path() + "; touch " + place.path() + "/mine; stat -f -c %T " + place.path();
    auto p = with_template({"/bin/sh", "-c", program}, [](PlanBuilder &b) {
        b.step(LC_OPEN_HOST, 0, O_PATH).c(LC_SLOT_ROOT).a("/");
        b.step(LC_MOUNT, 0, MS_NODEV).a(place.path()).b("tmpfs").c("size=64k");
    });
    Fixture f;
    f.load(p);
    Template made(f);
    CHECK(output(f, made.fd) == "tmpfs\n");
    const int fds = open_fds(made.pid);
    for (int i = 0; i < 5; i++) CHECK(output(f, made.fd) == "tmpfs\n");
    CHECK(output(f, -1) == "tmpfs\n"); // without a template the child mounts for itself
    CHECK(open_fds(made.pid) == fds);
    CHECK(rmdir((place.path() + "/mine").c_str()) == -1);
    CHECK(errno == ENOENT);
}

TEST_CASE("what fails ahead is left to the child, who says which step it was") {
    NEEDS_ROOT();
    static TempDirectory place;
    auto p = with_template({"/bin/true"}, [](PlanBuilder &b) {
        b.step(LC_OPEN_HOST, 0, O_PATH).c(LC_SLOT_ROOT).a("/");
        b.step(LC_MOUNT, 0, MS_NODEV).a(place.path()).b("tmpfs");
        b.step(LC_MKNOD, S_IFIFO | 0600).a(place.path() + "/below/node");
        b.step(LC_MOUNT, 0, MS_NODEV).a(place.path()).b("nosuchfs");
    });
    Fixture f;
    f.load(p);
    Template made(f);
    for (int i = 0; i < 3; i++) {
        CHECK(f.spawn(made.fd) == -ENODEV);
        CHECK(f.result.report.step == static_cast<int32_t>(p.header.ahead_end) - 1);
    }
}

TEST_CASE("what was begun ahead and not finished is not what the child begins with") {
    NEEDS_ROOT();
    static TempDirectory place, other;
    auto p = with_template({"/bin/grep", "-c", place.path(), "/proc/self/mountinfo"}, [](PlanBuilder &b) {
        b.step(LC_OPEN_HOST, 0, O_PATH).c(LC_SLOT_ROOT).a("/");
        b.step(LC_MOUNT, 0, MS_NODEV).a(place.path()).b("tmpfs");
        b.step(LC_EMPTY_DIRECTORY).a(other.path() + "/late");
    });
    Fixture f;
    f.load(p);
    Template made(f);
    CHECK(f.spawn(made.fd) == -ENOENT);
    REQUIRE(mkdir((other.path() + "/late").c_str(), 0755) == 0);
    for (int i = 0; i < 3; i++) CHECK(output(f, made.fd) == "1\n");
}

TEST_CASE("a template that is given another plan forgets what it did for the first") {
    NEEDS_ROOT();
    static TempDirectory one, two;
    const std::string program = "stat -f -c %T " + one.path() + " " + two.path() + " | sort -u";
    auto p = with_template({"/bin/sh", "-c", program}, [](PlanBuilder &b) {
        b.step(LC_OPEN_HOST, 0, O_PATH).c(LC_SLOT_ROOT).a("/");
        b.step(LC_MOUNT, 0, MS_NODEV).a(one.path()).b("tmpfs");
        b.step(LC_MOUNT, 0, MS_NODEV).a(two.path()).b("tmpfs");
    });
    auto bare = with_template({"/bin/sh", "-c", program});
    Fixture f;
    f.load(bare);
    const std::string before = output(f, -1);
    REQUIRE(before != "tmpfs\n");
    const int64_t plain = f.loaded;
    f.load(p);
    const int64_t furnished = f.loaded;
    Template made(f);
    for (int i = 0; i < 3; i++) {
        f.loaded = furnished;
        CHECK(output(f, made.fd) == "tmpfs\n");
        f.loaded = plain;
        CHECK(output(f, made.fd) == before);
    }
}

TEST_CASE("a template joins its next child's network, if that is the one the child comes with") {
    NEEDS_ROOT();
    constexpr uint32_t own = LC_SLOT_FIRST_FREE, next = own + 1;
    auto p = with_template({"/bin/readlink", "/proc/self/ns/net"}, [](PlanBuilder &b) {
        b.header.bound_mask = 1u << own;
        b.header.child_mask = 1u << own | 1u << next;
        b.header.network_slot = own;
        b.header.next_slot = next;
        b.step(LC_SETNS, own, CLONE_NEWNET);
    });
    Fixture f;
    f.load(p);
    Template made(f);
    std::vector<int32_t> networks;
    auto name_of = [](int32_t fd) {
        struct stat status = {};
        REQUIRE(fstat(fd, &status) == 0);
        return "net:[" + std::to_string(status.st_ino) + "]\n";
    };
    for (int i = 0; i < 4; i++) {
        networks.push_back(lc_netns_create());
        REQUIRE(networks.back() >= 0);
    }
    const int fds = open_fds(made.pid);
    const std::string host = namespace_of(made.pid, "net");
    const int turns[][2] = {{0, 1}, {1, 2}, {2, 3}, {3, -1}, {0, 1}, {3, 2}, {1, 2}, {2, -1}, {0, -1}};
    for (auto &turn : turns) {
        f.bind(own, networks[turn[0]]);
        f.bind(next, turn[1] < 0 ? -1 : networks[turn[1]]);
        CHECK(output(f, made.fd) == name_of(networks[turn[0]]));
    }
    CHECK(namespace_of(made.pid, "net") == host);
    CHECK(open_fds(made.pid) <= fds + 3); // its own namespaces, to go back to
    for (int32_t fd : networks) lc_close(fd);
}
