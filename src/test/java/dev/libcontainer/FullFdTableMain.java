package dev.libcontainer;

import dev.libcontainer.cgroup.ContainerCgroup;
import dev.libcontainer.stats.Counter;
import dev.libcontainer.stats.Sample;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/** Another JVM, for {@link FullFdTableTest}: has a container end while its table of fds is full, and another one after. */
final class FullFdTableMain {
    private static final int SIGTERM = 15;
    private static final int NETWORKS = 100;
    private static final int MIB = 1 << 20;
    private static final String SCRIPT = "trap 'echo told; exit 3' TERM; echo ready; while :; do sleep 0.02; done";

    private FullFdTableMain() {}

    /** What fails is left as it is: to close it might wait for a thread that is no more. */
    public static void main(String[] args) throws Exception {
        Patience.seconds(1); // is loaded while there are fds
        Containers containers = Containers.open(ContainersOptions.DEFAULT.networkPoolSize(NETWORKS));
        switch (args[0]) {
            case "plain" -> end(containers, shell());
            case "limited" -> end(containers, shell().memoryLimitBytes(64 * MIB));
            case "captured" -> captured(containers);
            case "events" -> events(containers);
            case "samples" -> samples(containers);
            case "samples-refused" ->
                refused(containers, 3, it -> it.samples(Duration.ofMillis(50), EnumSet.allOf(Counter.class)));
            case "events-refused" -> refused(containers, 1, Container::events);
            case "stats-refused" -> denied(containers, Container::stats);
            case "update-refused" ->
                denied(containers, it -> it.update(Limits.none().pids(20)));
            case "closed" -> closed(containers);
            case "removed" -> removed();
            case "networks" -> networks(containers);
            case "pool" -> pool(containers);
            default -> throw new IllegalArgumentException(args[0]);
        }
        containers.close();
    }

    private static ContainerSpecBuilder shell() {
        return ContainerSpec.builder()
                .command("/bin/sh", "-c", SCRIPT)
                .env(
                        Holdings.OWNER_VARIABLE,
                        Long.toString(
                                ProcessHandle.current().parent().orElseThrow().pid()));
    }

    /** What is done while there is no fd. */
    private interface Deed {
        void run() throws Exception;
    }

    private static void whileFull(Deed deed) throws Exception {
        List<FileInputStream> filling = fill();
        try {
            deed.run();
        } finally {
            close(filling);
        }
    }

    /** Opens as many files as can be, also those fds that threads of the JVM have for a moment, to load a class. */
    private static List<FileInputStream> fill() throws InterruptedException {
        List<FileInputStream> filling = new ArrayList<>();
        int before;
        do {
            before = filling.size();
            fill(filling);
            TimeUnit.MILLISECONDS.sleep(100);
        } while (filling.size() > before);
        return filling;
    }

    private static void fill(List<FileInputStream> filling) {
        try {
            while (true) {
                filling.add(new FileInputStream("/dev/null"));
            }
        } catch (IOException e) {
            return; // there is no fd left
        }
    }

    private static void close(List<FileInputStream> files) throws IOException {
        for (FileInputStream one : files) {
            one.close();
        }
    }

    private static Container begun(Blueprint blueprint) throws IOException {
        Container container = blueprint.spawn(Stdio.pipes());
        container.stdout().read(); // its trap is set
        return container;
    }

    private static String exit(Container container) throws Exception {
        container.signal(SIGTERM);
        return container.onExit().get(10, TimeUnit.SECONDS).toString();
    }

    private static void end(Containers containers, ContainerSpecBuilder spec) throws Exception {
        try (Blueprint blueprint = containers.compile(spec.build())) {
            Set<Long> before = threads();
            Container first = begun(blueprint);
            String[] told = new String[1];
            whileFull(() -> told[0] = exit(first));
            System.out.println(told[0] + " while full");
            first.close();
            afterwards(blueprint, before);
        }
    }

