package dev.libcontainer.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/**
 * Calls of {@code jrunc} one after another in one JVM: what the install shows the JVM for its ahead-of-time cache, which is made from one run.
 *
 * <p>Each line of standard input is a call, its words separated by tabs. What the calls return does not matter.
 */
final class Training {
    private Training() {}

    public static void main(String[] none) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            Jrunc.call(line.split("\t"));
        }
    }
}
