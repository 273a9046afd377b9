package dev.libcontainer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;

/** What a Java 17 library can know of virtual threads (JEP 444): a native call that waits would pin their carrier. */
final class VirtualThreads {
    private static final Optional<MethodHandle> IS_VIRTUAL = find();

    private VirtualThreads() {}

    private static Optional<MethodHandle> find() {
        try {
            MethodType type = MethodType.methodType(boolean.class);
            return Optional.of(MethodHandles.publicLookup().findVirtual(Thread.class, "isVirtual", type));
        } catch (NoSuchMethodException | IllegalAccessException e) {
            return Optional.empty();
        }
    }

    static boolean isVirtual(Thread thread) {
        try {
            return IS_VIRTUAL.isPresent() && (boolean) IS_VIRTUAL.get().invokeExact(thread);
        } catch (Throwable e) {
            throw new LinkageError("Thread.isVirtual", e);
        }
    }
}
