package dev.libcontainer.benchmarks;

import com.zaxxer.nuprocess.NuAbstractProcessHandler;
import com.zaxxer.nuprocess.NuProcess;
import com.zaxxer.nuprocess.NuProcessBuilder;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** NuProcess, which starts programs without isolation and without the JDK's helper. */
final class NuProcesses {
    private static final NuAbstractProcessHandler NOBODY = new NuAbstractProcessHandler() {};

    private NuProcesses() {}

    /** From start to the known exit code, in nanoseconds. */
    static long startAndWait(Path program) throws InterruptedException {
        NuProcessBuilder builder = new NuProcessBuilder(NOBODY, program.toString());
        long start = System.nanoTime();
        NuProcess process = builder.start();
        int code = process.waitFor(0, TimeUnit.SECONDS);
        long nanos = System.nanoTime() - start;
        if (code != 0) {
            throw new IllegalStateException("NuProcess: exit code " + code);
        }
        return nanos;
    }
}
