package dev.libcontainer;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.SpawnCall;
import dev.libcontainer.plan.Binding;
import dev.libcontainer.plan.Plan;
import dev.libcontainer.report.JoinedNamespaces;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The user namespaces that a plan's mapped mounts take their ids from: opened once, the same for all spawns. */
final class IdNamespaces implements AutoCloseable {
    private final Map<Binding, Fd> opened = new HashMap<>();

    /** Opens those that the plan asks for. */
    static IdNamespaces open(Plan plan) {
        IdNamespaces all = new IdNamespaces();
        try {
            plan.bindings().values().forEach(all::add);
            return all;
        } catch (RuntimeException | Error e) {
            all.close();
            throw e;
        }
    }

    private void add(Binding binding) {
        if (binding instanceof Binding.MappedIds ids) {
            opened.computeIfAbsent(binding, it -> create(ids));
        } else if (binding instanceof Binding.IdsOf ids) {
            opened.computeIfAbsent(binding, it -> JoinedNamespaces.open(ids.namespace()));
        }
    }

    private static Fd create(Binding.MappedIds ids) {
        try {
            return Kernel.createUserNamespace(ids.uidMap(), ids.gidMap());
        } catch (KernelException e) {
            throw new UnsupportedByHostException(
                    ids.jsonPath() + ": " + e.getMessage(),
                    ids.jsonPath(),
                    "mapping other ids than one's own needs CAP_SETUID and CAP_SETGID",
                    Optional.of(e));
        }
    }

    /** Binds a slot to the namespace of a binding, if it is one of these. */
    void bind(Binding binding, int position, SpawnCall call) {
        Fd fd = opened.get(binding);
        if (fd != null) {
            call.slot(position, fd.value());
        }
    }

    @Override
    public void close() {
        opened.values().forEach(Fd::close);
        opened.clear();
    }
}
