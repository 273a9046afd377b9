package dev.libcontainer;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import dev.libcontainer.kernel.Terminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/**
 * The outer side of a container's terminal. Reading blocks the calling (carrier) thread; one reader and one writer at a
 * time. Closed with its container.
 */
public final class PseudoTerminal {
    private static final int CHUNK = 8192;

    private final Fd master;
    private final InputStream output = new Output();
    private final OutputStream input = new Input();

    PseudoTerminal(int fd) {
        master = Fd.adopt(fd);
    }

    /** What the container prints; ends when its last process has let go of the terminal. */
    public InputStream output() {
        return output;
    }

    /** What is typed. */
    public OutputStream input() {
        return input;
    }

    /** Tells the container of a new size (SIGWINCH). */
    public void resize(Stdio.TerminalSize size) {
        Terminal.resize(master.value(), new Terminal.Size(size.rows(), size.columns()));
    }

    public Stdio.TerminalSize size() {
        Terminal.Size size = Terminal.size(master.value());
        return new Stdio.TerminalSize(size.rows(), size.columns());
    }

    void close() {
        master.close();
    }

    private final class Output extends InputStream {
        private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
        private int next;
        private int end;

        private boolean fill() throws IOException {
            if (next < end) {
                return true;
            }
            try {
                next = 0;
                end = Kernel.read(master.value(), chunk);
                return end > 0;
            } catch (KernelException e) {
                if (e.errno().equals(Errno.EIO) || e.errno().equals(Errno.EBADF)) {
                    return false; // the other side is closed (pty(7)), or this one
                }
                throw new IOException(e);
            }
        }

        @Override
        public int read() throws IOException {
            return fill() ? chunk.get(next++) & 0xff : -1;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int n = Math.min(length, end - next);
            chunk.get(next, bytes, offset, n);
            next += n;
            return n;
        }

        @Override
        public int available() {
            return end - next;
        }
    }

    private final class Input extends OutputStream {
        private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                for (int done = 0; done < length; ) {
                    int n = Math.min(CHUNK, length - done);
                    chunk.put(0, bytes, offset + done, n);
                    done += Kernel.write(master.value(), chunk, n);
                }
            } catch (KernelException e) {
                throw new IOException(e);
            }
        }
    }
}
