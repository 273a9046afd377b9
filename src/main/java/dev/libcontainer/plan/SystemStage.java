package dev.libcontainer.plan;

import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.SpecException;
import dev.libcontainer.spec.Sysctl;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Kernel parameters, names, clocks, and the parts of /proc and /sys that a container must not see or write. */
final class SystemStage {
    private final Draft draft;
    private final MountStage mounts;
    private final LabelStage labels;
    /** Where the procfs of slot {@link Slot#PROC} lies. */
    private Optional<String> mountedProc = Optional.empty();

    SystemStage(Draft draft, MountStage mounts, LabelStage labels) {
        this.draft = draft;
        this.labels = labels;
        this.mounts = mounts;
    }

    void openProc(boolean forLabels) {
        boolean needed = forLabels
                || !draft.linux.sysctl().isEmpty()
                || !draft.linux.timeOffsets().isEmpty()
                || draft.process.oomScoreAdj().isPresent();
        if (!needed) {
            return;
        }
        if (!openMountedProc()) {
            draft.add(new MountStep.OpenProc(Slot.PROC), "");
        }
        writeClocks();
        draft.process
                .oomScoreAdj()
                .ifPresent(score -> draft.add(
                        new NamespaceStep.WriteAt(Slot.PROC, "self/oom_score_adj", Integer.toString(score)),
                        "process.oomScoreAdj"));
    }

    private boolean openMountedProc() {
        mountedProc = mounts.openProc();
        mountedProc.ifPresent(path -> draft.add(
                new MountStep.OpenInRoot(
                        path, MountStep.OpenInRoot.PROC_SUPER_MAGIC, MountStep.OpenInRoot.O_PATH, Slot.PROC),
                ""));
        return mountedProc.isPresent();
    }

    /**
     * Offsets can be set until the first process is in the namespace. One that was cloned into it enters it at its exec, one
     * that has made it does so here: left to the exec, it would stay outside before Linux 6.3.
     */
    private void writeClocks() {
        StringBuilder text = new StringBuilder();
        draft.linux
                .timeOffsets()
                .forEach((clock, offset) -> text.append(clock)
                        .append(' ')
                        .append(offset.secs())
                        .append(' ')
                        .append(offset.nanosecs())
                        .append('\n'));
        if (text.length() > 0) {
            draft.add(
                    new NamespaceStep.WriteAt(Slot.PROC, "self/timens_offsets", text.toString()), "linux.timeOffsets");
        }
        if (draft.unsharesTime()) {
            draft.add(new NamespaceStep.EnterTime(Slot.PROC), draft.namespacePath(NamespaceType.TIME));
        }
    }

    void writeSysctls() {
        for (Map.Entry<String, String> entry : draft.linux.sysctl().entrySet()) {
            String path = "linux.sysctl[\"" + entry.getKey() + "\"]";
            String file = Sysctl.file(entry.getKey())
                    .orElseThrow(() -> new SpecException(path, "is no kernel parameter's name"));
            draft.add(new NamespaceStep.WriteAt(Slot.PROC, "sys/" + file, entry.getValue()), path);
        }
    }

    void hideAndProtect() {
        List<String> readonly = draft.linux.readonlyPaths();
        List<String> masked = draft.linux.maskedPaths();
        if (!draft.isNew(NamespaceType.MOUNT)) {
            if (!readonly.isEmpty() || !masked.isEmpty()) {
                throw new SpecException(
                        masked.isEmpty() ? "linux.readonlyPaths" : "linux.maskedPaths",
                        "need a new mount namespace, or they would be changes to the host");
            }
            return;
        }
        boolean names = draft.hostProc().isEmpty()
                && Stream.concat(readonly.stream(), masked.stream())
                                .filter(path -> isName(path, mounts.openProc()))
                                .count()
                        > 1
                && (mountedProc.isPresent() || openMountedProc());
        for (int i = 0; i < readonly.size(); i++) {
            String path = readonly.get(i);
            if (!mounts.isNowhere(path)) {
                draft.add(
                        new AttributeStep.ReadOnly(path, draft.hostProc(), within(path, names)),
                        "linux.readonlyPaths[" + i + "]");
            }
        }
        for (int i = 0; i < masked.size(); i++) {
            String path = masked.get(i);
            if (!mounts.isNowhere(path) && !mounts.isAhead(path)) {
                mask(i, path, within(path, names));
            }
        }
    }

    /** In a file system that a template has mounted. */
    void maskAhead() {
        for (int i = 0; i < draft.linux.maskedPaths().size(); i++) {
            String path = draft.linux.maskedPaths().get(i);
            if (mounts.isAhead(path)) {
                mask(i, path, Optional.empty());
            }
        }
    }

    private void mask(int index, String path, Optional<Slot> proc) {
        draft.add(new MountStep.Mask(path, labels.maskData(), proc), "linux.maskedPaths[" + index + "]");
    }

    private Optional<Slot> within(String path, boolean names) {
        return names && isName(path, mountedProc) ? Optional.of(Slot.PROC) : Optional.empty();
    }

    private static boolean isName(String path, Optional<String> directory) {
        String start = directory.orElse("") + "/";
        return directory.isPresent()
                && path.startsWith(start)
                && path.length() > start.length()
                && path.indexOf('/', start.length()) < 0
                && !path.endsWith("/.")
                && !path.endsWith("/..");
    }

    void nameHost() {
        draft.spec.hostname().ifPresent(name -> draft.add(new ProcessStep.SetHostname(name), "hostname"));
        draft.spec.domainname().ifPresent(name -> draft.add(new ProcessStep.SetDomainname(name), "domainname"));
    }
}
