/* trials_ring.c: io_uring without liburing. The ring is made once; a child of the one that made it may use it. */
#define _GNU_SOURCE
#include "trials_ring.h"
#include "trials.h"
#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>

static long ring = -1;
static struct io_uring_sqe *entries;
static struct io_uring_cqe *ends;
static uint32_t *tail, *mask, *array, *end_head, *end_tail, *end_mask;

const char *open_ring(void) {
    struct io_uring_params p = {0};
    ring = SYS(425, 8, &p); /* io_uring_setup */
    if (ring < 0) return because("io_uring_setup: %s", strerror((int)-ring));
    size_t size = p.sq_off.array + p.sq_entries * sizeof(uint32_t);
    size_t end_size = p.cq_off.cqes + p.cq_entries * sizeof *ends;
    char *queue = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, (int)ring, IORING_OFF_SQ_RING);
    char *end_queue =
        mmap(0, end_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, (int)ring, IORING_OFF_CQ_RING);
    entries = mmap(0, p.sq_entries * sizeof *entries, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, (int)ring,
                   IORING_OFF_SQES);
    if (queue == MAP_FAILED || end_queue == MAP_FAILED || entries == MAP_FAILED) die("io_uring");
    tail = (uint32_t *)(queue + p.sq_off.tail);
    mask = (uint32_t *)(queue + p.sq_off.ring_mask);
    array = (uint32_t *)(queue + p.sq_off.array);
    end_head = (uint32_t *)(end_queue + p.cq_off.head);
    end_tail = (uint32_t *)(end_queue + p.cq_off.tail);
    end_mask = (uint32_t *)(end_queue + p.cq_off.ring_mask);
    ends = (struct io_uring_cqe *)(end_queue + p.cq_off.cqes);
    return 0;
}

long write_by_ring(const int *fds, int count, const char *bytes, uint32_t size) {
    long result = 0;
    uint32_t at = *tail;
    for (int i = 0; i < count; i++, at++) {
        struct io_uring_sqe *e = &entries[at & *mask];
        *e = (struct io_uring_sqe){
            .opcode = IORING_OP_WRITE, .fd = fds[i], .addr = (uintptr_t)bytes, .len = size, .off = 0};
        array[at & *mask] = at & *mask;
    }
    __atomic_store_n(tail, at, __ATOMIC_RELEASE);
    long sent = SYS6(426, ring, count, count, IORING_ENTER_GETEVENTS, 0, 0, 0); /* io_uring_enter */
    TRY(sent);
    uint32_t head = *end_head;
    for (int i = 0; i < count; i++, head++) {
        if (head == __atomic_load_n(end_tail, __ATOMIC_ACQUIRE)) return -EBADMSG;
        if (ends[head & *end_mask].res < 0) result = ends[head & *end_mask].res;
    }
    __atomic_store_n(end_head, head, __ATOMIC_RELEASE);
    return result;
}
