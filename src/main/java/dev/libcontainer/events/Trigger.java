package dev.libcontainer.events;

/** What pressure to tell of: of either version of cgroups, whichever the host has. */
public sealed interface Trigger permits PressureTrigger, MemoryLevel {
    /** What there is too little of, as the kernel names it. */
    String what();

    /** What is written to the kernel's file. */
    String text();
}
