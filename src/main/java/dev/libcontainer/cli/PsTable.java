package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** The host's ps(1), its table cut down to some processes. */
final class PsTable {
    private PsTable() {}

    /** Runs ps with these options and keeps its head and the lines of these pids. */
    static String of(List<String> options, Set<Integer> pids) {
        List<String> command = new ArrayList<>(List.of("ps"));
        command.addAll(options.isEmpty() ? List.of("-ef") : options);
        try {
            Process ps = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            ps.getOutputStream().close();
            String table = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = ps.waitFor();
            if (code != 0) {
                throw new OciException(String.join(" ", command) + " ended with " + code);
            }
            return filtered(table, pids);
        } catch (IOException e) {
            throw new OciException(
                    "the host's ps cannot be run: " + e.getMessage() + "\n"
                            + "it comes with the package procps; --format json needs no ps",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OciException("interrupted", e);
        }
    }

    static String filtered(String table, Set<Integer> pids) {
        String[] lines = table.split("\n");
        int column = Arrays.asList(lines[0].strip().split("\\s+")).indexOf("PID");
        if (column < 0) {
            throw new OciException("ps shows no PID column with these options, so that the container's processes cannot"
                    + " be told from others");
        }
        StringBuilder kept = new StringBuilder(lines[0]).append('\n');
        for (String line : Arrays.asList(lines).subList(1, lines.length)) {
            String[] cells = line.strip().split("\\s+");
            if (cells.length > column && isOne(cells[column], pids)) {
                kept.append(line).append('\n');
            }
        }
        return kept.toString();
    }

    private static boolean isOne(String cell, Set<Integer> pids) {
        try {
            return pids.contains(Integer.parseInt(cell));
        } catch (NumberFormatException e) {
            return false; // "-" in the lines of threads
        }
    }
}
