/* trials_exec.c: from the exec to the first instruction, by path and by an fd that is open already; in a root of the
 * library's shape, by a child with a mount namespace of its own. The program writes its time to a pipe. */
#define _GNU_SOURCE
#include "trials.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#define SHORT "/bench/true"
#define DEEP "/deep/1/2/3/4/5/6/7/8/true"

static const char *const arguments[] = {"true", "stamp", 0};
static const char *const environment[] = {"PATH=/usr/bin", 0};
static int stamps, opened;

static const char *stand(void) {
    int pipe_ends[2];
    must(pipe2(pipe_ends, O_CLOEXEC), "pipe");
    must(dup2(pipe_ends[1], 1), "dup2");
    close(pipe_ends[1]);
    stamps = pipe_ends[0];
    own_mounts();
    long root = build_root(1);
    must_raw(root, "root");
    must_raw(enter_root(root), "pivot_root");
    return 0;
}
static const char *open_file(const char *path) {
    stand();
    opened = open(path, O_PATH | O_CLOEXEC);
    must(opened, path);
    return 0;
}
static const char *open_short(void) { return open_file(SHORT); }
static const char *open_deep(void) { return open_file(DEEP); }

static void by_short_path(int index) {
    children[index].begun = now();
    leave(index, SYS(SYS_execve, SHORT, arguments, environment));
}
static void by_deep_path(int index) {
    children[index].begun = now();
    leave(index, SYS(SYS_execve, DEEP, arguments, environment));
}
static void by_fd(int index) {
    children[index].begun = now();
    leave(index, SYS(SYS_execveat, opened, "", arguments, environment, EMPTY));
}

static uint64_t until_first(void (*way)(int)) {
    uint64_t first = 0;
    start_child(0, CLONE_NEWNS | CLONE_VFORK, 0, way);
    if (!children[0].err) must(read(stamps, &first, sizeof first), "stamp");
    end_child(0, "exec");
    return first - children[0].begun;
}
static uint64_t measure_short(void) { return until_first(by_short_path); }
static uint64_t measure_deep(void) { return until_first(by_deep_path); }
static uint64_t measure_fd(void) { return until_first(by_fd); }

const struct trial EXEC = {.name = "exec",
                           .variants = (const struct variant[]){{"path-short", stand, measure_short},
                                                                {"fd-short", open_short, measure_fd},
                                                                {"path-deep", stand, measure_deep},
                                                                {"fd-deep", open_deep, measure_fd},
                                                                {0}}};
