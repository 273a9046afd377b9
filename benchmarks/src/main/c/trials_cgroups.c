/* trials_cgroups.c: how a child comes into its cgroups, from the clone until it goes on in them. */
#define _GNU_SOURCE
#include "trials.h"
#include "trials_ring.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_HIERARCHIES 3
#define COMMON "libcontainer-trials"
static char directories[MOST_HIERARCHIES][300];
static int hierarchies;
static int dirs[MOST_HIERARCHIES],
    entries[MOST_HIERARCHIES]; /* of each: its directory, and its tasks or cgroup.procs */

/* ---- making and removing them ------------------------------------------------------------------------------------ */

/* What runs that were killed have left in this directory: names are the ids of their processes. */
static void sweep(const char *common) {
    DIR *all = opendir(common);
    for (struct dirent *entry; all && (entry = readdir(all));) {
        int pid = atoi(entry->d_name);
        if (pid > 0 && kill(pid, 0) < 0 && errno == ESRCH) unlinkat(dirfd(all), entry->d_name, AT_REMOVEDIR);
    }
    if (all) closedir(all);
}

static const char *add_cgroup(const char *point) {
    char *path = directories[hierarchies];
    snprintf(path, sizeof *directories, "%.200s/" COMMON, point);
    mkdir(path, 0755);
    sweep(path);
    size_t size = strlen(path);
    snprintf(path + size, sizeof *directories - size, "/%d", getpid());
    if (mkdir(path, 0755) < 0) return because("mkdir %s: %s", path, strerror(errno));
    hierarchies++;
    return 0;
}
static void remove_cgroups(void) {
    for (int i = 0; i < hierarchies; i++) {
        for (int tries = 0; rmdir(directories[i]) < 0 && errno == EBUSY && tries < 500; tries++) usleep(1000);
        *strrchr(directories[i], '/') = 0;
        rmdir(directories[i]); /* stays while another run uses it */
    }
}

/* Whether `word` is among the comma-separated `words`. */
static int has(const char *words, const char *word) {
    size_t size = strlen(word);
    for (const char *at = words; (at = strstr(at, word)); at += size)
        if ((at == words || at[-1] == ',') && (at[size] == ',' || at[size] == 0)) return 1;
    return 0;
}
/* Where a hierarchy is mounted: of version 1 with this controller, of version 2 without one. */
static int find_hierarchy(const char *controller, char *into) {
    char line[1024], point[201], type[32], options[256];
    FILE *mounts = fopen("/proc/self/mounts", "re");
    int found = 0;
    while (mounts && !found && fgets(line, sizeof line, mounts)) {
        if (sscanf(line, "%*s %200s %31s %255s", point, type, options) != 3) continue;
        found = controller ? !strcmp(type, "cgroup") && has(options, controller) : !strcmp(type, "cgroup2");
        if (found) strcpy(into, point);
    }
    if (mounts) fclose(mounts);
    return found;
}
static const char *prepare_version_2(void) {
    char point[201];
    return find_hierarchy(0, point) ? add_cgroup(point) : "no cgroup hierarchy of version 2 is mounted";
}
static const char *prepare_version_1(void) {
    static const char *const controllers[MOST_HIERARCHIES] = {"memory", "cpu", "pids"};
    char points[MOST_HIERARCHIES][201];
    const char *why = 0;
    for (int i = 0; i < MOST_HIERARCHIES; i++)
        if (!find_hierarchy(controllers[i], points[i]))
            return because("no cgroup hierarchy of version 1 with %s is mounted", controllers[i]);
    for (int i = 0; !why && i < MOST_HIERARCHIES; i++) /* one that has several controllers is entered once */
        if (i == 0 || (strcmp(points[i], points[0]) && strcmp(points[i], points[i - 1]))) why = add_cgroup(points[i]);
    return why;
}

static int proc;
static int to_check = 3; /* so many times children look whether they are where they should be */

