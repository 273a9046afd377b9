// A cgroup of the test's own, where there is a cgroup2 file system that can be written.
#pragma once
#include "fixture.h"
#include <mntent.h>

class TestCgroup {
  public:
    TestCgroup() : name_("lc-test-" + std::to_string(getpid())) {
        FILE *mounts = setmntent("/proc/self/mounts", "re");
        while (mntent *m = mounts ? getmntent(mounts) : nullptr)
            if (!strcmp(m->mnt_type, "cgroup2")) path_ = m->mnt_dir + ("/" + name_);
        if (mounts) endmntent(mounts);
        if (path_.empty() || mkdir(path_.c_str(), 0755) < 0) return;
        fd_ = open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    TestCgroup(const TestCgroup &) = delete;
    TestCgroup &operator=(const TestCgroup &) = delete;
    ~TestCgroup() {
        if (fd_ < 0) return;
        close(fd_);
        CHECK(within(2, [&] { return rmdir(path_.c_str()) == 0; })); // nothing was left in it
    }
    bool usable() const {
        if (fd_ < 0) MESSAGE("skipped: no cgroup2 to write in");
        return fd_ >= 0;
    }
    const std::string &name() const { return name_; }
    int32_t fd() const { return fd_; }
    bool has(const std::string &child) const { return access((path_ + "/" + child).c_str(), F_OK) == 0; }

  private:
    std::string name_, path_;
    int32_t fd_ = -1;
};
