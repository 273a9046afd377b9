package dev.libcontainer.kernel;

import java.util.Locale;
import java.util.Map;

/**
 * An error number of the kernel (errno(3)). An open set: kernels invent new ones, so this is a value, not an enum.
 *
 * @param number positive
 */
public record Errno(int number) {
    public static final Errno EPERM = new Errno(1);
    public static final Errno ENOENT = new Errno(2);
    public static final Errno EINTR = new Errno(4);
    public static final Errno EIO = new Errno(5);
    public static final Errno ENXIO = new Errno(6);
    public static final Errno E2BIG = new Errno(7);
    public static final Errno ENOEXEC = new Errno(8);
    public static final Errno EBADF = new Errno(9);
    public static final Errno ECHILD = new Errno(10);
    public static final Errno EAGAIN = new Errno(11);
    public static final Errno ENOMEM = new Errno(12);
    public static final Errno EACCES = new Errno(13);
    public static final Errno EBUSY = new Errno(16);
    public static final Errno EEXIST = new Errno(17);
    public static final Errno ENODEV = new Errno(19);
    public static final Errno ENOTDIR = new Errno(20);
    public static final Errno EINVAL = new Errno(22);
    public static final Errno ENFILE = new Errno(23);
    public static final Errno EMFILE = new Errno(24);
    public static final Errno ENOSPC = new Errno(28);
    public static final Errno EROFS = new Errno(30);
    public static final Errno EPIPE = new Errno(32);
    public static final Errno ENOSYS = new Errno(38);
    public static final Errno ELOOP = new Errno(40);
    public static final Errno EOPNOTSUPP = new Errno(95);
    /** What a step of a test build answers when it was told to fail. */
    public static final Errno ENOTRECOVERABLE = new Errno(131);

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(1, "EPERM (Operation not permitted)"),
            Map.entry(2, "ENOENT (No such file or directory)"),
            Map.entry(3, "ESRCH (No such process)"),
            Map.entry(4, "EINTR (Interrupted)"),
            Map.entry(5, "EIO (Input/output error)"),
            Map.entry(6, "ENXIO (No such device or address)"),
            Map.entry(7, "E2BIG (Argument list too long)"),
            Map.entry(8, "ENOEXEC (Exec format error)"),
            Map.entry(9, "EBADF (Bad file descriptor)"),
            Map.entry(10, "ECHILD (No child processes)"),
            Map.entry(11, "EAGAIN (Resource temporarily unavailable)"),
            Map.entry(12, "ENOMEM (Cannot allocate memory)"),
            Map.entry(13, "EACCES (Permission denied)"),
            Map.entry(14, "EFAULT (Bad address)"),
            Map.entry(16, "EBUSY (Device or resource busy)"),
            Map.entry(17, "EEXIST (File exists)"),
            Map.entry(18, "EXDEV (Cross-device link)"),
            Map.entry(19, "ENODEV (No such device)"),
            Map.entry(20, "ENOTDIR (Not a directory)"),
            Map.entry(21, "EISDIR (Is a directory)"),
            Map.entry(22, "EINVAL (Invalid argument)"),
            Map.entry(23, "ENFILE (Too many open files in system)"),
            Map.entry(24, "EMFILE (Too many open files)"),
            Map.entry(25, "ENOTTY (Not a terminal)"),
            Map.entry(26, "ETXTBSY (Text file busy)"),
            Map.entry(28, "ENOSPC (No space left on device)"),
            Map.entry(30, "EROFS (Read-only file system)"),
            Map.entry(32, "EPIPE (Broken pipe)"),
            Map.entry(34, "ERANGE (Result out of range)"),
            Map.entry(36, "ENAMETOOLONG (File name too long)"),
            Map.entry(38, "ENOSYS (Function not implemented)"),
            Map.entry(40, "ELOOP (Too many levels of symbolic links)"),
            Map.entry(61, "ENODATA (No data available)"),
            Map.entry(75, "EOVERFLOW (Value too large for data type)"),
            Map.entry(80, "ELIBBAD (Accessing a corrupted shared library)"),
            Map.entry(87, "EUSERS (Too many users)"),
            Map.entry(90, "EMSGSIZE (Message too long)"),
            Map.entry(95, "EOPNOTSUPP (Operation not supported)"),
            Map.entry(110, "ETIMEDOUT (Connection timed out)"),
            Map.entry(117, "EUCLEAN (Structure needs cleaning)"),
            Map.entry(125, "ECANCELED (Operation canceled)"),
            Map.entry(130, "EOWNERDEAD (Owner died)"),
            Map.entry(131, "ENOTRECOVERABLE (State not recoverable)"));

    /** The kernel's usual sentence as libc and Go print it amid others, as in {@code no such file or directory}. */
    public String sentence() {
        String text = toString();
        int from = text.indexOf('(');
        return from < 0 ? text : text.substring(from + 1, text.length() - 1).toLowerCase(Locale.ROOT);
    }

    /** The symbolic name and the kernel's usual sentence, as in {@code ENOENT (No such file or directory)}. */
    @Override
    public String toString() {
        return NAMES.getOrDefault(number, "errno " + number);
    }
}
