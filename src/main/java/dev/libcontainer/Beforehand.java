package dev.libcontainer;

import dev.libcontainer.cgroup.CgroupNotice;
import dev.libcontainer.events.ContainerEvent;
import dev.libcontainer.events.MemoryLevel;
import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Exit;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.Report;
import dev.libcontainer.plan.Binding;
import dev.libcontainer.report.SpawnText;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Classes that are needed first when a container ends, something happens to it, or a spawn fails: they are loaded while that
 * is sure to work. A class in a file of its own takes an fd, and one that could not be loaded for want of it stays missing
 * where it was asked for (JVMS 5.4.3).
 */
final class Beforehand {
    private Beforehand() {}

    /** For the ends of containers, and for spawns that fail. */
    static void ends() {
        load(
                ExitStatus.of(new Exit(Exit.EXITED, 0, 0, 0, 0, false, 0), false, OptionalLong.empty(), 0, 0),
                SpawnText.outside(new Report(Report.FAULT, -1, Errno.EMFILE.number(), 1)),
                Failures.kernel(ContainerException.Phase.SPAWN, new KernelException("", "", Errno.EMFILE)),
                Binding.class.getPermittedSubclasses(),
                CgroupLayout.LastFigures.class,
                FigureText.class,
                PoolFigures.class,
                SpawnFailedException.class,
                UsedCgroups.class);
    }

    /** For whatever can happen. */
    static void events() {
        for (CgroupNotice.What what : CgroupNotice.What.values()) {
            load(EventLoop.event("", Instant.EPOCH, what, 0, Optional.of(MemoryLevel.LOW)));
        }
        load(new ContainerEvent.Exited("", Instant.EPOCH, OptionalInt.empty(), OptionalInt.empty(), false));
    }

    /** Whoever could name them, or make one, has loaded their classes. */
    static void load(Object... used) {
        var unused = List.of(used);
    }
}
