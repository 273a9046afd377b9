package dev.libcontainer.plan;

/** Annotations of a configuration that change what a plan does. */
public final class Annotations {
    /** {@code 1}: the process keeps the supplementary groups of the caller, whatever its user says; crun's word. */
    public static final String KEEP_GROUPS = "run.oci.keep_original_groups";

    private Annotations() {}
}
