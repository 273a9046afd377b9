package dev.libcontainer.security;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;

/**
 * The system calls that {@link DefaultSeccompProfile} allows without looking at arguments, by subject.
 *
 * <p>Not here, and why: {@code add_key keyctl request_key} keyrings are shared by all containers of a user;
 * {@code io_uring_*} does by itself what other calls are forbidden to do; {@code userfaultfd} makes races in the kernel
 * winnable; {@code kexec_* swapon swapoff nfsservctl uselib ustat sysfs vm86* _sysctl} belong to the host or to the
 * past; {@code pivot_root vserver} and whatever needs a capability that is not given.
 */
final class AllowedCalls {
    private static final String FILES = """
            access chdir chmod chown chown32 close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2
            fadvise64 fadvise64_64 fallocate fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat fcntl fcntl64
            fdatasync flock fstat fstat64 fstatat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 futimesat getcwd
            getdents getdents64 ioctl lchown lchown32 link linkat _llseek lseek lstat lstat64 mkdir mkdirat mknod
            mknodat name_to_handle_at newfstatat open openat openat2 pread64 preadv preadv2 pwrite64 pwritev pwritev2
            read readahead readlink readlinkat readv rename renameat renameat2 rmdir sendfile sendfile64 splice stat
            stat64 statfs statfs64 statx symlink symlinkat sync sync_file_range syncfs tee truncate truncate64 umask
            unlink unlinkat utime utimensat utimensat_time64 utimes vmsplice write writev
            """;

    private static final String EXTENDED_ATTRIBUTES = """
            fgetxattr flistxattr fremovexattr fsetxattr getxattr getxattrat lgetxattr listxattr listxattrat llistxattr
            lremovexattr lsetxattr removexattr removexattrat setxattr setxattrat
            """;

    private static final String MEMORY = """
            brk cachestat madvise map_shadow_stack memfd_create memfd_secret mincore mlock mlock2 mlockall mmap mmap2
            mprotect mremap mseal msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect process_mrelease
            remap_file_pages
            """;

    private static final String PROCESSES = """
            execve execveat exit exit_group fork getcpu getpgid getpgrp getpid getppid getpriority getrlimit getrusage
            getsid gettid ioprio_get ioprio_set kill pause pidfd_open pidfd_send_signal prctl prlimit64 process_vm_readv
            process_vm_writev ptrace restart_syscall rseq sched_get_priority_max sched_get_priority_min
            sched_getaffinity sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval
            sched_rr_get_interval_time64 sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield
            set_tid_address setpgid setpriority setrlimit setsid tgkill times tkill ugetrlimit uretprobe vfork wait4
            waitid waitpid
            """;

    private static final String THREADS = """
            futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake get_robust_list get_thread_area
            membarrier set_robust_list set_thread_area
            """;

    private static final String SIGNALS = """
            rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
            rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack signalfd signalfd4 sigprocmask sigreturn
            """;

    /** Changing them is guarded by capabilities and user namespaces; a filter of one's own only takes away. */
    private static final String IDENTITY = """
            capget capset getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getresgid
            getresgid32 getresuid getresuid32 getuid getuid32 landlock_add_rule landlock_create_ruleset
            landlock_restrict_self seccomp setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32
            setregid setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 setuid setuid32
            """;

    /** Reading clocks and setting timers; of the calls that set clocks only those that refuse without a capability. */
    private static final String TIME = """
            adjtimex alarm clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64
            clock_nanosleep clock_nanosleep_time64 getitimer gettimeofday nanosleep setitimer time timer_create
            timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create
            timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64
            """;

    private static final String WAITING = """
            epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old
            eventfd eventfd2 fanotify_mark inotify_add_watch inotify_init inotify_init1 inotify_rm_watch io_cancel
            io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit _newselect pipe pipe2 poll
            ppoll ppoll_time64 pselect6 pselect6_time64 select
            """;

    /** Of socket itself the family is checked. Through socketcall, which only 32-bit PCs have, it cannot be. */
    private static final String SOCKETS = """
            accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg recvmmsg_time64
            recvmsg send sendmmsg sendmsg sendto setsockopt shutdown socketcall socketpair
            """;

    /** Bounded by the IPC namespace. */
    private static final String SYSTEM_V_AND_QUEUES = """
            ipc mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64
            mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt
            shmget
            """;

    private static final String SYSTEM = "getrandom listmount statmount sysinfo uname";

    private static final Map<Capability, String> GUARDED = guarded();

    private AllowedCalls() {}

    /** The calls that every container may make. */
    static List<String> always() {
        return words(
                FILES,
                EXTENDED_ATTRIBUTES,
                MEMORY,
                PROCESSES,
                THREADS,
                SIGNALS,
                IDENTITY,
                TIME,
                WAITING,
                SOCKETS,
                SYSTEM_V_AND_QUEUES,
                SYSTEM);
    }

    /** The calls that programs for a machine need to get at its registers and caches. */
    static List<String> onlyOn(Arch arch) {
        return switch (arch) {
            case X86_64, X32 -> words("arch_prctl modify_ldt");
            case X86 -> words("modify_ldt");
            case AARCH64, ARM ->
                words("arm_fadvise64_64 arm_sync_file_range breakpoint cacheflush set_tls sync_file_range2");
        };
    }

    /** The calls that a container with the capability may make besides. */
    static List<String> with(Capability capability) {
        return words(GUARDED.getOrDefault(capability, ""));
    }

    private static Map<Capability, String> guarded() {
        Map<Capability, String> calls = new EnumMap<>(Capability.class);
        calls.put(Capability.BPF, "bpf");
        calls.put(Capability.DAC_READ_SEARCH, "open_by_handle_at");
        calls.put(Capability.PERFMON, "perf_event_open");
        calls.put(Capability.SYS_ADMIN, """
                bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie lsm_get_self_attr
                lsm_list_modules lsm_set_self_attr mount mount_setattr move_mount open_tree perf_event_open quotactl
                quotactl_fd setdomainname sethostname setns syslog umount umount2 unshare
                """);
        calls.put(Capability.SYS_BOOT, "reboot");
        calls.put(Capability.SYS_CHROOT, "chroot");
        calls.put(Capability.SYS_MODULE, "delete_module finit_module init_module");
        calls.put(Capability.SYS_NICE, "get_mempolicy mbind set_mempolicy set_mempolicy_home_node");
        calls.put(Capability.SYS_PACCT, "acct");
        calls.put(Capability.SYS_PTRACE, "kcmp pidfd_getfd process_madvise");
        calls.put(Capability.SYS_RAWIO, "ioperm iopl");
        calls.put(Capability.SYS_TIME, "clock_settime clock_settime64 settimeofday stime");
        calls.put(Capability.SYS_TTY_CONFIG, "vhangup");
        calls.put(Capability.SYSLOG, "syslog");
        return calls;
    }

    private static List<String> words(String... subjects) {
        List<String> words = new ArrayList<>();
        for (String subject : subjects) {
            StringTokenizer tokens = new StringTokenizer(subject);
            while (tokens.hasMoreTokens()) {
                words.add(tokens.nextToken());
            }
        }
        return List.copyOf(words);
    }
}
