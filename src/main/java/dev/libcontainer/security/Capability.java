package dev.libcontainer.security;

import java.util.Optional;

/**
 * One of the privileges into which Linux divides what root may do. The order is that of the kernel's numbers.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/capabilities.7.html">capabilities(7)</a>
 */
public enum Capability {
    /** Change owners and groups of files. */
    CHOWN,
    /** Pass over read, write and execute permissions of files. */
    DAC_OVERRIDE,
    /** Pass over read permissions of files and directories. */
    DAC_READ_SEARCH,
    /** Act as the owner of any file. */
    FOWNER,
    /** Keep set-user-ID and set-group-ID bits when a file is changed. */
    FSETID,
    /** Send signals to processes of others. */
    KILL,
    /** Change group IDs. */
    SETGID,
    /** Change user IDs. */
    SETUID,
    /** Change the capability sets and secure bits of the process. */
    SETPCAP,
    /** Set the immutable and append-only flags of files. */
    LINUX_IMMUTABLE,
    /** Bind to ports below 1024. */
    NET_BIND_SERVICE,
    /** Unused by the kernel. */
    NET_BROADCAST,
    /** Configure interfaces, routes, firewalls. */
    NET_ADMIN,
    /** Use raw and packet sockets. */
    NET_RAW,
    /** Lock memory. */
    IPC_LOCK,
    /** Pass over permissions of System V IPC objects. */
    IPC_OWNER,
    /** Load and unload kernel modules. */
    SYS_MODULE,
    /** Access I/O ports and raw devices. */
    SYS_RAWIO,
    /** Use chroot, and join mount namespaces. */
    SYS_CHROOT,
    /** Trace and inspect processes of others. */
    SYS_PTRACE,
    /** Switch process accounting. */
    SYS_PACCT,
    /** Mount, make namespaces, and most other administration. */
    SYS_ADMIN,
    /** Reboot, load a new kernel. */
    SYS_BOOT,
    /** Raise priorities, set affinity of others. */
    SYS_NICE,
    /** Pass over resource limits. */
    SYS_RESOURCE,
    /** Set the clock. */
    SYS_TIME,
    /** Configure terminals, vhangup. */
    SYS_TTY_CONFIG,
    /** Make device files. */
    MKNOD,
    /** Take leases on any file. */
    LEASE,
    /** Write to the audit log. */
    AUDIT_WRITE,
    /** Configure the audit subsystem. */
    AUDIT_CONTROL,
    /** Set capabilities of files, map user ID 0. */
    SETFCAP,
    /** Pass over mandatory access control. */
    MAC_OVERRIDE,
    /** Configure mandatory access control. */
    MAC_ADMIN,
    /** Read the kernel log, see kernel addresses. */
    SYSLOG,
    /** Wake the machine by a timer. */
    WAKE_ALARM,
    /** Keep the machine from suspending. */
    BLOCK_SUSPEND,
    /** Read the audit log by a socket. */
    AUDIT_READ,
    /** Measure performance of the whole system, Linux 5.8. */
    PERFMON,
    /** Load BPF programs, Linux 5.8. */
    BPF,
    /** Choose process IDs and read map files for checkpoint and restore, Linux 5.9. */
    CHECKPOINT_RESTORE;

    private static final String PREFIX = "CAP_";

    /** The kernel's number of it, e.g. 21 for {@code CAP_SYS_ADMIN}. */
    public int number() {
        return ordinal();
    }

    /** The kernel's and OCI's name of it, e.g. {@code CAP_SYS_ADMIN}. */
    public String fullName() {
        return PREFIX + name();
    }

    /** Its bit in a capability mask. */
    public long mask() {
        return 1L << ordinal();
    }

    /** The capability of that full name, if there is one. */
    public static Optional<Capability> named(String name) {
        for (Capability capability : values()) {
            if (name.equals(PREFIX + capability.name())) {
                return Optional.of(capability);
            }
        }
        return Optional.empty();
    }

    /**
     * The capability of that full name.
     *
     * @param name e.g. {@code CAP_SYS_ADMIN}, in capitals and with the prefix, as the OCI specification asks
     * @throws UnknownCapabilityException if there is none
     */
    public static Capability fromName(String name) {
        return named(name).orElseThrow(() -> new UnknownCapabilityException(name));
    }
}
