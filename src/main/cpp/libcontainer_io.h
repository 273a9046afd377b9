/* A part of libcontainer.h: signals, sockets and small files, for what a runtime does besides spawning. */
#ifndef LIBCONTAINER_IO_H
#define LIBCONTAINER_IO_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** From now on signals that ask something of a program (not those about this process itself, as SIGSEGV or SIGCHLD) are
 *  kept for lc_signals_to. Once at a time in a process: else -EBUSY. */
int32_t lc_signals_hold(void);
/** Sends those that were kept, and from now on all, to the process of a pidfd, which must stay open until the release.
 */
int32_t lc_signals_to(int32_t pidfd);
/** Gives signals back to whoever had them before. */
int32_t lc_signals_release(void);

/** Makes a FIFO below dir and opens both of its ends as one fd: a read of it waits, also while nobody else has it open.
 */
int32_t lc_fifo(int32_t dir, const char *name, uint32_t mode);
/** The reading and the writing end of a new pipe. */
int32_t lc_pipe(int32_t *ends);
/** Connects to a stream socket below dir, however long its path. */
int32_t lc_socket_connect(int32_t dir, const char *name);
/** Makes a datagram socket below dir that everybody may send to. */
int32_t lc_datagram_bind(int32_t dir, const char *name);
/** A datagram socket that sends to the one below dir; an abstract one is named by an @ at the beginning, and AT_FDCWD.
 */
int32_t lc_datagram_connect(int32_t dir, const char *name);
/** Sends data in one message with fds (at most 64). */
int32_t lc_socket_send(int32_t socket, const uint8_t *data, uint32_t size, const int32_t *fds, uint32_t count);
/** An rtnetlink socket in a network namespace (an fd, or -1 for the caller's), where it stays. */
int32_t lc_netlink_open(int32_t netns);
/** Sends requests, one or more in a row, and waits for an answer, or a part of them: one datagram, of which there are
 * as many as the requests ask for. Size 0 only waits for the next, at most 10 s (-EAGAIN). Returns its bytes; if these
 * are more than capacity, it was not taken and can be asked for again. */
int32_t lc_netlink(int32_t socket, const uint8_t *requests, uint32_t size, uint8_t *answer, uint32_t capacity);
/** A file in memory with this content, at its beginning. */
int32_t lc_memory_file(const uint8_t *data, uint32_t size);

/** openat2 below dir (an fd, or -100 for the cwd), O_CLOEXEC added; resolve is RESOLVE_*. */
int32_t lc_openat2(int32_t dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);
/** Reads a whole small file below dir; returns the bytes read, at most capacity. */
int32_t lc_read_at(int32_t dir, const char *path, uint8_t *data, uint32_t capacity);
/** Reads open files from the start: for each i32 length or -errno and its bytes (at most `most`) padded to 4. Starts
 *  no file with less than most + 4 of capacity left: the caller goes on from there. Returns the bytes in data. */
int32_t lc_read_each(const int32_t *fds, uint32_t count, uint32_t most, uint8_t *data, uint32_t capacity);
/** Writes data in one write to an existing file below dir. */
int32_t lc_write_at(int32_t dir, const char *path, const uint8_t *data, uint32_t size);
int32_t lc_read(int32_t fd, uint8_t *data, uint32_t capacity);
int32_t lc_write(int32_t fd, const uint8_t *data, uint32_t size);
int32_t lc_close(int32_t fd);
int32_t lc_mkdir(int32_t dir, const char *path, uint32_t mode);
/** Removes the directory of an fd from its parent by the name it has in /proc/self/fd. */
int32_t lc_rmdir(int32_t dir, const char *path);

#ifdef __cplusplus
}
#endif

#endif
