package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupLimits;
import dev.libcontainer.cgroup.CgroupMounts;
import dev.libcontainer.cgroup.CgroupSession;
import dev.libcontainer.cgroup.CgroupStats;
import dev.libcontainer.cgroup.CgroupVersion;
import dev.libcontainer.cgroup.CgroupWrite;
import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.cgroup.Delegation;
import dev.libcontainer.cgroup.Hierarchy;
import dev.libcontainer.cgroup.StatFile;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.plan.CgroupPlan;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Resources;
import dev.libcontainer.spec.SpecException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/**
 * The cgroups of one blueprint: which hierarchies its limits need, where its containers' directories are made, and what
 * is read of them at the end. Hierarchies that no limit needs are not touched.
 */
final class CgroupLayout {
    private static final int FIGURES_BYTES = 32 * 1024;

    /** One hierarchy: what is written to a new cgroup, and which figures its end tells. */
    private record Place(
            Hierarchy hierarchy,
            Fd parent,
            List<CgroupPlan.Write> writes,
            List<StatFile> lastFigures,
            Optional<CgroupPlan.Delegated> delegated) {}

    private static final String KILLS_V1 = "memory.oom_control";
    private static final String PEAK_V2 = "memory.peak";

    /** What an exit status tells: the peak of memory, and whether it ran out. */
    private static final Set<String> LAST = Set.of(UsedCgroups.PEAK, KILLS_V1, PEAK_V2, "memory.events");

    private static final Set<String> MANAGED_V1 = Set.of("cpu", "cpuacct", "memory", "pids", "blkio", "freezer");
    private static final Set<String> MANAGED_V2 =
            Set.of("cpu", "cpuset", "memory", "pids", "io", "hugetlb", "rdma", "misc");

    private final CgroupSession session;
    private final CgroupMounts mounts;
    private final List<Place> places;
    private final boolean reusable;
    private final byte[] figureNames;
    private final List<List<StatFile>> lastFigures;
    /** In the order in which they are read: is it the peak, or else the count of kills? */
    private final List<Boolean> peaks;

