package dev.libcontainer.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code benchmarks/run tables}: writes what is in {@code results/} into the documentation again, without measuring. */
public final class Tables {
    private Tables() {}

    /** A directory of results, {@code --check} or {@code --write}, and the files that have places for tables and charts. */
    public static void main(String[] args) throws IOException {
        Path results = Path.of(args[0]);
        boolean isCheck = args[1].equals("--check");
        List<Report> reports = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            Path figures = results.resolve(kind.label() + ".json");
            if (Files.exists(figures)) {
                reports.add(Report.read(kind, Files.readString(figures)));
            } else {
                System.err.println("there is no " + figures + ": its table is left as it is");
            }
        }
        List<String> stale = new ArrayList<>();
        for (String name : List.of(args).subList(2, args.length)) {
            String before = Files.readString(Path.of(name));
            String after = before;
            for (Report report : reports) {
                after = report.inserted(after);
            }
            if (!after.equals(before)) {
                stale.add(name);
                if (!isCheck) {
                    Files.writeString(Path.of(name), after);
                }
            }
        }
        stale.forEach(name -> System.out.println(name + (isCheck ? " does not show the results" : " is written")));
        System.exit(isCheck && !stale.isEmpty() ? 1 : 0);
    }
}
