package dev.libcontainer.plan;

import dev.libcontainer.spec.SpecException;
import java.util.Optional;
import java.util.Set;

/**
 * What Linux security modules take the process and its file systems for. A label is given by a write of the process to
 * its own /proc, which must be the kernel's: whoever could put another there would run unconfined (CVE-2019-16884,
 * CVE-2021-30465 and their kin).
 */
final class LabelStage {
    /** They have labels of their own, from the policy. */
    private static final Set<String> UNLABELLED = Set.of("proc", "sysfs", "cgroup", "cgroup2", "mqueue");

    private final Draft draft;

    LabelStage(Draft draft) {
        this.draft = draft;
        if (profile().isPresent() && !draft.host.apparmor()) {
            throw missing("process.apparmorProfile", "AppArmor", "/sys/module/apparmor/parameters/enabled is not Y");
        }
        if (label().isPresent() && !draft.host.selinux()) {
            throw missing("process.selinuxLabel", "SELinux", "/sys/fs/selinux is not mounted");
        }
        if (mountLabel().isPresent() && !draft.host.selinux()) {
            throw missing("linux.mountLabel", "SELinux", "/sys/fs/selinux is not mounted");
        }
        if (mountLabel().filter(label -> label.indexOf('"') >= 0).isPresent()) {
            throw new SpecException("linux.mountLabel", "a label has no quotation marks");
        }
    }

    private static SpecException missing(String path, String module, String sign) {
        return new SpecException(
                path, "needs " + module + ", which this host has not enabled: " + sign, "leave the member out");
    }

    private Optional<String> profile() {
        return draft.process.apparmorProfile().filter(name -> !name.isEmpty());
    }

    private Optional<String> label() {
        return draft.process.selinuxLabel().filter(name -> !name.isEmpty());
    }

    private Optional<String> mountLabel() {
        return draft.linux.mountLabel().filter(name -> !name.isEmpty());
    }

    boolean needsProc() {
        return profile().isPresent() || label().isPresent();
    }

    /** The data of a new file system, with the label of all that lies in it. */
    String data(String type, String data) {
        if (mountLabel().isEmpty() || UNLABELLED.contains(type)) {
            return data;
        }
        String context = "context=\"" + mountLabel().get() + "\"";
        return data.isEmpty() ? context : data + "," + context;
    }

    /** The data of a tmpfs that masks a directory; empty where it has no label, for the usual. */
    String maskData() {
        return mountLabel().isEmpty() ? "" : data("tmpfs", "size=4k,nr_inodes=1");
    }

    /** A message queue file system is shared by its ipc namespace and takes no context; its root can be labelled. */
    void label(String type, String target) {
        if (type.equals("mqueue")) {
            mountLabel()
                    .ifPresent(label -> draft.add(
                            new ContentStep.SetAttribute(target, "security.selinux", label), "linux.mountLabel"));
        }
    }

    /** Both take effect at the exec. */
    void confine() {
        profile()
                .ifPresent(name -> draft.add(
                        new NamespaceStep.WriteAt(Slot.PROC, "self/attr/apparmor/exec", "exec " + name),
                        "process.apparmorProfile"));
        label().ifPresent(label ->
                draft.add(new NamespaceStep.WriteAt(Slot.PROC, "self/attr/exec", label), "process.selinuxLabel"));
    }
}
