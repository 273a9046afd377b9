package dev.libcontainer.plan;

import dev.libcontainer.security.SeccompCompiler;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.SpecException;
import dev.libcontainer.spec.SpecValidator;

/**
 * Turns a spec into a plan. Pure and thread-safe: equal input gives equal plans, on any operating system.
 */
public final class PlanCompiler {
    private final HostFacts host;

    public PlanCompiler(HostFacts host) {
        this.host = host;
    }

    /**
     * Compiles.
     *
     * @throws SpecException naming the member that is wrong, or that this version or host cannot do
     * @throws dev.libcontainer.security.SeccompException likewise, for {@code linux.seccomp}
     */
    public Plan compile(Spec spec, Wishes wishes) {
        SpecValidator.validate(spec);
        Draft draft = new Draft(spec, wishes, host);
        Unsupported.refuse(spec);
        InitOrder.write(draft);
        return draft.plan();
    }

    static ProcessStep.LoadFilter filter(dev.libcontainer.spec.Seccomp seccomp, HostFacts host) {
        var filter = SeccompCompiler.compile(seccomp, host.arch());
        return new ProcessStep.LoadFilter(filter.bpf(), filter.flags());
    }
}
