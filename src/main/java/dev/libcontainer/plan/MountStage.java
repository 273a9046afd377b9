package dev.libcontainer.plan;

import dev.libcontainer.spec.Mount;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.SpecException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The spec's mounts. Binds and a read-only /dev are the same for every container of a plan and can be prepared in a
 * template; file systems that belong to a namespace or hold a container's data are fresh in each child.
 */
final class MountStage {
    private final Draft draft;
    private final RootStage root;
    private final List<MountItem> items = new ArrayList<>();
    private final List<MountItem> ahead = new ArrayList<>();
    private final DeviceStage devices;
    private final IdMapStage idMaps;
    private final LabelStage labels;
    private boolean prepared;

    MountStage(Draft draft, RootStage root, LabelStage labels) {
        this.draft = draft;
        this.labels = labels;
        this.root = root;
        List<Mount> mounts = draft.spec.mounts();
        for (int i = 0; i < mounts.size(); i++) {
            String path = "mounts[" + i + "]";
            Mount mount = IdMapOption.applied(mounts.get(i), draft.linux, path);
            items.add(new MountItem(mount, MountOptions.parse(mount.options(), path + ".options"), path));
        }
        idMaps = new IdMapStage(draft);
        boolean devIsBound =
                items.stream().anyMatch(i -> i.isBind() && i.target().equals("/dev"));
        devices = new DeviceStage(draft, root.ownsMounts() && !devIsBound && hasDev(), has("devpts"));
    }

    void reserveSlots() {
        items.forEach(this::refuseMisplaced);
        items.stream()
                .filter(MountItem::isMapped)
                .forEach(item -> idMaps.reserve(item.mount(), item.options().idMap(), item.path()));
    }

    /** Mapped trees are opened outside: a user namespace has no say over the file systems of another. */
    void openMapped() {
        for (MountItem item : items) {
            if (item.isMapped()) {
                idMaps.open(
                        source(item),
                        item.options().recursiveBind(),
                        item.options().idMap(),
                        item.path());
            } else if (item.isBind() && isOpenedOutside()) {
                idMaps.openPlain(source(item), item.options().recursiveBind(), item.path());
            }
        }
    }

    /** Who has no privileges outside has them in the container's user namespace, and opens the sources there. */
    private boolean isOpenedOutside() {
        return draft.wishes.life().isPresent() && draft.isNew(NamespaceType.USER) && draft.host.euid() == 0;
    }

    private void refuseMisplaced(MountItem item) {
        if (item.isMapped() && !item.isBind()) {
            String member = item.mount().uidMappings().isEmpty() ? ".options" : ".uidMappings";
            throw new SpecException(
                    item.path() + member, "ids can be mapped in bind mounts only", "bind a directory, or leave it out");
        }
        if (item.options().copyUp() && (item.isBind() || !item.type().equals("tmpfs"))) {
            throw new SpecException(item.path() + ".options", "tmpcopyup is for mounts of type tmpfs only");
        }
        if (item.isBind() && !item.options().data().isEmpty()) {
            String first = item.options().data().split(",", 2)[0];
            throw new SpecException(
                    item.path() + ".options",
                    "\"" + first + "\" is no option of a bind mount",
                    "options of the file system belong to where it is mounted: the kernel ignores them on a bind");
        }
    }

    private boolean hasDev() {
        return items.stream().anyMatch(i -> i.target().equals("/dev"));
    }

    private boolean has(String type) {
        return items.stream().anyMatch(i -> i.type().equals(type));
    }

    /**
     * Where the spec mounts a procfs, so that it need not be made a second time; unless something lies over parts of it
     * that a write might then reach (CVE-2019-16884).
     */
    Optional<String> openProc() {
        return items.stream()
                .filter(i -> i.type().equals("proc"))
                .map(MountItem::target)
                .findFirst()
                .filter(proc -> items.stream().noneMatch(i -> MountItem.isUnder(i.target(), proc)))
                .filter(proc ->
                        items.stream().filter(i -> i.target().equals(proc)).count() == 1);
    }

    /** Whether every directory on the way is one that the plan has made, and a path therefore as good as an fd. */
    private boolean isByPath(MountItem item) {
        String target = item.target();
        boolean noLinks = List.of("proc", "sysfs").contains(item.type()); // whatever happens, as the masks lie in them
        return isOurs(target)
                && !(noLinks && root.canBeRemounted())
                && items.stream()
                        .filter(i -> MountItem.isUnder(target, i.target()))
                        .allMatch(i -> i.isSealedDev() || (i.type().equals("sysfs") && isByPath(i)));
    }

    private boolean isOurs(String path) {
        boolean plain = path.startsWith("/")
                && Arrays.stream(path.substring(1).split("/", -1))
                        .noneMatch(part -> part.isEmpty() || part.equals(".") || part.equals(".."));
        return prepared && root.isOurs() && plain && !root.hasLink(path) && !DeviceStage.isLinked(path);
    }

    /** Whether there is nothing at a path below the root, whatever the host has there. */
    boolean isNowhere(String path) {
        return isOurs(path)
                && items.stream()
                        .noneMatch(i -> first(i.target()).equals(first(path))
                                || i.target().equals("/"));
    }

