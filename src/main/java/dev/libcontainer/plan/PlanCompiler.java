package dev.libcontainer.plan;

import dev.libcontainer.security.SeccompCompiler;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.SpecException;
import dev.libcontainer.spec.SpecValidator;

/**
 * Turns a spec into a plan. Pure and thread-safe: equal input gives equal plans, on any operating system.
 */
public final class PlanCompiler {
    /** SECCOMP_FILTER_FLAG_NEW_LISTENER (seccomp(2)). */
    private static final int NEW_LISTENER = 8;

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
        Unsupported.refuse(spec, wishes);
        InitOrder.write(draft);
        return draft.plan();
    }

    /** Whether a call goes to somebody outside who decides about it. */
    static boolean isHeard(dev.libcontainer.spec.Seccomp seccomp) {
        return seccomp.listenerPath().isPresent();
    }

    /**
     * A filter.
     *
     * @param forPrograms whether calls newer than the profile are to be ENOSYS, so that programs do without them, where
     *     the profile does not say what they are
     */
    static ProcessStep.LoadFilter filter(dev.libcontainer.spec.Seccomp seccomp, HostFacts host, boolean forPrograms) {
        boolean says = seccomp.defaultErrnoRet().isPresent()
                || !seccomp.defaultAction().equals("SCMP_ACT_ERRNO");
        var newer =
                forPrograms && !says ? SeccompCompiler.NewerCalls.ENOSYS : SeccompCompiler.NewerCalls.DEFAULT_ACTION;
        var filter = SeccompCompiler.compile(seccomp, host.arch(), newer);
        int listener = isHeard(seccomp) ? NEW_LISTENER : 0;
        return new ProcessStep.LoadFilter(filter.bpf(), filter.flags() | listener);
    }
}