    private static void afterwards(Blueprint blueprint, Set<Long> before) throws Exception {
        try (Container second = begun(blueprint)) {
            System.out.println(exit(second) + " afterwards");
        }
        System.out.println("threads: " + (threads().containsAll(before) ? "same" : "some have ended"));
    }

    private static Set<Long> threads() {
        Set<Long> ids = new TreeSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("libcontainer-")) {
                ids.add(thread.getId());
            }
        }
        return ids;
    }

    private static void captured(Containers containers) throws Exception {
        try (Blueprint blueprint = containers.compile(shell().build())) {
            Container first = blueprint.spawn(Stdio.capture());
            Set<Long> before = threads();
            TimeUnit.MILLISECONDS.sleep(200); // its trap is set
            String[] told = new String[2];
            whileFull(() -> {
                told[0] = exit(first);
                told[1] = first.output();
            });
            System.out.println(told[0] + (told[1].equals("ready\ntold\n") ? "" : told[1]) + " while full");
            first.close();
            afterwards(blueprint, before);
        }
    }

    private static void events(Containers containers) throws Exception {
        try (Blueprint blueprint = containers.compile(shell().managed().build())) {
            Container first = begun(blueprint);
            var events = Collected.all(first.events());
            Set<Long> before = threads();
            String[] told = new String[1];
            boolean[] over = new boolean[1];
            whileFull(() -> {
                told[0] = exit(first);
                over[0] = events.isOver();
            });
            System.out.println(told[0] + (over[0] && events.items().size() > 0 ? "" : ", not told,") + " while full");
            first.close();
            afterwards(blueprint, before);
        }
    }

    private static void samples(Containers containers) throws Exception {
        try (Blueprint blueprint = containers.compile(shell().managed().build())) {
            Container first = begun(blueprint);
            List<Collected<Sample>> streams = new ArrayList<>();
            Set<Long> before = new TreeSet<>();
            whileFullAfter(
                    () -> {
                        streams.add(Collected.all(first.samples(Duration.ofMillis(200), Counter.USUAL)));
                        before.addAll(threads());
                    },
                    () -> {
                        streams.get(0).await(2);
                        System.out.println(
                                exit(first) + (streams.get(0).isOver() ? "" : ", not over,") + " while full");
                    });
            first.close();
            afterwards(blueprint, before);
        }
    }

    private static void whileFullAfter(Deed first, Deed deed) throws Exception {
        first.run();
        whileFull(deed);
    }

    /** A subscription for which there are too few fds. */
    private static <T> void refused(Containers containers, int fds, Function<Container, Flow.Publisher<T>> publisher)
            throws Exception {
        try (Blueprint blueprint = containers.compile(shell().managed().build());
                Container container = begun(blueprint)) {
            Collected.all(publisher.apply(container));
            TimeUnit.MILLISECONDS.sleep(200); // its classes are loaded
            networksAreReady(containers);
            List<FileInputStream> filling = fill();
            close(filling.subList(0, fds));
            Collected<T> refused = Collected.all(publisher.apply(container));
            List<FileInputStream> free = fill();
            close(filling);
            close(free);
            System.out.println("of " + fds + " fds " + free.size() + " are free again");
            System.out.println(refused.trouble().flatMap(e -> ((ContainerException) e).errno()));
        }
    }

    /** Whoever makes networks has some fds for it, and gives them back where it fails. */
    private static boolean networksAreReady(Containers containers) {
        return Patience.within(10, () -> containers.readyNetworks() == NETWORKS);
    }

    /** What needs an fd for a moment, and what the container's limit is after it. */
    private static void denied(Containers containers, Consumer<Container> work) throws Exception {
        for (String name : List.of("cgroup.CgroupException", "kernel.KernelException", "EngineException", "Failures")) {
            Class.forName("dev.libcontainer." + name);
        }
        try (Blueprint blueprint =
                        containers.compile(shell().managed().pidsLimit(30).build());
                Container container = begun(blueprint)) {
            work.accept(container); // its classes are loaded
            networksAreReady(containers);
            container.update(Limits.none().pids(40));
            List<String> told = new ArrayList<>();
            whileFull(() -> {
                try {
                    work.accept(container);
                    told.add("done");
                } catch (EngineException e) {
                    told.add(e.errno().toString());
                }
            });
            System.out.println(
                    told.get(0) + ", " + container.stats().orElseThrow().pids().limit());
        }
    }

    /** A container with more than a first process, and with cgroups that it made below its own. */
    private static void closed(Containers containers) throws Exception {
        ContainerSpecBuilder spec = shell().managed();
        try (Blueprint blueprint = containers.compile(spec.build())) {
            begun(blueprint).close(); // its classes are loaded
            Container container = begun(blueprint);
            networksAreReady(containers);
            List<Path> directories = CgroupTest.directories("libcontainer", container.id());
            whileFull(container::close);
            System.out.println("was in " + (directories.isEmpty() ? "no cgroup" : "cgroups"));
            boolean gone = Patience.within(10, () -> directories.stream().noneMatch(Files::exists));
            System.out.println(gone ? "none is left" : directories + " are left");
        }
    }

    /** Directories with others below them, for whose names there is no fd at the first attempts. */
    private static void removed() throws Exception {
        try (InCgroup host = new InCgroup()) {
            host.make("").remove(); // its classes are loaded
            for (boolean full : new boolean[] {false, true}) {
                ContainerCgroup cgroup = host.make("");
                for (String path : cgroup.paths().values()) {
                    Files.createDirectory(Path.of(path, "below"));
                }
                List<FileInputStream> filling = full ? fill() : new ArrayList<>();
                Thread freeing = new Thread(() -> close(filling, 300));
                freeing.start();
                cgroup.remove();
                freeing.join();
                System.out.println(host.directories() + " are left" + (full ? " while full" : ""));
            }
        }
    }

    private static void close(List<FileInputStream> files, long afterMillis) {
        try {
            TimeUnit.MILLISECONDS.sleep(afterMillis);
            close(files);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first container that wants a network has others made ahead, of which there are none yet. */
    private static void networks(Containers containers) throws Exception {
        try (Blueprint blueprint = containers.compile(shell().build())) {
            Container first = begun(blueprint);
            Set<Long> before = threads();
            String[] told = new String[1];
            whileFull(() -> {
                TimeUnit.MILLISECONDS.sleep(100);
                told[0] = exit(first);
            });
            boolean filled = networksAreReady(containers);
            System.out.println(told[0] + (filled ? "" : ", no network made since it was,") + " while full");
            first.close();
            afterwards(blueprint, before);
        }
    }

    /** A pool that is opened while there is no fd fills when there are some. */
    private static void pool(Containers containers) throws Exception {
        try (Blueprint blueprint = containers.compile(shell().build())) {
            try (ContainerPool before = blueprint.pool(PoolOptions.of(1))) {
                before.awaitReady(1, Duration.ofSeconds(10));
            }
            List<ContainerPool> made = new ArrayList<>();
            whileFull(() -> {
                made.add(blueprint.pool(PoolOptions.of(1)));
                Patience.within(10, () -> made.get(0).figures().failures() > 0);
            });
            try (ContainerPool pool = made.get(0)) {
                Set<Long> before = threads();
                ContainerException failure = pool.figures().lastFailure().orElseThrow();
                boolean typed = failure.errno().orElse("").startsWith("EMFILE");
                pool.awaitReady(1, Duration.ofSeconds(10));
                try (Container taken = pool.take(Stdio.pipes())) {
                    taken.stdout().read();
                    String told = exit(taken);
                    System.out.println(told + (typed ? "" : ", " + failure) + " while full");
                }
                afterwards(blueprint, before);
            }
        }
    }
}
