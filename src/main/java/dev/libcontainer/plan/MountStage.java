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
    /** A mount and its position in the spec. */
    private record Item(Mount mount, MountOptions options, String path) {
        /** Whether ids in it are others than those of the file system. */
        boolean isMapped() {
            return options.idMap() != MountOptions.IdMap.NONE
                    || !mount.uidMappings().isEmpty();
        }

        boolean isBind() {
            return options.bind() || mount.type().filter("bind"::equals).isPresent();
        }

        String type() {
            return mount.type().orElse("");
        }
    }

    private final Draft draft;
    private final RootStage root;
    private final List<Item> items = new ArrayList<>();
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
            items.add(new Item(mount, MountOptions.parse(mount.options(), path + ".options"), path));
        }
        idMaps = new IdMapStage(draft);
        boolean devIsBound =
                items.stream().anyMatch(i -> i.isBind() && target(i).equals("/dev"));
        devices = new DeviceStage(draft, root.ownsMounts() && !devIsBound && hasDev(), has("devpts"));
    }

    void reserveSlots() {
        items.forEach(this::refuseMisplaced);
        items.stream()
                .filter(Item::isMapped)
                .forEach(item -> idMaps.reserve(item.mount, item.options.idMap(), item.path));
    }

    /** Mapped trees are opened outside: a user namespace has no say over the file systems of another. */
    void openMapped() {
        for (Item item : items) {
            if (item.isMapped()) {
                idMaps.open(source(item), item.options.recursiveBind(), item.options.idMap(), item.path);
            } else if (item.isBind() && isOpenedOutside()) {
                idMaps.openPlain(source(item), item.options.recursiveBind(), item.path);
            }
        }
    }

    /** Who has no privileges outside has them in the container's user namespace, and opens the sources there. */
    private boolean isOpenedOutside() {
        return draft.wishes.life().isPresent() && draft.isNew(NamespaceType.USER) && draft.host.euid() == 0;
    }

    private void refuseMisplaced(Item item) {
        if (item.isMapped() && !item.isBind()) {
            String member = item.mount.uidMappings().isEmpty() ? ".options" : ".uidMappings";
            throw new SpecException(
                    item.path + member, "ids can be mapped in bind mounts only", "bind a directory, or leave it out");
        }
        if (item.options.copyUp() && (item.isBind() || !item.type().equals("tmpfs"))) {
            throw new SpecException(item.path + ".options", "tmpcopyup is for mounts of type tmpfs only");
        }
        if (item.isBind() && !item.options.data().isEmpty()) {
            String first = item.options.data().split(",", 2)[0];
            throw new SpecException(
                    item.path + ".options",
                    "\"" + first + "\" is no option of a bind mount",
                    "options of the file system belong to where it is mounted: the kernel ignores them on a bind");
        }
    }

    private boolean hasDev() {
        return items.stream().anyMatch(i -> target(i).equals("/dev"));
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
                .map(MountStage::target)
                .findFirst()
                .filter(proc -> items.stream().noneMatch(i -> isUnder(target(i), proc)))
                .filter(proc ->
                        items.stream().filter(i -> target(i).equals(proc)).count() == 1);
    }

    private static String target(Item item) {
        String destination = item.mount.destination();
        String absolute = destination.startsWith("/") ? destination : "/" + destination;
        while (absolute.length() > 1 && absolute.endsWith("/")) {
            absolute = absolute.substring(0, absolute.length() - 1);
        }
        return absolute;
    }

    /** Whether every directory on the way is one that the plan has made, and a path therefore as good as an fd. */
    private boolean isByPath(Item item) {
        String target = target(item);
        boolean noLinks = List.of("proc", "sysfs").contains(item.type()); // whatever happens, as the masks lie in them
        return isOurs(target)
                && !(noLinks && root.canBeRemounted())
                && items.stream()
                        .filter(i -> isUnder(target, target(i)))
                        .allMatch(i -> isSealedDev(i) || (i.type().equals("sysfs") && isByPath(i)));
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
                        .noneMatch(i -> first(target(i)).equals(first(path))
                                || target(i).equals("/"));
    }

    private static String first(String path) {
        return path.split("/", 3)[1];
    }

    private static boolean isUnder(String path, String above) {
        return path.startsWith(above.equals("/") ? above : above + "/");
    }

    private static boolean isStatic(Item item) {
        return (item.isBind() && !item.isMapped()) || isSealedDev(item);
    }

    private static boolean isSealedDev(Item item) {
        return target(item).equals("/dev")
                && item.type().equals("tmpfs")
                && !item.isBind()
                && (item.options.flags() & MountOptions.MS_RDONLY) != 0;
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
                boolean below = isUnder(target(items.get(i)), target(items.get(k)))
                        || target(items.get(i)).equals(target(items.get(k)));
                if (below && isStatic(items.get(i)) && !isStatic(items.get(k))) {
                    return false;
                }
            }
        }
        // what a mapped tree is put upon, a directory or a file, is not known before it is opened, for each child
        return items.stream().allMatch(i -> i.options.propagation() == 0 && !i.isMapped());
    }

    /** The static part; also makes the fresh ones' mount points, since the root may be sealed afterwards. */
    void prepare() {
        prepared = true;
        for (Item item : items) {
            if (isStatic(item)) {
                mount(item);
            }
        }
        if (items.stream().noneMatch(i -> target(i).equals("/dev") && !isStatic(i))) {
            devices.makeAll();
        }
        for (Item item : items) {
            boolean onFresh = items.stream().anyMatch(i -> !isStatic(i) && isUnder(target(item), target(i)));
            if (!isStatic(item) && !onFresh && !target(item).equals("/")) {
                draft.add(new MountStep.MakeDirectory(target(item), 0755), item.path + ".destination");
            }
        }
        items.stream().filter(i -> isStatic(i) && !i.isBind()).forEach(this::sealDev);
    }

    private void sealDev(Item item) {
        Step seal = draft.host.mountSetattr()
                ? new AttributeStep.SetAttributesAt("/dev", MountAttributes.READ_ONLY, false)
                : new AttributeStep.Remount("/dev", MountAttributes.READ_ONLY);
        draft.add(seal, item.path + ".options");
    }

    private static boolean isCgroup(Item item) {
        return !item.isBind() && item.type().startsWith("cgroup");
    }

    /** Whether mounts of cgroup file systems can be the last: nothing else lies below them. */
    boolean cgroupsCanWait() {
        List<String> paths = new ArrayList<>(draft.linux.maskedPaths());
        paths.addAll(draft.linux.readonlyPaths());
        items.stream().filter(i -> !isCgroup(i)).forEach(i -> paths.add(target(i)));
        return items.stream()
                .filter(MountStage::isCgroup)
                .noneMatch(i -> paths.stream().anyMatch(path -> isUnder(path, target(i))));
    }

    void mountCgroups() {
        items.stream().filter(MountStage::isCgroup).forEach(this::mount);
    }

    /**
     * A mount point of our own sealed /dev is empty and read-only until something is mounted there: as good a mask for
     * directories as a file system made for it, and cheaper.
     */
    void findEmptyDirectory() {
        boolean sealed = prepared && items.stream().anyMatch(i -> isStatic(i) && !i.isBind());
        if (sealed && !draft.linux.maskedPaths().isEmpty()) {
            items.stream()
                    .filter(i -> !isStatic(i) && target(i).startsWith("/dev/"))
                    .findFirst()
                    .ifPresent(i -> draft.add(new MountStep.EmptyDirectory(target(i)), "linux.maskedPaths"));
        }
    }

    /** What is not prepared; mounts of cgroup file systems are left out if they come later. */
    void mountRest(boolean cgroupsLater) {
        for (Item item : items) {
            boolean done = prepared && isStatic(item);
            if (!done && !(cgroupsLater && isCgroup(item))) {
                mount(item);
                if (target(item).equals("/dev") && !item.isBind()) {
                    devices.makeAll();
                }
            }
        }
        if (!prepared) {
            items.stream().filter(i -> isStatic(i) && !i.isBind()).forEach(this::sealDev);
        }
    }

    private void mount(Item item) {
        if (item.isBind()) {
            bind(item);
        } else if (item.type().equals("cgroup")) {
            new CgroupFileSystems(draft, target(item), item.options, item.path, isByPath(item)).mount();
        } else {
            mountFilesystem(item);
        }
        String path = item.path + ".options";
        if (item.options.propagation() != 0) {
            var attributes = new MountAttributes(0, 0, item.options.propagation());
            boolean recursive = item.options.recursivePropagation();
            draft.add(
                    draft.host.mountSetattr()
                            ? new AttributeStep.SetAttributesAt(target(item), attributes, recursive)
                            : new AttributeStep.Remount(
                                    target(item), attributes, recursive, Optional.empty(), draft.hostProc()),
                    path);
        }
    }

    private void needSetattr(String path) {
        if (!draft.host.mountSetattr()) {
            throw new SpecException(path, "needs mount_setattr(2), which this kernel lacks", "Linux 5.12 has it");
        }
    }

    private static String source(Item item) {
        String source = item.mount.source().orElse("");
        if (!source.startsWith("/")) {
            throw new SpecException(
                    item.path + ".source", "\"" + source + "\" is not absolute", "resolve it against the bundle first");
        }
        return source;
    }

    private Slot openTree(Item item) {
        if (idMaps.isOpen(item.path)) {
            return idMaps.tree(item.path);
        }
        Slot tree = draft.slot("tree of " + item.path);
        draft.add(new MountStep.OpenTree(source(item), item.options.recursiveBind(), tree), item.path + ".source");
        return tree;
    }

    private void bind(Item item) {
        Slot tree = openTree(item);
        String path = item.path + ".options";
        MountAttributes recursive = item.options.recursive();
        MountAttributes plain = item.options.attributes();
        if (!recursive.isEmpty()) {
            needSetattr(path);
            draft.add(new AttributeStep.SetAttributes(tree, recursive, true), path);
        }
        if (!plain.isEmpty() && draft.host.mountSetattr()) {
            draft.add(new AttributeStep.SetAttributes(tree, plain, false), path);
        }
        boolean remounted = !plain.isEmpty() && !draft.host.mountSetattr();
        draft.add(new MountStep.Attach(tree, target(item), false, remounted), item.path + ".destination");
        if (remounted) {
            draft.add(new AttributeStep.Remount(target(item), plain, false, Optional.of(tree), draft.hostProc()), path);
        }
        draft.releaseSlot(tree);
    }

    private void mountFilesystem(Item item) {
        if (item.type().isEmpty()) {
            throw new SpecException(item.path + ".type", "is missing, and the options do not say bind or rbind");
        }
        String source = item.mount.source().orElse(item.type());
        // nodes are still to be put into a /dev that ends read-only
        boolean sealedLater = isStatic(item) || item.options.copyUp();
        int flags = sealedLater ? item.options.flags() & ~MountOptions.MS_RDONLY : item.options.flags();
        var mount = new MountStep.Mount(
                item.type(),
                source,
                target(item),
                flags,
                labels.data(item.type(), item.options.data()),
                isByPath(item) && !isStatic(item) && !item.options.copyUp());
        if (item.options.copyUp()) {
            mountCopied(item, mount);
        } else {
            draft.add(mount, item.path);
        }
        labels.label(item.type(), target(item));
        if (!item.options.recursive().isEmpty()) {
            needSetattr(item.path + ".options");
            draft.add(
                    new AttributeStep.SetAttributesAt(target(item), item.options.recursive(), true),
                    item.path + ".options");
        }
    }

    /** A new tmpfs that begins with what lay in its place, and with the mode and owner that its options do not set. */
    private void mountCopied(Item item, MountStep.Mount mount) {
        String path = item.path + ".options";
        Slot covered = draft.slot("what " + item.path + " covers");
        List<String> data = List.of(item.options.data().split(","));
        boolean keepsMode = data.stream().noneMatch(option -> option.startsWith("mode="));
        boolean keepsOwner = data.stream().noneMatch(option -> option.startsWith("uid=") || option.startsWith("gid="));
        draft.add(new MountStep.MakeDirectory(target(item), 0755), item.path + ".destination");
        draft.add(new MountStep.OpenInRoot(target(item), 0, MountStep.OpenInRoot.O_RDONLY, covered), path);
        draft.add(mount, item.path);
        draft.add(new ContentStep.CopyInto(target(item), covered, keepsMode, keepsOwner), path);
        draft.releaseSlot(covered);
        if ((item.options.flags() & MountOptions.MS_RDONLY) != 0 && !isStatic(item)) {
            draft.add(new AttributeStep.Remount(target(item), MountAttributes.READ_ONLY), path);
        }
    }
}
