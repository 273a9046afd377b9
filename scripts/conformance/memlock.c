/* For measuring crun 1.8.1 as a peer: it gives up when it cannot raise RLIMIT_MEMLOCK, which kernels since 5.11 do not
 * ask for any more and which takes CAP_SYS_RESOURCE. */
#define _GNU_SOURCE
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit) {
    int result = (int)syscall(SYS_prlimit64, 0, resource, limit, 0);
    return resource == RLIMIT_MEMLOCK ? 0 : result;
}
