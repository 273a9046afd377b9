package dev.libcontainer.plan;

import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.SpecException;
import dev.libcontainer.spec.Sysctl;
import java.util.List;
import java.util.Map;

/** Kernel parameters, names, clocks, and the parts of /proc and /sys that a container must not see or write. */
final class SystemStage {
    private final Draft draft;
    private final MountStage mounts;
    private final LabelStage labels;

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
        draft.add(
                mounts.openProc()
                        .<Step>map(path -> new MountStep.OpenInRoot(
                                path, MountStep.OpenInRoot.PROC_SUPER_MAGIC, MountStep.OpenInRoot.O_PATH, Slot.PROC))
                        .orElseGet(() -> new MountStep.OpenProc(Slot.PROC)),
                "");
        writeClocks();
        draft.process
                .oomScoreAdj()
                .ifPresent(score -> draft.add(
                        new NamespaceStep.WriteAt(Slot.PROC, "self/oom_score_adj", Integer.toString(score)),
                        "process.oomScoreAdj"));
    }

    /** Offsets can be set until the first process is in the namespace; this one enters it at its exec. */
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
        for (int i = 0; i < readonly.size(); i++) {
            draft.add(new AttributeStep.ReadOnly(readonly.get(i), draft.hostProc()), "linux.readonlyPaths[" + i + "]");
        }
        for (int i = 0; i < masked.size(); i++) {
            draft.add(new MountStep.Mask(masked.get(i), labels.maskData()), "linux.maskedPaths[" + i + "]");
        }
    }

    void nameHost() {
        draft.spec.hostname().ifPresent(name -> draft.add(new ProcessStep.SetHostname(name), "hostname"));
        draft.spec.domainname().ifPresent(name -> draft.add(new ProcessStep.SetDomainname(name), "domainname"));
    }
}
