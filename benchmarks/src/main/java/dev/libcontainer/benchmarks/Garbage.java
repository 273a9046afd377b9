package dev.libcontainer.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.libcontainer.Blueprint;
import java.lang.management.ManagementFactory;

/** Bytes that all threads of this JVM allocate for a spawn that a thread waits for, without streams. */
final class Garbage {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Garbage() {}

    static double bytesPerSpawn(Setting setting, Level level, int spawns) throws InterruptedException {
        Blueprint blueprint = setting.blueprint(level);
        setting.spawnAndWait(blueprint);
        long before = allocated();
        for (int i = 0; i < spawns; i++) {
            setting.spawnAndWait(blueprint);
        }
        return (double) (allocated() - before) / spawns;
    }

    private static long allocated() {
        long sum = 0;
        for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
            sum += Math.max(0, bytes);
        }
        return sum;
    }
}