static void open_entries(const char *file) {
    proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    must(proc, "/proc");
    for (int i = 0; i < hierarchies; i++) {
        dirs[i] = open(directories[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
        must(dirs[i], directories[i]);
        entries[i] = openat(dirs[i], file, O_WRONLY | O_CLOEXEC);
        must(entries[i], file);
    }
}
static const char *open_procs(void) {
    open_entries("cgroup.procs");
    return 0;
}

/* ---- entering ---------------------------------------------------------------------------------------------------- */

static int text(char *into, int pid) {
    int size = 0;
    for (int left = pid; left; left /= 10) size++;
    for (int at = size; at > 0; pid /= 10) into[--at] = (char)('0' + pid % 10);
    return size;
}
static long enter_self(void) {
    for (int i = 0; i < hierarchies; i++) TRY(SYS(SYS_write, entries[i], "0", 1));
    return 0;
}
static void enter_others(int count) {
    char pids[MOST_CHILDREN][12];
    int sizes[MOST_CHILDREN];
    for (int c = 0; c < count; c++) sizes[c] = text(pids[c], children[c].pid);
    for (int i = 0; i < hierarchies; i++)
        for (int c = 0; c < count; c++)
            must(write(entries[i], pids[c], (size_t)sizes[c]), "entering a cgroup from outside");
    for (int c = 0; c < count; c++) set_placed(c);
}

/* ---- version 2 --------------------------------------------------------------------------------------------------- */

/* In the child: whether it is in all cgroups of this trial. */
static long look(void) {
    char lines[4096];
    long fd = SYS(SYS_openat, proc, "self/cgroup", O_RDONLY | O_CLOEXEC);
    TRY(fd);
    long size = SYS(SYS_read, fd, lines, sizeof lines - 1);
    TRY(size);
    lines[size] = 0;
    int found = 0;
    for (const char *at = lines; (at = strstr(at, "/" COMMON "/")); at++) found++;
    return found == hierarchies ? 0 : -EXDEV;
}
static _Noreturn void ready(int index, long result) {
    children[index].ready = now();
    leave(index, result < 0 || to_check == 0 ? result : look());
}
static _Noreturn void ready_outside(int index, long result) {
    children[index].ready = now();
    leave(index, result);
}
static void born_inside(int index) { ready(index, 0); }
static void born_outside(int index) { ready_outside(index, 0); }
static void enter(int index) { ready(index, enter_self()); }
static void wait_for_parent(int index) {
    await_placed(index);
    ready(index, 0);
}
static uint64_t one(uint64_t flags, void (*way)(int), int is_placed) {
    start_child(0, flags, dirs[0], way);
    if (!is_placed) enter_others(1);
    end_child(0, "entering the cgroup");
    if (to_check > 0) to_check--;
    return children[0].ready - children[0].begun;
}
static uint64_t measure_nothing(void) { return one(0, born_outside, 1); }
static uint64_t measure_born(void) { return one(INTO_CGROUP, born_inside, 1); }
static uint64_t measure_child_writes(void) { return one(0, enter, 1); }
static uint64_t measure_parent_writes(void) { return one(0, wait_for_parent, 0); }

const struct trial CGROUP2 = {.name = "cgroup2",
                              .idle = 1,
                              .prepare = prepare_version_2,
                              .finish = remove_cgroups,
                              .variants = (const struct variant[]){{"clone-into", open_procs, measure_born},
                                                                   {"child-writes", open_procs, measure_child_writes},
                                                                   {"parent-writes", open_procs, measure_parent_writes},
                                                                   {"no-cgroup", open_procs, measure_nothing},
                                                                   {0}}};

/* ---- version 1: beside the child's own work, four mounts that it needs in any case ------------------------------- */

static const char *tasks(void) {
    open_entries("tasks");
    stand_in_little();
    return 0;
}
static const char *procs(void) {
    open_entries("cgroup.procs");
    stand_in_little();
    return 0;
}
static const char *tasks_by_ring(void) {
    tasks();
    return open_ring();
}

static long own_work(void) {
    static const char *const places[] = {"/a", "/b", "/c", "/d"};
    for (int i = 0; i < 4; i++) TRY(SYS(SYS_mount, "tmpfs", places[i], "tmpfs", 0, "size=64m"));
    return 0;
}
static void work_and_enter(int index) {
    long r = own_work();
    ready(index, r < 0 ? r : enter_self());
}
static void only_work(int index) { ready_outside(index, own_work()); }
static void work_and_enter_by_ring(int index) {
    char pid[12]; /* a worker thread writes, for which "0" would be itself */
    long r = own_work();
    int size = text(pid, (int)SYS(SYS_getpid));
    ready(index, r < 0 ? r : write_by_ring(entries, hierarchies, pid, (uint32_t)size));
}
static void work_and_wait(int index) {
    long r = own_work();
    await_placed(index);
    ready(index, r);
}

/* Until the last of so many that are cloned one right after the other. */
static uint64_t several(int count, void (*way)(int), int by_parent) {
    uint64_t last = 0;
    for (int i = 0; i < count; i++) start_child(i, CLONE_NEWNS, 0, way);
    if (by_parent) enter_others(count);
    for (int i = 0; i < count; i++) {
        end_child(i, "entering the cgroups");
        if (children[i].ready > last) last = children[i].ready;
    }
    if (to_check > 0) to_check--;
    return last - children[0].begun;
}
static uint64_t measure_child(void) { return several(1, work_and_enter, 0); }
static uint64_t measure_no_cgroups(void) { return several(1, only_work, 0); }
static uint64_t measure_ring(void) { return several(1, work_and_enter_by_ring, 0); }
static uint64_t measure_parent(void) { return several(1, work_and_wait, 1); }
static uint64_t measure_four(void) { return several(MOST_CHILDREN, work_and_enter, 0); }
static uint64_t measure_four_by_parent(void) { return several(MOST_CHILDREN, work_and_wait, 1); }

const struct trial CGROUP1 = {.name = "cgroup1",
                              .idle = 1,
                              .prepare = prepare_version_1,
                              .finish = remove_cgroups,
                              .variants = (const struct variant[]){{"child-tasks", tasks, measure_child},
                                                                   {"child-io-uring", tasks_by_ring, measure_ring},
                                                                   {"parent-tasks", tasks, measure_parent},
                                                                   {"parent-procs", procs, measure_parent},
                                                                   {"no-cgroup", tasks, measure_no_cgroups},
                                                                   {0}}};
const struct trial CGROUP1_FOUR = {.name = "cgroup1-four",
                                   .idle = 1,
                                   .prepare = prepare_version_1,
                                   .finish = remove_cgroups,
                                   .variants = (const struct variant[]){{"child-tasks", tasks, measure_four},
                                                                        {"parent-tasks", tasks, measure_four_by_parent},
                                                                        {"parent-procs", procs, measure_four_by_parent},
                                                                        {0}}};
