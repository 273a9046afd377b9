/* trials_mounts.c: where a child's root comes from, and what a tmpfs of its own costs. */
#define _GNU_SOURCE
#include "trials.h"
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

/* ---- the root: from the clone to the child that stands in it ----------------------------------------------------- */

static long prepared = -1;

static const char *stand_in_root(void) {
    own_mounts();
    prepared = build_root(1);
    must_raw(prepared, "root");
    must_raw(enter_root(prepared), "pivot_root");
    return 0;
}
static const char *stand_in_host(void) {
    own_mounts();
    return 0;
}
static const char *hold_detached(void) {
    const char *why = 0;
    own_mounts();
    prepared = build_detached_root(&why);
    if (!why) stand_in_little();
    return why;
}

static _Noreturn void stands(int index, long result) {
    children[index].ready = now();
    if (result >= 0) result = SYS(SYS_faccessat, AT_FDCWD, "/usr/bin/env", F_OK);
    leave(index, result);
}
static void inherit(int index) { stands(index, 0); }
static void make_each(int index) {
    long root = build_root(1);
    stands(index, root < 0 ? root : enter_root(root));
}
static long attach_clone(const char *where) {
    long tree = SYS(NR_OPEN_TREE, prepared, "", TREE_CLONE | O_CLOEXEC | EMPTY | RECURSIVE);
    TRY(tree);
    TRY(SYS(NR_MOVE_MOUNT, tree, "", AT_FDCWD, where, MOVE_FROM_FD));
    return tree;
}
static void clone_and_pivot(int index) {
    long tree = attach_clone("/a");
    stands(index, tree < 0 ? tree : enter_root(tree));
}
static void clone_and_chroot(int index) {
    long r = attach_clone("/");
    if (r >= 0) r = SYS(SYS_fchdir, r);
    if (r >= 0) r = SYS(SYS_chroot, ".");
    stands(index, r);
}

static uint64_t until_it_stands(void (*way)(int)) {
    start_child(0, CLONE_NEWNS, 0, way);
    end_child(0, "root");
    return children[0].ready - children[0].begun;
}
static uint64_t measure_inherited(void) { return until_it_stands(inherit); }
static uint64_t measure_each(void) { return until_it_stands(make_each); }
static uint64_t measure_pivot(void) { return until_it_stands(clone_and_pivot); }
static uint64_t measure_chroot(void) { return until_it_stands(clone_and_chroot); }

const struct trial MOUNTS = {.name = "mounts",
                             .variants = (const struct variant[]){{"inherited", stand_in_root, measure_inherited},
                                                                  {"detached-chroot", hold_detached, measure_chroot},
                                                                  {"detached-pivot", hold_detached, measure_pivot},
                                                                  {"each-mount-made", stand_in_host, measure_each},
                                                                  {0}}};

/* ---- a tmpfs ----------------------------------------------------------------------------------------------------- */

static const char *stand(void) {
    stand_in_little();
    return 0;
}
static const char *hold_tmpfs(void) {
    stand_in_little();
    prepared = make_tmpfs("64m", 0);
    must_raw(prepared, "tmpfs");
    long copy = SYS(NR_OPEN_TREE, prepared, "", TREE_CLONE | O_CLOEXEC | EMPTY);
    if (copy == -EINVAL) return "the kernel cannot clone what is attached nowhere (Linux 6.15)";
    must_raw(copy, "open_tree");
    must_raw(SYS(SYS_close, copy), "close");
    return 0;
}
static const char *attach_tmpfs(void) {
    stand_in_little();
    must(mount("tmpfs", "/b", "tmpfs", 0, "size=64m,mode=755"), "tmpfs");
    return 0;
}

static long by_mount(void) { return SYS(SYS_mount, "tmpfs", "/a", "tmpfs", 0, "size=64m,mode=755"); }
static long by_bind(void) { return SYS(SYS_mount, "/b", "/a", 0, MS_BIND, 0); }
static long attached(long tree) {
    TRY(tree);
    TRY(SYS(NR_MOVE_MOUNT, tree, "", AT_FDCWD, "/a", MOVE_FROM_FD));
    return SYS(SYS_close, tree);
}
static long by_fd(void) { return attached(make_tmpfs("64m", 0)); }
static long by_clone(void) { return attached(SYS(NR_OPEN_TREE, prepared, "", TREE_CLONE | O_CLOEXEC | EMPTY)); }

static uint64_t until(long (*way)(void), int is_gone) {
    uint64_t begin = now();
    long result = way();
    uint64_t mounted = now();
    must_raw(result, "tmpfs");
    must(umount2("/a", MNT_DETACH), "umount");
    return (is_gone ? now() : mounted) - begin;
}
static uint64_t until_mounted(long (*way)(void)) { return until(way, 0); }
static uint64_t until_gone(long (*way)(void)) { return until(way, 1); }
static uint64_t measure_mount(void) { return until_mounted(by_mount); }
static uint64_t measure_fd(void) { return until_mounted(by_fd); }
static uint64_t measure_clone(void) { return until_mounted(by_clone); }
static uint64_t measure_bind(void) { return until_mounted(by_bind); }
static uint64_t measure_mount_and_end(void) { return until_gone(by_mount); }
static uint64_t measure_bind_and_end(void) { return until_gone(by_bind); }

const struct trial TMPFS = {.name = "tmpfs",
                            .variants = (const struct variant[]){{"mount", stand, measure_mount},
                                                                 {"fsopen", stand, measure_fd},
                                                                 {"clone-detached", hold_tmpfs, measure_clone},
                                                                 {"bind", attach_tmpfs, measure_bind},
                                                                 {"mount-and-end", stand, measure_mount_and_end},
                                                                 {"bind-and-end", attach_tmpfs, measure_bind_and_end},
                                                                 {0}}};
