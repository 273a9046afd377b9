package dev.libcontainer.cgroup;

/** The texts of three kinds of hosts. */
final class Hosts {
    private Hosts() {}

    private static final String ROOT_MOUNTS = """
            23 1 254:0 / / rw,relatime - ext4 /dev/root rw
            24 23 0:22 / /proc rw,nosuid - proc proc rw
            """;

    /** Every controller of version 1 mounted on its own, and a version 2 hierarchy with what is left. */
    static CgroupMounts hybrid() {
        return CgroupMounts.parse(HYBRID_MOUNTS, HYBRID_MEMBERSHIP, "hugetlb\n");
    }

    static final String HYBRID_MOUNTS = ROOT_MOUNTS + """
            31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
            32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
            33 31 0:30 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct
            34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
            35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
            36 31 0:33 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio
            37 31 0:34 / /sys/fs/cgroup/rdma rw,relatime - cgroup cgroup rw,rdma
            39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
            40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
            """;

    static final String HYBRID_MEMBERSHIP = """
            9:name=systemd:/
            8:pids:/
            7:blkio:/
            6:rdma:/
            4:memory:/service/e4f5
            3:cpuset:/
            2:cpuacct:/
            1:cpu:/
            0::/
            """;

    /** The layout of an older distribution: CPU time and its accounting in one hierarchy, no version 2. */
    static CgroupMounts legacy() {
        return CgroupMounts.parse(ROOT_MOUNTS + """
                25 23 0:28 / /sys/fs/cgroup ro,nosuid shared:9 - tmpfs tmpfs ro,mode=755
                27 25 0:31 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:11 - cgroup cgroup rw,cpu,cpuacct
                28 25 0:32 / /sys/fs/cgroup/memory rw,nosuid shared:12 - cgroup cgroup rw,memory
                29 25 0:33 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/x,name=systemd
                """, """
                11:pids:/user.slice
                4:cpu,cpuacct:/user.slice
                3:memory:/user.slice/user-1000.slice
                1:name=systemd:/user.slice/session-1.scope
                """, "");
    }

    static CgroupMounts unified() {
        return unified("cpuset cpu io memory hugetlb pids rdma misc");
    }

    static CgroupMounts unified(String controllers) {
        return CgroupMounts.parse(
                ROOT_MOUNTS + "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
                "0::/user.slice/user-1000.slice\n",
                controllers);
    }

    /** Controllers of version 1 and no others. */
    static CgroupMounts with(String... controllers) {
        StringBuilder mounts = new StringBuilder(ROOT_MOUNTS);
        StringBuilder membership = new StringBuilder();
        for (String controller : controllers) {
            mounts.append("30 23 0:26 / /sys/fs/cgroup/" + controller + " rw - cgroup cgroup rw," + controller + "\n");
            membership.append("1:" + controller + ":/\n");
        }
        return CgroupMounts.parse(mounts.toString(), membership.toString(), "");
    }
}