    private static String first(String path) {
        return path.split("/", 3)[1];
    }

    /**
     * Whether the static part can be done once for all children: not in a user namespace of their own (its mounts are
     * locked), not with propagation out of it, not below something fresh.
     */
    boolean canBePrepared() {
        if (!root.ownsMounts()
                || draft.isNew(NamespaceType.USER)
                || draft.joins(NamespaceType.USER)
                || root.isShared()) {
            return false;
        }
        boolean masksNeedHost =
                !hasDev() && !draft.linux.maskedPaths().isEmpty(); // its /dev/null, before the root changes
        if (masksNeedHost) {
            return false;
        }
        for (int i = 0; i < items.size(); i++) {
            for (int k = 0; k < i; k++) {
                boolean below =
                        MountItem.isUnder(items.get(i).target(), items.get(k).target())
                                || items.get(i).target().equals(items.get(k).target());
                if (below && items.get(i).isStatic() && !items.get(k).isStatic()) {
                    return false;
                }
            }
        }
        // what a mapped tree is put upon, a directory or a file, is not known before it is opened, for each child
        return items.stream().allMatch(i -> i.options().propagation() == 0 && !i.isMapped());
    }

    /** The static part; also makes the fresh ones' mount points, since the root may be sealed afterwards. */
    void prepare() {
        prepared = true;
        for (MountItem item : items) {
            if (item.isStatic()) {
                mount(item);
            }
        }
        if (items.stream().noneMatch(i -> i.target().equals("/dev") && !i.isStatic())) {
            devices.makeAll();
        }
        for (int at = 0; at < items.size(); at++) {
            MountItem item = items.get(at);
            boolean onFresh = items.subList(0, at).stream().anyMatch(i -> !i.isStatic() && item.isUnder(i.target()));
            if (!item.isStatic() && !onFresh && !item.target().equals("/")) {
                draft.add(new MountStep.MakeDirectory(item.target(), 0755), item.path() + ".destination");
            }
        }
        items.stream().filter(i -> i.isStatic() && !i.isBind()).forEach(this::sealDev);
    }

    private void sealDev(MountItem item) {
        Step seal = draft.host.mountSetattr()
                ? new AttributeStep.SetAttributesAt("/dev", MountAttributes.READ_ONLY, false)
                : new AttributeStep.Remount("/dev", MountAttributes.READ_ONLY);
        draft.add(seal, item.path() + ".options");
    }

    /** Whether mounts of cgroup file systems can be the last: nothing else lies below them. */
    boolean cgroupsCanWait() {
        List<String> paths = new ArrayList<>(draft.linux.maskedPaths());
        paths.addAll(draft.linux.readonlyPaths());
        items.stream().filter(i -> !i.isCgroup()).forEach(i -> paths.add(i.target()));
        return items.stream()
                .filter(MountItem::isCgroup)
                .noneMatch(i -> paths.stream().anyMatch(path -> MountItem.isUnder(path, i.target())));
    }

    void mountCgroups() {
        items.stream().filter(MountItem::isCgroup).forEach(this::mount);
    }

    /**
     * A mount point of our own sealed /dev is empty and read-only until something is mounted there: as good a mask for
     * directories as a file system made for it, and cheaper.
     */
    void findEmptyDirectory() {
        boolean sealed = prepared && items.stream().anyMatch(i -> i.isStatic() && !i.isBind());
        if (sealed && !draft.linux.maskedPaths().isEmpty()) {
            items.stream()
                    .filter(i -> !i.isStatic() && i.target().startsWith("/dev/"))
                    .findFirst()
                    .ifPresent(i -> draft.add(new MountStep.EmptyDirectory(i.target()), "linux.maskedPaths"));
        }
    }

    /**
     * What depends on a child's mount, ipc and network namespaces only, in its order, unless something that has to wait lies above or
     * below it and comes before.
     */
    void mountAhead() {
        List<MountItem> waiting = new ArrayList<>();
        for (MountItem item : items) {
            if (item.isStatic()) {
                continue;
            }
            if (item.canBeAhead(draft.hasNetworkAhead()) && waiting.stream().noneMatch(item::isRelated)) {
                ahead.add(item);
                mountWithDevices(item);
            } else {
                waiting.add(item);
            }
        }
    }

    /** Whether what is at a path is there when everything ahead has been mounted, and stays. */
    boolean isAhead(String path) {
        return ahead.stream().anyMatch(item -> item.type().equals("sysfs") && item.contains(path))
                && items.stream()
                        .filter(item -> !ahead.contains(item) && !item.target().equals("/"))
                        .noneMatch(item -> item.target().equals(path) || item.contains(path) || item.isUnder(path));
    }

    /** What is not done yet; mounts of cgroup file systems are left out if they come later. */
    void mountRest(boolean cgroupsLater) {
        for (MountItem item : items) {
            boolean done = (prepared && item.isStatic()) || ahead.contains(item);
            if (!done && !(cgroupsLater && item.isCgroup())) {
                mountWithDevices(item);
            }
        }
        if (!prepared) {
            items.stream().filter(i -> i.isStatic() && !i.isBind()).forEach(this::sealDev);
        }
    }

