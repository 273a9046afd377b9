package dev.libcontainer.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * struct mount_attr (mount_setattr(2)): attributes to set and to clear, and a propagation or 0.
 */
public record MountAttributes(long set, long clear, long propagation) {
    static final int AT_RECURSIVE = 0x8000;
    static final long RDONLY = 0x1;
    static final long NOSUID = 0x2;
    static final long NODEV = 0x4;
    static final long NOEXEC = 0x8;
    static final long ATIME_FIELD = 0x70;
    static final long NOATIME = 0x10;
    static final long STRICTATIME = 0x20;
    static final long NODIRATIME = 0x80;
    static final long NOSYMFOLLOW = 0x200000;

    static final MountAttributes NONE = new MountAttributes(0, 0, 0);
    static final MountAttributes READ_ONLY = new MountAttributes(RDONLY, 0, 0);

    boolean isEmpty() {
        return set == 0 && clear == 0 && propagation == 0;
    }

    /** MS_* of mount(2) to set, and those to clear in the upper half. */
    long remountFlags() {
        long atimes = MountOptions.MS_RELATIME | MountOptions.MS_STRICTATIME | MountOptions.MS_NOATIME;
        long atime = (set & NOATIME) != 0
                ? MountOptions.MS_NOATIME
                : (set & STRICTATIME) != 0 ? MountOptions.MS_STRICTATIME : MountOptions.MS_RELATIME;
        boolean hasAtime = (clear & ATIME_FIELD) != 0;
        return mountFlags(set) | (hasAtime ? atime : 0) | (mountFlags(clear) | (hasAtime ? atimes : 0)) << 32;
    }

    private static long mountFlags(long attributes) {
        long same = RDONLY | NOSUID | NODEV | NOEXEC; // the same bits
        return (attributes & same)
                | ((attributes & NODIRATIME) != 0 ? MountOptions.MS_NODIRATIME : 0)
                | ((attributes & NOSYMFOLLOW) != 0 ? MountOptions.MS_NOSYMFOLLOW : 0);
    }

    int encode(PlanEncoder out) {
        return out.longs(set, clear, propagation, 0);
    }

    MountAttributes plus(MountAttributes later) {
        return new MountAttributes(
                (set & ~later.clear) | later.set,
                (clear & ~(later.set & ~ATIME_FIELD)) | later.clear,
                later.propagation != 0 ? later.propagation : propagation);
    }

    @Override
    public String toString() {
        List<String> names = new ArrayList<>();
        name(names, RDONLY, "ro", "rw");
        name(names, NOSUID, "nosuid", "suid");
        name(names, NODEV, "nodev", "dev");
        name(names, NOEXEC, "noexec", "exec");
        name(names, NODIRATIME, "nodiratime", "diratime");
        name(names, NOSYMFOLLOW, "nosymfollow", "symfollow");
        if ((clear & ATIME_FIELD) != 0) {
            names.add((set & NOATIME) != 0 ? "noatime" : (set & STRICTATIME) != 0 ? "strictatime" : "relatime");
        }
        if (propagation != 0) {
            names.add(MountOptions.propagationName(propagation));
        }
        return String.join(",", names);
    }

    private void name(List<String> names, long bit, String on, String off) {
        if ((set & bit) != 0) {
            names.add(on);
        } else if ((clear & bit) != 0) {
            names.add(off);
        }
    }
}
