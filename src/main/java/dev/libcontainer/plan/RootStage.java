package dev.libcontainer.plan;

import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.Root;
import dev.libcontainer.spec.SpecException;
import java.util.Optional;

/** The root: the host's own, a directory, or a private tmpfs. */
final class RootStage {
    private enum Kind {
        /** The process keeps the root it has, or that of the namespace it joins. */
        KEPT,
        DIRECTORY,
        PRIVATE
    }

    private final Draft draft;
    private final Kind kind;
    private final String path;
    private final boolean readonly;

    RootStage(Draft draft) {
        this.draft = draft;
        Optional<Root> root = draft.spec.root();
        path = root.map(Root::path).orElse("/");
        readonly = root.map(Root::readonly).orElse(false);
        boolean kept = path.equals("/") || draft.joins(NamespaceType.MOUNT);
        kind = draft.wishes.privateRoot().isPresent() ? Kind.PRIVATE : kept ? Kind.KEPT : Kind.DIRECTORY;
        if (!path.startsWith("/")) {
            throw new SpecException("root.path", "\"" + path + "\" is relative", "resolve it against the bundle first");
        }
        if (!ownsMounts() && kind == Kind.PRIVATE) {
            throw new SpecException("root", "a private root needs a new mount namespace");
        }
        if (readonly && !ownsMounts() && kind != Kind.KEPT) {
            throw new SpecException("root.readonly", "needs a new mount namespace");
        }
    }

    boolean ownsMounts() {
        return draft.isNew(NamespaceType.MOUNT);
    }

    /** What reaches the container of mounts that the host makes later; MS_* flags. */
    private long propagation() {
        String wanted = draft.linux.rootfsPropagation().orElse("");
        String plain = wanted.startsWith("r") ? wanted.substring(1) : wanted;
        return plain.equals("private") ? MountOptions.MS_PRIVATE : MountOptions.MS_SLAVE;
    }

    boolean isShared() {
        String wanted = draft.linux.rootfsPropagation().orElse("");
        return wanted.endsWith("shared") || wanted.endsWith("unbindable");
    }

    /** Whether the root's own directories are those that the plan makes, and a container finds them read-only. */
    boolean isOurs() {
        return kind == Kind.PRIVATE && readonly;
    }

    /** Who may remount could write to a root that other containers of the plan have as well. */
    boolean canBeRemounted() {
        return draft.process
                .capabilities()
                .map(capabilities -> capabilities.bounding().contains("CAP_SYS_ADMIN"))
                .orElse(true);
    }

    /** Whether the root has a link of its own at a path, or on the way to it. */
    boolean hasLink(String path) {
        return draft.wishes
                .privateRoot()
                .filter(root -> root.symlinks().keySet().stream().anyMatch(link -> (path + "/").startsWith(link + "/")))
                .isPresent();
    }

    /** From here on LC_SLOT_ROOT is the container's root, though nobody stands in it yet. */
    void open() {
        if (!ownsMounts()) {
            if (kind == Kind.DIRECTORY) {
                draft.add(new MountStep.OpenHost(path, MountStep.OpenInRoot.O_PATH, Slot.ROOT), "root.path");
            }
            return;
        }
        String mountNamespace = draft.namespacePath(NamespaceType.MOUNT);
        if (!draft.templateEnded()) {
            draft.add(new NamespaceStep.Unshare(NamespaceType.MOUNT, true), mountNamespace);
        }
        draft.add(new MountStep.Propagation("/", propagation() | MountOptions.MS_REC), "linux.rootfsPropagation");
        if (!draft.host.mountSetattr()) {
            draft.openHostProc();
        }
        switch (kind) {
            case KEPT -> draft.add(new MountStep.OpenHost("/", MountStep.OpenInRoot.O_PATH, Slot.ROOT), "root.path");
            case DIRECTORY -> {
                draft.add(new MountStep.OpenTree(path, true, Slot.ROOT), "root.path");
                draft.add(new MountStep.Attach(Slot.ROOT, path, true), "root.path");
            }
            case PRIVATE -> openPrivate(draft.wishes.privateRoot().orElseThrow());
        }
    }

    private void openPrivate(Wishes.PrivateRoot root) {
        draft.add(new MountStep.OpenTmpfs(root.size(), Slot.ROOT), "root");
        draft.add(new MountStep.Attach(Slot.ROOT, "/", true), "root");
        root.symlinks().forEach((link, target) -> draft.add(new MountStep.Symlink(link, target), "root"));
    }

    /** The root that the process stands in. */
    void openAgain() {
        draft.add(new MountStep.OpenHost("/", MountStep.OpenInRoot.O_PATH, Slot.ROOT), "root.path");
    }

    /** Read-only, once every mount point in it exists. */
    void seal() {
        if (!readonly || !ownsMounts()) {
            return;
        }
        Step seal = draft.host.mountSetattr()
                ? new AttributeStep.SetAttributes(Slot.ROOT, MountAttributes.READ_ONLY, false)
                : new AttributeStep.Remount("/", MountAttributes.READ_ONLY);
        draft.add(seal, "root.readonly");
    }

    void enter() {
        if (kind != Kind.KEPT) {
            draft.add(change(), "root.path");
        }
    }

    private Step change() {
        if (!ownsMounts()) {
            return new MountStep.ChangeRoot();
        }
        boolean moved = draft.wishes.life().filter(Wishes.Life::noPivot).isPresent();
        return moved ? new LifecycleStep.MoveRoot() : new MountStep.PivotRoot();
    }

    /** An OCI runtime makes the working directory; images name ones that they do not have. */
    void makeDirectory(String directory) {
        boolean watched = draft.wishes.life().isPresent();
        if (watched && ownsMounts() && kind == Kind.DIRECTORY && directory.length() > 1) {
            draft.add(new MountStep.MakeDirectory(directory, 0755), "process.cwd");
        }
    }

    /** Shared and unbindable come last: pivot_root refuses them. */
    void propagate() {
        if (ownsMounts() && isShared()) {
            String wanted = draft.linux.rootfsPropagation().orElseThrow();
            boolean recursive = wanted.startsWith("r");
            long flag = wanted.endsWith("shared") ? MountOptions.MS_SHARED : MountOptions.MS_UNBINDABLE;
            long flags = flag | (recursive ? MountOptions.MS_REC : 0);
            draft.add(new MountStep.Propagation("/", flags), "linux.rootfsPropagation");
        }
    }
}
