package dev.libcontainer.kernel;

/**
 * Sizes and offsets of the structs of {@code libcontainer.h} that Java reads and writes; a test compares them with
 * {@code lc_layout()}.
 *
 * <pre>
 * lc_request   0 size · 4 flags · 8 token · 16 epoll · 20 stdio[3] · 32 slots[40] · 192 params[6] · 216 strings …
 * lc_result    0 kind · 4 step · 8 err · 12 aux · 16 pid · 20 pidfd · 24 stdio[3] · 36 console · 40 cgroup_count
 *              44 cgroups[12] · 92 mounts · 96 exit · 136
 * lc_exit      0 code · 4 status · 8 user · 16 system · 24 max_rss · 32 before_exec · 36 pid · 40
 * lc_probe     0 features · 8 capabilities · 16 nofile_soft · 24 nofile_hard · 32 euid · 36 last_capability · 40
 * </pre>
 */
final class Abi {
    static final int VERSION = 1;

    static final int REQUEST_TOKEN = 8;
    static final int REQUEST_EPOLL = 16;
    static final int REQUEST_STDIO = 20;
    static final int REQUEST_SLOTS = REQUEST_STDIO + 3 * 4;
    static final int SLOT_COUNT = 40;
    static final int REQUEST_PARAMS = REQUEST_SLOTS + SLOT_COUNT * 4;
    static final int PARAM_COUNT = 6;
    static final int REQUEST_SIZE = REQUEST_PARAMS + PARAM_COUNT * 4;
    static final int MAX_REQUEST = 192 * 1024;

    static final int RESULT_PID = 16;
    static final int RESULT_PIDFD = 20;
    static final int RESULT_STDIO = 24;
    static final int RESULT_CONSOLE = RESULT_STDIO + 3 * 4;
    static final int RESULT_CGROUP_COUNT = RESULT_CONSOLE + 4;
    static final int RESULT_CGROUPS = RESULT_CGROUP_COUNT + 4;
    static final int MAX_CGROUPS = 12;
    static final int RESULT_MOUNTS = RESULT_CGROUPS + MAX_CGROUPS * 4;
    static final int RESULT_EXIT = RESULT_MOUNTS + 4;

    static final int EXIT_STATUS = 4;
    static final int EXIT_USER = 8;
    static final int EXIT_SYSTEM = 16;
    static final int EXIT_MAX_RSS = 24;
    static final int EXIT_BEFORE_EXEC = 32;
    static final int EXIT_PID = 36;
    static final int EXIT_SIZE = 40;
    static final int RESULT_SIZE = RESULT_EXIT + EXIT_SIZE;

    static final int PROBE_NOFILE_SOFT = 16;
    static final int PROBE_EUID = 32;
    static final int PROBE_SIZE = 40;

    private Abi() {}
}