    private void mountWithDevices(MountItem item) {
        mount(item);
        if (item.target().equals("/dev") && !item.isBind()) {
            devices.makeAll();
        }
    }

    private void mount(MountItem item) {
        if (item.isBind()) {
            bind(item);
        } else if (item.type().equals("cgroup")) {
            new CgroupFileSystems(draft, item.target(), item.options(), item.path(), isByPath(item)).mount();
        } else {
            mountFilesystem(item);
        }
        String path = item.path() + ".options";
        if (item.options().propagation() != 0) {
            var attributes = new MountAttributes(0, 0, item.options().propagation());
            boolean recursive = item.options().recursivePropagation();
            draft.add(
                    draft.host.mountSetattr()
                            ? new AttributeStep.SetAttributesAt(item.target(), attributes, recursive)
                            : new AttributeStep.Remount(
                                    item.target(), attributes, recursive, Optional.empty(), draft.hostProc()),
                    path);
        }
    }

    private void needSetattr(String path) {
        if (!draft.host.mountSetattr()) {
            throw new SpecException(path, "needs mount_setattr(2), which this kernel lacks", "Linux 5.12 has it");
        }
    }

    private static String source(MountItem item) {
        String source = item.mount().source().orElse("");
        if (!source.startsWith("/")) {
            throw new SpecException(
                    item.path() + ".source",
                    "\"" + source + "\" is not absolute",
                    "resolve it against the bundle first");
        }
        return source;
    }

    private Slot openTree(MountItem item) {
        if (idMaps.isOpen(item.path())) {
            return idMaps.tree(item.path());
        }
        Slot tree = draft.slot("tree of " + item.path());
        draft.add(new MountStep.OpenTree(source(item), item.options().recursiveBind(), tree), item.path() + ".source");
        return tree;
    }

    private void bind(MountItem item) {
        Slot tree = openTree(item);
        String path = item.path() + ".options";
        MountAttributes recursive = item.options().recursive();
        MountAttributes plain = item.options().attributes();
        if (!recursive.isEmpty()) {
            needSetattr(path);
            draft.add(new AttributeStep.SetAttributes(tree, recursive, true), path);
        }
        if (!plain.isEmpty() && draft.host.mountSetattr()) {
            draft.add(new AttributeStep.SetAttributes(tree, plain, false), path);
        }
        boolean remounted = !plain.isEmpty() && !draft.host.mountSetattr();
        draft.add(new MountStep.Attach(tree, item.target(), false, remounted), item.path() + ".destination");
        if (remounted) {
            draft.add(
                    new AttributeStep.Remount(item.target(), plain, false, Optional.of(tree), draft.hostProc()), path);
        }
        draft.releaseSlot(tree);
    }

    private void mountFilesystem(MountItem item) {
        if (item.type().isEmpty()) {
            throw new SpecException(item.path() + ".type", "is missing, and the options do not say bind or rbind");
        }
        String source = item.mount().source().orElse(item.type());
        // nodes are still to be put into a /dev that ends read-only
        boolean sealedLater = item.isStatic() || item.options().copyUp();
        int flags = sealedLater
                ? item.options().flags() & ~MountOptions.MS_RDONLY
                : item.options().flags();
        var mount = new MountStep.Mount(
                item.type(),
                source,
                item.target(),
                flags,
                labels.data(item.type(), item.options().data()),
                isByPath(item) && !item.isStatic() && !item.options().copyUp());
        if (item.options().copyUp()) {
            mountCopied(item, mount);
        } else {
            draft.add(mount, item.path());
        }
        labels.label(item.type(), item.target());
        if (!item.options().recursive().isEmpty()) {
            needSetattr(item.path() + ".options");
            draft.add(
                    new AttributeStep.SetAttributesAt(
                            item.target(), item.options().recursive(), true),
                    item.path() + ".options");
        }
    }

    /** A new tmpfs that begins with what lay in its place, and with the mode and owner that its options do not set. */
    private void mountCopied(MountItem item, MountStep.Mount mount) {
        String path = item.path() + ".options";
        Slot covered = draft.slot("what " + item.path() + " covers");
        List<String> data = List.of(item.options().data().split(","));
        boolean keepsMode = data.stream().noneMatch(option -> option.startsWith("mode="));
        boolean keepsOwner = data.stream().noneMatch(option -> option.startsWith("uid=") || option.startsWith("gid="));
        draft.add(new MountStep.MakeDirectory(item.target(), 0755), item.path() + ".destination");
        draft.add(new MountStep.OpenInRoot(item.target(), 0, MountStep.OpenInRoot.O_RDONLY, covered), path);
        draft.add(mount, item.path());
        draft.add(new ContentStep.CopyInto(item.target(), covered, keepsMode, keepsOwner), path);
        draft.releaseSlot(covered);
        if ((item.options().flags() & MountOptions.MS_RDONLY) != 0 && !item.isStatic()) {
            draft.add(new AttributeStep.Remount(item.target(), MountAttributes.READ_ONLY), path);
        }
    }
}
