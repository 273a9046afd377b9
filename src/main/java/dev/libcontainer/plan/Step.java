package dev.libcontainer.plan;

import java.util.List;

/**
 * One thing that a plan does: a record that encodes itself, prints itself, and names its system call for errors.
 */
public sealed interface Step
        permits AttributeStep,
                ContentStep,
                HostStep,
                NamespaceStep,
                MountStep,
                PlacementStep,
                ProcessStep,
                LifecycleStep {
    /** Appends this step and its data. */
    void encode(PlanEncoder out);

    /** The system call that fails when this step does. */
    String syscall();

    /** Slots that must be bound when this runs. */
    default List<Slot> reads() {
        return List.of();
    }
}
