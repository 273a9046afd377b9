package dev.libcontainer.runtime;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.spec.Linux;
import dev.libcontainer.spec.Seccomp;
import java.util.Optional;

/** Hands the notification fd of a filter to the agent that the configuration names. */
final class SeccompListener {
    private final Bundle bundle;
    private final SpawnCall call;

    /** For a child that has loaded its filter and waits; the call's report tells the number of its fd. */
    SeccompListener(Bundle bundle, SpawnCall call) {
        this.bundle = bundle;
        this.call = call;
    }

    void handOver(ContainerState state) {
        Seccomp seccomp = bundle.spec().linux().flatMap(Linux::seccomp).orElseThrow();
        Optional<String> path = seccomp.listenerPath();
        byte[] text = StateText.processState(
                state, call.pid(), seccomp.listenerMetadata().orElse(""));
        try (Fd listener = Kernel.copyFd(call.pidfd(), call.report().aux());
                Fd agent = Kernel.connect(Kernel.AT_FDCWD, path.orElseThrow())) {
            Kernel.send(agent.value(), text, listener.value());
        } catch (KernelException e) {
            throw new OciException(
                    "failed to connect with seccomp agent specified in the seccomp profile (linux.seccomp.listenerPath "
                            + path.orElse("") + "): " + e.getMessage(),
                    e);
        }
    }
}
