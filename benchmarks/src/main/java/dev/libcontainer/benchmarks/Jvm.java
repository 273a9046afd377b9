package dev.libcontainer.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** More JVMs like this one. */
final class Jvm {
    private Jvm() {}

    /** The command that runs a class of ours. */
    static List<String> command(Class<?> main, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.add("-Dbenchmarks.programs=" + Setting.programs());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }
}
