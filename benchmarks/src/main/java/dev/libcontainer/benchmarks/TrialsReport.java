package dev.libcontainer.benchmarks;

import dev.libcontainer.bench.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code benchmarks/run trials}: ways to do a part of what a spawn does, in turns, by C programs. The first variant of each
 * trial is what the others are compared with.
 */
public final class TrialsReport {
    private static final String FILTER = "filter";
    private static final int TURN = 20;
    private static final int IDLE_TURN = 4;
    private static final int IDLE_MICROS = 20_000;
    private static final double QUIET = 0.10;
    private static final String[] VARIANT_WORDS = {"ok", "idle"};

    /** How long it may take. */
    private enum Size {
        TRY(0, 1),
        QUICK(2, 40),
        FULL(4, 200);

        final int warmUpRounds;
        final int rounds;

        Size(int warmUpRounds, int rounds) {
            this.warmUpRounds = warmUpRounds;
            this.rounds = rounds;
        }
    }

    private final Size size;
    private final Path directory;
    private final Path program = Setting.programs().resolve("trials");
    private final List<Row> rows = new ArrayList<>();
    private final Map<String, String> leftOut = new LinkedHashMap<>();

    private TrialsReport(Size size, Path directory) {
        this.size = size;
        this.directory = directory;
    }

    /** Options: names of trials, {@code --full}, {@code --try}, {@code --json FILE}. */
    public static void main(String[] args) throws Exception {
        List<String> wanted = new ArrayList<>();
        Size size = Size.QUICK;
        Optional<Path> json = Optional.empty();
        for (Iterator<String> words = Arrays.asList(args).iterator(); words.hasNext(); ) {
            String word = words.next();
            if (word.equals("--full")) {
                size = Size.FULL;
            } else if (word.equals("--try")) {
                size = Size.TRY;
            } else if (word.equals("--json") && words.hasNext()) {
                json = Optional.of(Path.of(words.next()));
            } else {
                wanted.add(word);
            }
        }
        List<String> known = names();
        for (String name : wanted) {
            if (!known.contains(name)) {
                System.err.println("there is no trial " + name + ", but " + String.join(", ", known));
                System.exit(2);
            }
        }
        Ending.mayBeInterrupted();
        Path directory = Files.createTempDirectory("libcontainer-trials");
        try {
            new TrialsReport(size, directory).run(wanted.isEmpty() ? known : wanted, wanted, json);
        } catch (InterruptedException e) {
            System.err.println("interrupted");
        } finally {
            for (String file : new String[] {"ours.bpf", "compatible.bpf"}) {
                Files.deleteIfExists(directory.resolve(file));
            }
            Files.delete(directory);
        }
    }

    /** Those of the C program, and the one of filters, which Java compiles. */
    private static List<String> names() throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(Setting.programs().resolve("trials").toString()).start();
        List<String> names = new ArrayList<>(process.inputReader().lines().toList());
        process.waitFor();
        names.add(FILTER);
        return names;
    }

    private void run(List<String> names, List<String> words, Optional<Path> json) throws Exception {
        Map<String, Object> environment = Environment.read();
        Cpu before = Cpu.now();
        for (String name : names) {
            System.err.println("trying " + name);
            if (name.equals(FILTER)) {
                filters();
            } else {
                variants(name);
            }
        }
        double foreign = before.foreignUntil(Cpu.now());
        environment.put("foreign_cpu", foreign);
        environment.put("run", size.name().toLowerCase(Locale.ROOT));
        String command = "benchmarks/run trials" + (size == Size.FULL ? " --full" : "")
                + String.join("", words.stream().map(word -> " " + word).toList());
        print(command, foreign);
        if (json.isPresent()) {
            Files.createDirectories(json.get().toAbsolutePath().getParent());
            Files.writeString(json.get(), json(command, environment));
        }
    }

    private Rounds measured(Rounds rounds) throws Exception {
        return rounds.warmUp(size.warmUpRounds).run(size.rounds);
    }

    private static void measure(Helper helper, String variant, int count, int pauseMicros, Samples into)
            throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        helper.measure(variant, count, pauseMicros, into);
    }

    private void variants(String trial) throws Exception {
        String started = Setting.programs().resolve("true").toString();
        try (Helper helper = Helper.start(program, trial, started)) {
            Rounds busy = new Rounds(600);
            Rounds idle = new Rounds(600);
            for (String line : helper.introduction()) {
                String variant = line.substring(0, line.indexOf(' '));
                String can = line.substring(line.indexOf(' ') + 1);
                if (!Arrays.asList(VARIANT_WORDS).contains(can)) {
                    leftOut.put(trial + "/" + variant, can);
                    continue;
                }
                busy.add(variant, TURN, (n, into) -> measure(helper, variant, n, 0, into));
                if (can.equals("idle")) {
                    idle.addPaced(
                            variant + "-idle", IDLE_TURN, (n, into) -> measure(helper, variant, n, IDLE_MICROS, into));
                }
            }
            add(trial, measured(busy));
            add(trial, measured(idle));
        }
    }

    private void filters() throws Exception {
        Path narrow = Filters.ours(directory);
        Path wide = Filters.compatible(directory);
        try (Helper loader =
                Helper.start(Setting.programs().resolve("seccomp_load"), narrow.toString(), wide.toString())) {
            Rounds rounds = new Rounds(600)
                    .add(
                            "one-interface-" + Filters.instructions(narrow),
                            TURN,
                            (n, into) -> measure(loader, "0", n, 0, into))
                    .add(
                            "compatible-" + Filters.instructions(wide),
                            TURN,
                            (n, into) -> measure(loader, "1", n, 0, into));
            add(FILTER, measured(rounds));
        }
    }

    private void add(String trial, Rounds rounds) {
        for (String name : rounds.names()) {
            rows.add(Row.of(trial + "/" + name, rounds.samples(name))
                    .with("vs_first", rounds.ratio(name, rounds.names().get(0))));
        }
    }

    private void print(String command, double foreign) {
        System.out.printf("%-36s %10s %10s %10s %8s%n", "trial/variant", "p50 µs", "p99 µs", "vs first", "samples");
        for (Row row : rows) {
            System.out.printf(
                    Locale.ROOT,
                    "%-36s %10s %10s %10s %8.0f%n",
                    row.name(),
                    Report.micros(row.p50()),
                    Report.micros(row.p99()),
                    Report.ratio(row.figure("vs_first")),
                    row.figure("samples"));
        }
        leftOut.forEach((name, why) -> System.out.println(name + " is left out: " + why));
        System.out.printf(Locale.ROOT, "%nforeign cpu %.1f %%%nto reproduce: %s%n", foreign * 100, command);
        if (foreign > QUIET) {
            System.err.printf(
                    "warning: others used %.0f %% of the CPUs meanwhile: do not quote these figures%n", foreign * 100);
        }
    }

    private String json(String command, Map<String, Object> environment) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("command", command);
        json.put("environment", environment);
        json.put("rows", rows.stream().map(Row::toJson).toList());
        json.put("left_out", leftOut);
        json.put("goals", List.of());
        return Json.of(json);
    }
}