    private final Queue<UsedCgroups> idle = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /** @param exact whether figures must begin at nothing, which those of a used directory do not */
    private CgroupLayout(CgroupSession session, List<Place> places, boolean exact) {
        this.session = session;
        this.mounts = session.mounts();
        this.places = places;
        reusable = !exact
                && !places.isEmpty()
                && places.stream().allMatch(place -> place.hierarchy.version() == CgroupVersion.V1);
        lastFigures = places.stream().map(Place::lastFigures).toList();
        peaks = lastFigures.stream()
                .flatMap(List::stream)
                .map(figure ->
                        figure.file().equals(UsedCgroups.PEAK) || figure.file().equals(PEAK_V2))
                .toList();
        StringBuilder names = new StringBuilder();
        for (Place place : places) {
            place.lastFigures().forEach(figure -> names.append(figure.file()).append('\0'));
            names.append('\0');
        }
        figureNames = names.append('\0').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** What a spec's limits come to on this host. */
    static CgroupLayout of(Linux linux, CgroupSession session) {
        return of(linux, session, false, Optional.empty());
    }

    /**
     * The same, managed if asked for: then with a directory in every hierarchy that counts, limits or stops something;
     * and handed over, if it is to be.
     */
    static CgroupLayout of(Linux linux, CgroupSession session, boolean managed, Optional<HandedOver> handedOver) {
        CgroupMounts mounts = session.mounts();
        Map<Hierarchy, Set<String>> needed = new LinkedHashMap<>();
        List<CgroupWrite> limits = List.of();
        Optional<byte[]> deviceProgram = Optional.empty();
        if (linux.resources().isPresent()) {
            Resources resources = linux.resources().get();
            limits = new ArrayList<>(CgroupLimits.forNew(resources, mounts));
            if (!resources.devices().isEmpty()) {
                limits.addAll(CgroupLimits.deviceWrites(resources.devices(), mounts));
                deviceProgram = CgroupLimits.deviceProgram(resources.devices(), mounts);
            }
        }
        for (CgroupWrite write : limits) {
            Hierarchy hierarchy = mounts.hierarchy(write.controller()).orElseThrow();
            Set<String> controllers = needed.computeIfAbsent(hierarchy, h -> new LinkedHashSet<>());
            if (!write.controller().equals(CgroupMounts.CORE)) {
                controllers.add(write.controller());
            }
        }
        if (deviceProgram.isPresent()) {
            needed.computeIfAbsent(mounts.unified().orElseThrow(), h -> new LinkedHashSet<>());
        }
        session.limited()
                .forEach((hierarchy, controllers) -> needed.computeIfAbsent(hierarchy, h -> new LinkedHashSet<>())
                        .addAll(controllers));
        if (managed) {
            mounts.hierarchies().forEach(hierarchy -> manage(hierarchy, needed));
        }
        if (needed.isEmpty() && (linux.cgroupsPath().isPresent() || session.isScope() || handedOver.isPresent())) {
            needed.put(tracking(mounts), Set.of());
        }
        List<Place> places = new ArrayList<>();
        for (Map.Entry<Hierarchy, Set<String>> entry : needed.entrySet()) {
            boolean restricted = deviceProgram.isPresent() && entry.getKey().version() == CgroupVersion.V2;
            Fd parent = restricted
                    ? session.restricted(
                            entry.getKey(), entry.getValue(), deviceProgram.get(), "linux.resources.devices")
                    : session.directory(entry.getKey(), entry.getValue(), "linux.resources");
            places.add(place(entry.getKey(), entry.getValue(), parent, limits, session, handedOver));
        }
        places.sort(
                Comparator.comparing(place -> place.hierarchy.version() == CgroupVersion.V1)); // as a plan makes them
        if (handedOver.isPresent() && places.stream().allMatch(place -> place.delegated.isEmpty())) {
            throw Delegation.refused("of the hierarchies that this container is in none can be delegated");
        }
        return new CgroupLayout(session, places, managed || handedOver.isPresent());
    }

    private static void manage(Hierarchy hierarchy, Map<Hierarchy, Set<String>> needed) {
        Set<String> controllers = new LinkedHashSet<>(hierarchy.controllers());
        controllers.retainAll(hierarchy.version() == CgroupVersion.V1 ? MANAGED_V1 : MANAGED_V2);
        if (!controllers.isEmpty() || hierarchy.version() == CgroupVersion.V2) {
            needed.computeIfAbsent(hierarchy, h -> new LinkedHashSet<>()).addAll(controllers);
        }
    }

    /** Where processes are only to be found again: the unified hierarchy can kill them in one write. */
    private static Hierarchy tracking(CgroupMounts mounts) {
        return mounts.unified()
                .or(() -> mounts.hierarchies().stream().findFirst())
                .orElseThrow(() -> new SpecException("linux.cgroupsPath", "this host has no cgroups mounted"));
    }

    private static Place place(
            Hierarchy hierarchy,
            Set<String> controllers,
            Fd parent,
            List<CgroupWrite> limits,
            CgroupSession session,
            Optional<HandedOver> handedOver) {
        List<CgroupPlan.Write> writes = new ArrayList<>();
        session.inherited(hierarchy, parent)
                .forEach((file, value) -> writes.add(new CgroupPlan.Write(file, value, "linux.cgroupsPath")));
        for (CgroupWrite write : limits) {
            boolean here =
                    session.mounts().hierarchy(write.controller()).orElseThrow().equals(hierarchy);
            if (here) {
                write.on(file -> session.has(hierarchy, controllers, file, write.jsonPath()))
                        .ifPresent(known ->
                                writes.add(new CgroupPlan.Write(known.file(), known.value(), known.jsonPath())));
            }
        }
        List<StatFile> figures = CgroupStats.files(session.mounts()).stream()
                .filter(file -> session.mounts()
                        .hierarchy(file.controller())
                        .filter(hierarchy::equals)
                        .isPresent())
                .filter(file -> hasFiles(hierarchy, controllers, file.controller()))
                .toList();
        Optional<CgroupPlan.Delegated> delegated =
                handedOver.flatMap(to -> to.of(hierarchy, file -> Kernel.exists(parent.value(), file)));
        List<StatFile> last = figures.stream()
                .filter(figure -> LAST.contains(figure.file()))
                .flatMap(figure -> withPayload(figure, delegated))
                .toList();
        return new Place(hierarchy, parent, writes, last, delegated);
    }

    /** Version 1 counts kills where the process is, and nowhere above. */
    private static Stream<StatFile> withPayload(StatFile figure, Optional<CgroupPlan.Delegated> delegated) {
        Stream<StatFile> below = delegated.stream()
                .filter(to -> !to.payload().isEmpty() && figure.file().equals(KILLS_V1))
                .map(to -> new StatFile(figure.controller(), to.payload() + "/" + figure.file()));
        return Stream.concat(Stream.of(figure), below);
    }

    /** Version 1 has the files of all controllers mounted together, version 2 its own and those of enabled controllers. */
    private static boolean hasFiles(Hierarchy hierarchy, Set<String> enabled, String controller) {
        return hierarchy.version() == CgroupVersion.V1
                || controller.equals(CgroupMounts.CORE)
                || enabled.contains(controller);
    }

    /**
     * Whether a directory can serve another container once its last process is gone: making a v1 memory cgroup takes the
     * kernel as long as starting a process. On v2 it is cheap, and the peak could not be set back.
     */
    boolean isReusable() {
        return reusable;
    }

    /** Directories that nobody uses now, made by an earlier spawn. */
    Optional<UsedCgroups> takeIdle() {
        return Optional.ofNullable(idle.poll());
    }

    /** A name for directories that will be reused; no caller may choose one that begins so. */
    UsedCgroups next(String id) {
        return UsedCgroups.named("_" + id);
    }

    /** An ended container's directories serve another, unless it keeps them; else they are removed and their fds closed. */
    void leave(Optional<UsedCgroups> used, boolean kept, long oomKills, int[] directories) {
        if (used.isPresent() && !kept) {
            giveBack(used.get(), oomKills, directories);
            return;
        }
        used.ifPresent(UsedCgroups::closeFiles);
        remove(directories);
    }

    private void giveBack(UsedCgroups used, long oomKills, int[] directories) {
        UsedCgroups next;
        try {
            next = used.after(oomKills, directories, lastFigures);
        } catch (RuntimeException e) { // no fd was free: the next container gets others
            remove(directories);
            return;
        }
        synchronized (idle) {
            if (!closed) {
                idle.add(next);
                return;
            }
        }
        next.closeFiles();
        remove(directories); // they outlived their blueprint
    }

    /** Kills who is left in them, too. */
    private void remove(int[] directories) {
        Kernel.removeCgroups(directories);
        if (closed) {
            session.removeLeft();
        }
    }

    /** A spawn failed: its directories serve another. */
    void putBack(UsedCgroups used) {
        synchronized (idle) {
            idle.add(used.after(used.oomKills(), used.directories(), lastFigures));
            if (closed) { // meanwhile, and maybe the session too
                removeIdle();
                session.removeLeft();
            }
        }
    }

    /** Removes the directories that wait to be used again. */
    void close() {
        synchronized (idle) {
            closed = true;
            removeIdle();
        }
        places.forEach(place -> session.release(place.hierarchy, place.parent)); // does nothing to one that is shared
    }

    private void removeIdle() {
        for (UsedCgroups used = idle.poll(); used != null; used = idle.poll()) {
            used.closeFiles();
            Kernel.removeCgroups(used.directories());
        }
    }

    boolean isEmpty() {
        return places.isEmpty();
    }

    CgroupPlan plan() {
        List<CgroupPlan.Hierarchy> hierarchies = places.stream()
                .map(place -> new CgroupPlan.Hierarchy(
                        place.hierarchy.controllers().isEmpty()
                                ? "unified"
                                : String.join(",", place.hierarchy.controllers()),
                        place.hierarchy.version() == CgroupVersion.V2,
                        place.writes,
                        place.delegated))
                .toList();
        return new CgroupPlan("container", hierarchies);
    }

    /** The directory to bind the i-th parent slot to. */
    int parent(int index) {
        return places.get(index).parent.value();
    }

    /** The same directories by their paths, for what is done seldom. */
    ContainerCgroup cgroup(int[] directories) {
        Map<String, String> paths = new HashMap<>();
        for (int i = 0; i < directories.length; i++) {
            try {
                Path path = Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(directories[i])));
                paths.put(places.get(i).hierarchy.name(), path.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        String payload = places.stream()
                .flatMap(place -> place.delegated.stream())
                .map(CgroupPlan.Delegated::payload)
                .findFirst()
                .orElse("");
        return ContainerCgroup.open(mounts, paths, payload);
    }

    /** What an exit status tells: the peak of memory in bytes, -1 if unknown, and how many were killed for want of it. */
    record LastFigures(long peakBytes, long oomKills) {
        private static final LastFigures NONE = new LastFigures(-1, 0);

        OptionalLong peak() {
            return peakBytes < 0 ? OptionalLong.empty() : OptionalLong.of(peakBytes);
        }
    }

    /** One native call, no strings and no iterators: this is on the path of every container. */
    LastFigures lastFigures(int[] directories, Optional<UsedCgroups> used) {
        if (directories.length == 0) {
            return LastFigures.NONE;
        }
        ByteBuffer data = BUFFERS.get();
        boolean open = used.isPresent() && used.get().isMade();
        int size = open ? used.get().read(data) : Kernel.readCgroups(directories, figureNames, data);
        long peak = -1;
        long kills = 0;
        int at = 0;
        for (int i = 0; i < peaks.size(); i++) {
            int length = at < size ? data.getInt(at) : -1;
            at += Integer.BYTES;
            if (length < 0) {
                continue; // this kernel does not have the file
            }
            if (peaks.get(i)) {
                peak = FigureText.number(data, at, at + length);
            } else {
                kills = Math.max(kills, FigureText.oomKills(data, at, at + length));
            }
            at += (length + 3) / 4 * 4;
        }
        return new LastFigures(peak, kills);
    }

    private static final ThreadLocal<ByteBuffer> BUFFERS = ThreadLocal.withInitial(
            () -> ByteBuffer.allocateDirect(FIGURES_BYTES).order(ByteOrder.nativeOrder()));
}
