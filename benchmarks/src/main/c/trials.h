/* trials.h: what the trials share. Each variant is measured by a process of its own, which prepares itself once. */
#ifndef TRIALS_H
#define TRIALS_H
#include "raw.h"
#include <stddef.h>

struct variant {
    const char *name;
    const char *(*prepare)(void); /* why this host cannot do it, or null; in the variant's process */
    uint64_t (*measure)(void);    /* nanoseconds of one; in the same process */
};

struct trial {
    const char *name;
    int idle;                     /* whether it means something after pauses, too */
    const char *(*prepare)(void); /* why this host cannot do it, or null; once, in the process that starts the others */
    void (*finish)(void);         /* undoes that; may be null */
    const struct variant *variants;
};

extern const struct trial MOUNTS, TMPFS, LOOPBACK, VETH, CGROUP2, CGROUP1, CGROUP1_FOUR, EXEC;

extern const char *program; /* what is executed */

_Noreturn void die(const char *what);
void must(long result, const char *what);     /* dies by errno if it is negative */
void must_raw(long result, const char *what); /* the same of a raw system call, which returns it */
const char *because(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What children and their parent share: all of the memory, this in particular. */
#define MOST_CHILDREN 4
struct child {
    uint64_t begun, ready; /* when its clone was asked for, and when it had what the trial is about */
    uint32_t placed;       /* a word that it waits for */
    int32_t err;
    int32_t pid;
};
extern struct child children[MOST_CHILDREN];

/* Clones a child in this memory that calls `function` with its number, and never returns from it. */
void start_child(int index, uint64_t flags, int cgroup, void (*function)(int));
/* Waits for its end, and dies with it if it failed. */
void end_child(int index, const char *what);
/* In the child: ends, with an error if that is negative. */
_Noreturn void leave(int index, long result);
void await_placed(int index);
void set_placed(int index);

/* trials_root.c: the root that the library makes for the host's programs, by fds alone. */
long build_root(int attach); /* its fd; raw system calls only; attached on /sys, or nowhere */
long enter_root(long root);  /* pivots into what is attached */
void stand_in_little(void);  /* in a mount namespace with one small tmpfs and nothing else */
void own_mounts(void);       /* a private copy of the host's table */
long build_detached_root(const char **why);
long make_tmpfs(const char *size, long attributes);

#endif
