package dev.libcontainer.runtime;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Report;
import dev.libcontainer.report.SpawnText;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Opens the gate of a created container, and hears whether its program begins. Without native code. */
final class Starting {
    private static final int RECORD_BYTES = 16;

    private final StateStore store;
    private final StoredContainer container;

    Starting(StateStore store, StoredContainer container) {
        this.store = store;
        this.container = container;
    }

    /**
     * Starts it.
     *
     * @throws OciException if its program could not begin
     */
    void run() {
        Path directory = store.directory(container.id());
        Path gate = directory.resolve(StateStore.GATE);
        Path reports = directory.resolve(StateStore.REPORTS);
        try {
            hear(gate, reports);
        } catch (NoSuchFileException e) {
            throw new OciException("cannot start container " + container.id() + ": it has no gate to open", e);
        } catch (IOException e) {
            throw new OciException("cannot start container " + container.id() + ": " + e, e);
        } finally {
            delete(gate);
            delete(reports);
        }
    }

    /** As long as this holds both ends, opening either waits for nobody; the end of the reports is the child's word. */
    private void hear(Path gate, Path reports) throws IOException {
        FileInputStream heard;
        try (RandomAccessFile both = new RandomAccessFile(reports.toFile(), "rw")) {
            heard = new FileInputStream(reports.toFile());
        }
        try (DataInputStream in = new DataInputStream(heard);
                RandomAccessFile open = new RandomAccessFile(gate.toFile(), "rw")) {
            open.write('s');
            boolean begins = false;
            byte[] bytes = new byte[RECORD_BYTES];
            while (readRecord(in, bytes)) {
                ByteBuffer record = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
                Report report = new Report(record.getInt(0), record.getInt(4), record.getInt(8), record.getInt(12));
                if (report.kind() == Report.FAULT) {
                    throw new OciException(text(report));
                }
                begins = true;
            }
            if (!begins && !container.process().lives()) {
                throw new OciException("start " + container.id() + ": the process was killed before its program began");
            }
        }
    }

    private static boolean readRecord(DataInputStream in, byte[] bytes) throws IOException {
        try {
            in.readFully(bytes);
            return true;
        } catch (EOFException e) {
            return false;
        }
    }

    private String text(Report report) throws IOException {
        List<String> steps = store.steps(container.id());
        String what = "start " + container.id() + ": step " + report.step() + " of " + steps.size() + " failed: ";
        String[] step = report.step() >= 0 && report.step() < steps.size()
                ? steps.get(report.step()).split("\t", -1)
                : new String[] {"?", ""};
        boolean hook = step[0].startsWith("hook ");
        String why = hook && report.errno() == Errno.ECHILD.number()
                ? SpawnText.hookEnd(report.aux())
                : new Errno(report.errno()).toString();
        return what + step[0] + ": " + why + (step[1].isEmpty() ? "" : " [" + step[1] + "]");
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            return; // what is left is taken away with the directory
        }
    }
}
