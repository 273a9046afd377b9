package dev.libcontainer.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Where a command was called: what other programs take from their process.
 *
 * @param directory the caller's working directory, absolute
 * @param in standard input, for what a verb reads itself ({@code update -r -})
 * @param out takes results
 * @param err takes errors and warnings
 * @param stdio the fds that become the streams of a container's process
 * @param inherited the numbers of further fds that the caller has handed on
 */
record Console(
        Path directory,
        Map<String, String> environment,
        InputStream in,
        PrintStream out,
        PrintStream err,
        List<Integer> stdio,
        List<Integer> inherited) {
    Console {
        environment = Map.copyOf(environment);
        stdio = List.copyOf(stdio);
        inherited = List.copyOf(inherited);
    }
}
