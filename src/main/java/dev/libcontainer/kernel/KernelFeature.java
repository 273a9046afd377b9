package dev.libcontainer.kernel;

import java.util.EnumSet;
import java.util.Set;

/**
 * Kernel features that change what a plan looks like, found by trying. The version is for messages only.
 */
public enum KernelFeature {
    CLONE3("5.3"),
    CLONE_INTO_CGROUP("5.7"),
    OPENAT2("5.6"),
    MOUNT_SETATTR("5.12"),
    TIME_NAMESPACE("5.6"),
    SECCOMP_FILTER("3.5"),
    CLOSE_RANGE("5.9"),
    PIDFD("5.4"),
    NETWORK_NAMESPACE("2.6.29"),
    CGROUP_NAMESPACE("4.6"),
    USER_NAMESPACE("3.8");

    private final String since;

    KernelFeature(String since) {
        this.since = since;
    }

    /** The kernel that brought it. */
    public String since() {
        return since;
    }

    static Set<KernelFeature> ofBits(long bits) {
        Set<KernelFeature> features = EnumSet.noneOf(KernelFeature.class);
        for (KernelFeature feature : values()) {
            if ((bits >> feature.ordinal() & 1) != 0) {
                features.add(feature);
            }
        }
        return features;
    }
}
