package dev.libcontainer.benchmarks;

import dev.libcontainer.kernel.Kernel;

/** Prints how many microseconds the native library takes to load in this JVM. */
final class NativeLoad {
    private NativeLoad() {}

    public static void main(String[] args) {
        long start = System.nanoTime();
        Kernel.load();
        System.out.println((System.nanoTime() - start) / 1000);
    }
}
