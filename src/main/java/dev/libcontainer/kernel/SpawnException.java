package dev.libcontainer.kernel;

/** A spawn failed and left nothing behind; the report says where. */
public final class SpawnException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Report report;

    SpawnException(Report report) {
        super("step " + report.step() + ": " + report.error(), null, false, false);
        this.report = report;
    }

    public Report report() {
        return report;
    }
}
