package dev.libcontainer.kernel;

/** A spawn failed and left nothing behind; the report says where. */
public final class SpawnException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Report report;

    SpawnException(Report report) {
        super("step " + report.step() + ": " + report.error(), null, false, false);
        this.report = report;
    }

    /** The same, known more exactly if it was a kill. */
    public SpawnException killed(int signal, boolean outOfMemory) {
        Errno why = outOfMemory ? Errno.ENOMEM : report.error();
        return report.kind() == Report.KILLED
                ? new SpawnException(new Report(Report.KILLED, report.step(), why.number(), signal))
                : this;
    }

    public Report report() {
        return report;
    }
}
