package dev.libcontainer.benchmarks;

/** Has the main thread clean up when somebody ends this JVM by a signal. */
final class Ending {
    private static final long PATIENCE_MILLIS = 5000;

    private Ending() {}

    static void mayBeInterrupted() {
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            main.interrupt();
            try {
                main.join(PATIENCE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
    }
}
