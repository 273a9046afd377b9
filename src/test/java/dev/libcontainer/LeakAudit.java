package dev.libcontainer;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * All or nothing, checked: what this JVM holds of the system is the same after a test as before it. As an extension it
 * surrounds each test; {@link #begin} and {@link Running#finish} surround anything else.
 */
final class LeakAudit implements BeforeEachCallback, AfterEachCallback {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(Patience.seconds(1));
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final Namespace NAMESPACE = Namespace.create(LeakAudit.class);

    /** An audit under way. */
    static final class Running {
        private final Holdings before = Holdings.now();

        private Running() {}

        /**
         * Waits at most a {@linkplain Patience second} for what is on its way out.
         *
         * @throws AssertionError that lists what is still there
         */
        void finish() {
            List<String> leaked = leaked();
            if (!leaked.isEmpty()) {
                throw new AssertionError("leaked:\n  " + String.join("\n  ", leaked));
            }
        }

        List<String> leaked() {
            long end = System.nanoTime() + PATIENCE_NANOS;
            List<String> leaked = Holdings.now().since(before);
            while (!leaked.isEmpty() && System.nanoTime() < end) {
                LockSupport.parkNanos(PAUSE_NANOS);
                leaked = Holdings.now().since(before);
            }
            return leaked;
        }
    }

    /** Looks at what is held now. */
    static Running begin() {
        return new Running();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(NAMESPACE).put("audit", begin());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Running audit = context.getStore(NAMESPACE).remove("audit", Running.class);
        if (audit != null) {
            audit.finish();
        }
    }
}
