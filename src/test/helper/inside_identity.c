// Who one is: names, ids, capabilities.
#include "inside.h"
#include <linux/capability.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static struct utsname names(void) {
    struct utsname all;
    uname(&all);
    return all;
}

static void show_hostname(char **args) { puts(names().nodename); }
static void show_domainname(char **args) { puts(names().domainname); }
static void show_pid(char **args) { printf("%d\n", getpid()); }
static void show_ppid(char **args) { printf("%d\n", getppid()); }
static void show_sid(char **args) { printf("%d\n", getsid(0)); }

static void show_ids(char **args) {
    uid_t ruid, euid, suid;
    gid_t rgid, egid, sgid;
    getresuid(&ruid, &euid, &suid);
    getresgid(&rgid, &egid, &sgid);
    printf("uid %u %u %u %d\n", ruid, euid, suid, setfsuid((uid_t)-1));
    printf("gid %u %u %u %d\n", rgid, egid, sgid, setfsgid((gid_t)-1));
}

static void show_groups(char **args) {
    static gid_t groups[65536];
    int n = getgroups(65536, groups);
    for (int i = 0; i < n; i++) printf(i ? " %u" : "%u", groups[i]);
    puts("");
}

static void show_caps(char **args) {
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};
    unsigned long long bounding = 0, ambient = 0;
    if (syscall(SYS_capget, &head, data) < 0) return answer(-1);
    for (int cap = 0; cap < 64; cap++) {
        if (prctl(PR_CAPBSET_READ, cap) == 1) bounding |= 1ull << cap;
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0, 0) == 1) ambient |= 1ull << cap;
    }
    printf("effective %08x%08x\n", data[1].effective, data[0].effective);
    printf("permitted %08x%08x\n", data[1].permitted, data[0].permitted);
    printf("inheritable %08x%08x\n", data[1].inheritable, data[0].inheritable);
    printf("bounding %016llx\nambient %016llx\n", bounding, ambient);
}

static void show_seccomp(char **args) { printf("%d\n", prctl(PR_GET_SECCOMP)); }
static void show_nnp(char **args) { printf("%d\n", prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)); }

const struct verb identity_verbs[] = {
    {"hostname", "", show_hostname},
    {"domainname", "", show_domainname},
    {"pid", "", show_pid},
    {"ppid", "", show_ppid},
    {"sid", "", show_sid},
    {"ids", "", show_ids},
    {"groups", "", show_groups},
    {"caps", "", show_caps},
    {"seccomp", "", show_seccomp},
    {"nnp", "", show_nnp},
    {NULL, NULL, NULL},
};
