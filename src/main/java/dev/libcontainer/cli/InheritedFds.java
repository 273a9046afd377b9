package dev.libcontainer.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The fds besides its streams that a process has from its caller, as seen when it begins. */
final class InheritedFds {
    private static final int FIRST = 3;

    private InheritedFds() {}

    /** None, without looking, if nobody asks for them. */
    static List<Integer> of(List<String> words, Map<String, String> environment) {
        boolean asked = environment.containsKey("LISTEN_FDS")
                || words.stream().anyMatch(word -> word.startsWith("--preserve-fds"));
        return asked ? List.copyOf(open()) : List.of();
    }

    /** All but what the JVM reads its classes from: that much it has opened before the program begins. */
    private static Set<Integer> open() {
        Set<Integer> fds = new TreeSet<>();
        try (DirectoryStream<Path> links = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            List<Path> all = new ArrayList<>();
            links.forEach(all::add); // the list itself is read by an fd, which is gone afterwards
            for (Path link : all) {
                int number = Integer.parseInt(link.getFileName().toString());
                if (number >= FIRST && !isTheJvms(link)) {
                    fds.add(number);
                }
            }
        } catch (IOException e) {
            return Set.of(); // no procfs: nobody knows
        }
        return fds;
    }

    private static boolean isTheJvms(Path link) {
        try {
            String target = Files.readSymbolicLink(link).toString();
            List<String> classPath =
                    List.of(System.getProperty("java.class.path").split(File.pathSeparator));
            return classPath.contains(target)
                    || target.endsWith(".jsa")
                    || target.startsWith(System.getProperty("java.home") + "/")
                    || target.startsWith("/proc/");
        } catch (IOException e) {
            return true; // gone
        }
    }
}
