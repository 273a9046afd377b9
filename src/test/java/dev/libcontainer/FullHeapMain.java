package dev.libcontainer;

import java.io.UncheckedIOException;

/** Another JVM, for {@link StdioTest}: a container says more than the heap has room for, and then another one a little. */
final class FullHeapMain {
    private FullHeapMain() {}

    public static void main(String[] args) {
        try (Containers containers = Containers.open()) {
            say(containers, Stdio.capture(Integer.MAX_VALUE), "head -c 300000000 /dev/zero");
            say(containers, Stdio.capture(), "echo little");
        }
    }

    private static void say(Containers containers, Stdio stdio, String script) {
        ContainerSpec spec =
                ContainerSpec.builder().command("/bin/sh", "-c", script).build();
        try (Blueprint blueprint = containers.compile(spec);
                Container container = blueprint.spawn(stdio)) {
            System.out.println("[" + container.output().strip() + "]");
        } catch (UncheckedIOException e) {
            System.out.println(e.getCause());
        }
    }
}
