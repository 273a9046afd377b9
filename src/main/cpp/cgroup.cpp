// The end of cgroups: last figures, the killing of whoever is left, and removal bottom up.
#include "engine.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

namespace lc {

namespace {

constexpr int64_t kSecond = 1000000000ll;
constexpr int64_t kLargestCharge = 32 * 1024; // what a child on its way asks for at once

int64_t now() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * kSecond + t.tv_nsec;
}

/// Calls visit(fd of child directory, its name) for each child cgroup.
template <typename F> void each_child(int32_t dir, F visit) {
    int64_t listing = openat(dir, ".", O_RDONLY | O_DIRECTORY);
    if (listing < 0) return;
    DIR *d = fdopendir(static_cast<int>(listing));
    if (!d) return close(listing);
    while (dirent *entry = readdir(d)) {
        if (entry->d_type != DT_DIR || entry->d_name[0] == '.') continue;
        Fd child(openat(dir, entry->d_name, O_PATH | O_DIRECTORY | O_NOFOLLOW));
        if (child.get() >= 0) visit(child.get(), entry->d_name);
    }
    closedir(d);
}

/// One round of a signal over cgroup.procs of a cgroup and below; how many processes were met.
uint32_t signal_round(int32_t dir, int32_t signal, uint32_t depth) {
    uint32_t met = 0;
    char text[512];
    Fd procs(openat(dir, "cgroup.procs", O_RDONLY));
    int64_t n, kept = 0;
    while (procs.get() >= 0 &&
           (n = sys(__NR_read, procs.get(), text + kept, static_cast<int64_t>(sizeof text - kept))) > 0) {
        int32_t pid = 0;
        int64_t end = kept + n, start = 0;
        for (int64_t i = 0; i < end; i++) {
            if (text[i] != '\n') {
                pid = pid * 10 + (text[i] - '0');
                continue;
            }
            met++;
            if (pid > 0)
                sys(__NR_kill, pid, static_cast<int64_t>(signal)); // 0: a process of a pid namespace that we cannot see
            pid = 0;
            start = i + 1;
        }
        kept = end - start;
        memmove(text, text + start, static_cast<size_t>(kept));
    }
    if (depth < 512) // that much stack everybody has
        each_child(dir, [&](int32_t child, const char *) { met += signal_round(child, signal, depth + 1); });
    return met;
}

int32_t write_text(int32_t dir, const char *file, const char *text) {
    return lc_write_at(dir, file, reinterpret_cast<const uint8_t *>(text), static_cast<uint32_t>(strlen(text)));
}

bool has_child(int32_t dir) {
    bool found = false;
    each_child(dir, [&](int32_t, const char *) { found = true; });
    return found;
}

/// Removes what is below a cgroup, however deep: whoever owns it may have nested it to spite a stack. Ends with -EBUSY
/// at the first one that somebody is in.
int64_t remove_below(int32_t top) {
    int64_t at = openat(top, ".", O_PATH | O_DIRECTORY), result = -EBUSY;
    uint32_t depth = 0;
    for (uint32_t steps = 0; at >= 0 && steps < 1000000; steps++) {
        int64_t down = -1;
        bool stuck = false;
        each_child(static_cast<int32_t>(at), [&](int32_t child, const char *name) {
            if (sys(__NR_unlinkat, at, name, 0x200L) != -EBUSY) return; // AT_REMOVEDIR
            if (!has_child(child))
                stuck = true;
            else if (down < 0)
                down = openat(static_cast<int32_t>(at), name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
        });
        if (stuck || (down < 0 && depth == 0)) {
            close(down);
            result = stuck ? -EBUSY : 0;
            break;
        }
        depth = down < 0 ? depth - 1 : depth + 1;
        int64_t next = down < 0 ? openat(static_cast<int32_t>(at), "..", O_PATH | O_DIRECTORY) : down;
        close(at);
        at = next;
    }
    close(at);
    return result;
}

/// rmdir of a cgroup known by its fd: its path, as the kernel tells it, leads to the parent (cgroupfs names are
/// stable).
int64_t remove_directory(int32_t dir) {
    char link[40], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", dir);
    int64_t n = sys(__NR_readlinkat, static_cast<int64_t>(AT_FDCWD), link, path, static_cast<int64_t>(sizeof path - 1));
    if (n <= 0) return n;
    path[n] = 0;
    int64_t r = sys(__NR_unlinkat, static_cast<int64_t>(AT_FDCWD), path, 0x200L); // AT_REMOVEDIR
    if (r != -EBUSY || (r = remove_below(dir)) < 0) return r;
    return sys(__NR_unlinkat, static_cast<int64_t>(AT_FDCWD), path, 0x200L);
}

/// The number at the beginning of a file of a cgroup, or behind a word in it; -1 without one.
int64_t number(int32_t dir, const char *file, const char *word) {
    char text[4096];
    int32_t n = lc_read_at(dir, file, reinterpret_cast<uint8_t *>(text), sizeof text - 1);
    text[n > 0 ? n : 0] = 0;
    const char *at = n > 0 ? strstr(text, word) : nullptr;
    return at ? strtoll(at + strlen(word), nullptr, 10) : -1;
}

} // namespace

bool ran_out_of_memory(int32_t dir) {
    int64_t peak = number(dir, "memory.max_usage_in_bytes", "");
    return (peak >= 0 && peak + kLargestCharge > number(dir, "memory.limit_in_bytes", "")) ||
           number(dir, "memory.events", "oom ") > 0;
}

} // namespace lc

