package dev.libcontainer.demo;

import dev.libcontainer.Blueprint;
import dev.libcontainer.Container;
import dev.libcontainer.ExitStatus;
import dev.libcontainer.HostTerminal;
import dev.libcontainer.PseudoTerminal;
import dev.libcontainer.Stdio;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Joins the terminal we run in with one of the container's own. */
final class Interactive {
    private static final int CHUNK = 4096;
    private static final long RESIZE_MILLIS = 250;

    private Interactive() {}

    static ExitStatus run(Blueprint blueprint) throws InterruptedException {
        try (Container container = blueprint.spawn(Stdio.terminal(HostTerminal.size()));
                HostTerminal.Raw raw = HostTerminal.raw()) {
            PseudoTerminal terminal = container.terminal().orElseThrow();
            Thread output = copy(terminal.output(), new FileOutputStream(FileDescriptor.out));
            copy(new FileInputStream(FileDescriptor.in), terminal.input());
            Stdio.TerminalSize size = HostTerminal.size();
            while (container.waitFor(java.time.Duration.ofMillis(RESIZE_MILLIS)).isEmpty()) {
                Stdio.TerminalSize now = HostTerminal.size();
                if (!now.equals(size)) {
                    terminal.resize(now);
                    size = now;
                }
            }
            output.join();
            return container.waitFor();
        }
    }

    private static Thread copy(InputStream from, OutputStream to) {
        Thread thread = new Thread(() -> {
            byte[] bytes = new byte[CHUNK];
            try {
                for (int n = from.read(bytes); n > 0; n = from.read(bytes)) {
                    to.write(bytes, 0, n);
                    to.flush();
                }
            } catch (IOException e) {
                return; // one side has hung up: the container's end tells the rest
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
