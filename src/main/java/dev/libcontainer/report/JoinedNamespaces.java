package dev.libcontainer.report;

import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.plan.Binding;
import dev.libcontainer.plan.NamespaceStep;
import dev.libcontainer.spec.NamespaceType;
import dev.libcontainer.spec.SpecException;
import java.util.Optional;

/** Opens namespaces to join, and makes sure that they are what the spec takes them for (config-linux.md, "path"). */
public final class JoinedNamespaces {
    private JoinedNamespaces() {}

    /**
     * Opens one; the caller's to close.
     *
     * @throws SpecException if it is not there, or of another type
     */
    public static Fd open(Binding.JoinedNamespace wanted) {
        Fd fd;
        try {
            fd = Kernel.open(wanted.path(), Kernel.O_RDONLY);
        } catch (KernelException e) {
            throw new SpecException(wanted.jsonPath(), String.valueOf(e.getMessage()), "the namespace must exist");
        }
        Optional<NamespaceType> type = type(fd);
        if (!type.equals(Optional.of(wanted.type()))) {
            fd.close();
            String found = type.map(t -> "a " + t.jsonName() + " namespace").orElse("no namespace");
            throw new SpecException(
                    wanted.jsonPath(),
                    wanted.path() + " is " + found + ", not a " + wanted.type().jsonName() + " namespace");
        }
        return fd;
    }

    private static Optional<NamespaceType> type(Fd fd) {
        try {
            return NamespaceStep.ofCloneFlag(Kernel.namespaceType(fd));
        } catch (KernelException e) {
            return Optional.empty(); // ENOTTY: some other file
        }
    }
}