using namespace lc;

extern "C" int32_t lc_cgroup_kill(int32_t dir) {
    if (write_text(dir, "cgroup.kill", "1") >= 0) return 0; // Linux 5.14, v2
    char processes[32] = {};
    bool stopped = false; // a few rounds get everybody but those who fork meanwhile
    int64_t begin = now();
    int32_t result = -EBUSY;
    for (int round = 0; result && now() < begin + 5 * kSecond; round++) {
        if (signal_round(dir, 9, 0) == 0) {
            result = 0;
            break;
        }
        if (round > 0 && round % 16 == 0 && !stopped) {
            stopped = true;
            int32_t n = lc_read_at(dir, "pids.max", reinterpret_cast<uint8_t *>(processes), sizeof processes - 1);
            if (n > 0) processes[n - 1] = 0; // the line's end
            if (n > 0) write_text(dir, "pids.max", "0");
        }
        if (round > 16 && round % 16 == 1) { // whoever is frozen does not fork, and has its SIGKILL when it is let go
            write_text(dir, "freezer.state", "FROZEN");
            signal_round(dir, 9, 0);
            write_text(dir, "freezer.state", "THAWED");
        }
        int64_t pause[2] = {0, 200000};
        sys(__NR_nanosleep, pause, nullptr);
    }
    if (processes[0]) write_text(dir, "pids.max", processes);
    return result;
}

extern "C" int32_t lc_cgroup_signal(int32_t dir, int32_t signal) {
    return static_cast<int32_t>(signal_round(dir, signal, 0));
}

extern "C" int32_t lc_cgroups_finish(const int32_t *dirs, uint32_t count, uint32_t what, const char *files,
                                     uint8_t *data, uint32_t capacity) {
    uint32_t used = 0;
    for (uint32_t i = 0; (what & LC_CGROUPS_READ) && i < count; i++, files++) {
        for (; *files; files += strlen(files) + 1) {
            if (used + 4 > capacity) return -ENOSPC;
            int32_t n = lc_read_at(dirs[i], files, data + used + 4, capacity - used - 4);
            memcpy(data + used, &n, 4);
            used += 4 + (n > 0 ? (static_cast<uint32_t>(n) + 3) / 4 * 4 : 0);
        }
    }
    int32_t result = static_cast<int32_t>(used);
    for (uint32_t i = count; (what & LC_CGROUPS_REMOVE) && i-- > 0;) {
        int64_t r = remove_directory(dirs[i]);
        for (int tries = 0; r == -EBUSY && tries < 100; tries++) { // somebody is left, or still on the way out
            int64_t pause[2] = {0, 1000000};
            lc_cgroup_kill(dirs[i]);
            sys(__NR_nanosleep, pause, nullptr);
            r = remove_directory(dirs[i]);
        }
        close(dirs[i]);
        if (r < 0 && r != -ENOENT) result = static_cast<int32_t>(r);
    }
    return result;
}
