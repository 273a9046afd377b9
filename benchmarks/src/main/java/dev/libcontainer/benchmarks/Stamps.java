package dev.libcontainer.benchmarks;

import dev.libcontainer.Blueprint;
import dev.libcontainer.Container;
import dev.libcontainer.ExitStatus;
import dev.libcontainer.Launch;
import dev.libcontainer.Stdio;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * What only the program inside can tell: it writes the time to a file, by the clock that {@link System#nanoTime} reads
 * on Linux.
 */
final class Stamps {
    private final Setting setting;
    private final Path file;

    Stamps(Setting setting, Path directory) {
        this.setting = setting;
        this.file = directory.resolve("stamp");
    }

    private String program(Level level) {
        return level.compareTo(Level.ROOTFS) < 0 ? setting.program().toString() : Level.INSIDE;
    }

    private long stamp() throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(file))
                .order(ByteOrder.nativeOrder())
                .getLong();
    }

    /** From the call of spawn to the first instruction of the program. */
    long toFirstInstruction(Level level) throws Exception {
        Blueprint blueprint = setting.blueprint(level);
        Launch launch = Launch.of(Stdio.nothing().outputTo(file)).args(program(level), "stamp");
        long start = System.nanoTime();
        ExitStatus status = blueprint.spawn(launch).waitFor();
        if (!status.isSuccess()) {
            throw new IllegalStateException(status.toString());
        }
        return stamp() - start;
    }

    /**
     * From the program's last doing, a moment before it asks to end, to the completion of the future on the library's
     * own thread; so what the kernel needs to take it down is in it.
     */
    long exitNotification(Level level) throws Exception {
        Blueprint blueprint = setting.blueprint(level);
        Launch launch = Launch.of(Stdio.nothing().inputPiped().outputTo(file)).args(program(level), "wait", "stamp");
        try (Container container = blueprint.spawn(launch)) {
            CompletableFuture<Long> noticed = container.onExit().thenApply(status -> System.nanoTime());
            Thread.sleep(2); // it sleeps now, and so do we
            container.stdin().close();
            return noticed.get() - stamp();
        }
    }
}
