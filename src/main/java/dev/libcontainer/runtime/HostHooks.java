package dev.libcontainer.runtime;

import dev.libcontainer.kernel.Exit;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.kernel.SpawnException;
import dev.libcontainer.plan.Plan;
import dev.libcontainer.plan.Wishes;
import dev.libcontainer.spec.Hooks;
import dev.libcontainer.spec.Process;
import dev.libcontainer.spec.Root;
import dev.libcontainer.spec.Spec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Hooks in the runtime's own namespaces: programs that read the container's state and have a time to end in. */
final class HostHooks {
    private static final int SIGKILL = 9;
    private static final long MICROS = 1_000_000;
    private static final int COMPLAINT_BYTES = 1024;

    private final Spawner spawner;
    private final Path directory;
    private final List<String> environment = new ArrayList<>();

    /**
     * For the hooks of one container.
     *
     * @param directory the bundle's, where hooks start
     * @param environment what a hook without one of its own gets
     */
    HostHooks(Spawner spawner, Path directory, Map<String, String> environment) {
        environment.forEach((name, value) -> this.environment.add(name + "=" + value));
        this.spawner = spawner;
        this.directory = directory;
    }

    /**
     * Runs hooks in turn.
     *
     * @param member of the configuration, as in {@code hooks.poststart}
     * @throws OciException when one fails, naming it; those after it are not run
     */
    void run(List<Hooks.Hook> hooks, String member, byte[] state) {
        for (int i = 0; i < hooks.size(); i++) {
            String path = member + "[" + i + "]";
            try (Fd input = Kernel.memoryFile(state);
                    Fd output = Kernel.memoryFile(new byte[0])) {
                run(hooks.get(i), path, input, output);
            }
        }
    }

    private void run(Hooks.Hook hook, String path, Fd input, Fd output) {
        Plan plan = spawner.compile(spec(hook), Wishes.NONE);
        SpawnCall call = new SpawnCall();
        call.stdio(0, input.value()).stdio(1, output.value()).stdio(2, output.value());
        call.param(SpawnCall.Param.CWD, directory.toString());
        call.candidates(List.of(hook.path())); // the first argument is only what the program calls itself
        try {
            spawner.spawn(plan, call);
            int pidfd = call.pidfd();
            Optional<Exit> exit = Spawner.await(
                    pidfd, hook.timeout().isPresent() ? hook.timeout().getAsInt() * MICROS : -1);
            if (exit.isEmpty()) {
                Kernel.signal(pidfd, SIGKILL);
                Spawner.await(pidfd, -1);
            }
            Kernel.close(pidfd);
            judge(hook, path, exit, output);
        } catch (SpawnException e) {
            throw Spawner.failure("error running hook " + path, plan, e);
        }
    }

    private static void judge(Hooks.Hook hook, String path, Optional<Exit> exit, Fd output) {
        String what = "error running hook " + path + " (" + hook.path() + "): ";
        if (exit.isEmpty()) {
            throw new OciException(what + "not done within " + hook.timeout().orElse(0) + " s, killed");
        }
        Exit end = exit.get();
        if (end.code() != Exit.EXITED || end.status() != 0) {
            String how = end.code() == Exit.EXITED ? "exit status " : "killed by signal ";
            String said = text(output);
            throw new OciException(what + how + end.status() + (said.isEmpty() ? "" : ", stderr: " + said));
        }
    }

    private static String text(Fd output) {
        String file = "/proc/self/fd/" + output.value();
        ByteBuffer data = ByteBuffer.allocateDirect(COMPLAINT_BYTES);
        try (Fd again = Kernel.open(file, Kernel.O_RDONLY)) {
            byte[] bytes = new byte[Kernel.read(again.value(), data)];
            data.get(0, bytes);
            return new String(bytes, StandardCharsets.UTF_8).strip();
        }
    }

    private Spec spec(Hooks.Hook hook) {
        List<String> args = hook.args().isEmpty() ? List.of(hook.path()) : hook.args();
        Process process =
                Process.of(args.toArray(String[]::new)).withEnv(hook.env().isEmpty() ? environment : hook.env());
        return new Spec(
                Spec.OCI_VERSION,
                Optional.of(new Root("/", false)),
                List.of(),
                Optional.of(process),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Optional.empty());
    }
}
