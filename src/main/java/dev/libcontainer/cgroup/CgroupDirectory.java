package dev.libcontainer.cgroup;

import dev.libcontainer.kernel.Errno;
import dev.libcontainer.kernel.Fd;
import dev.libcontainer.kernel.Kernel;
import dev.libcontainer.kernel.KernelException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A cgroup in one hierarchy. Only writing and opening take native code, so that asking does not pay for loading it.
 *
 * @param payload the name of one below in which the container's program is, empty if there is none
 */
record CgroupDirectory(Hierarchy hierarchy, Path path, String payload) {
    CgroupDirectory(Hierarchy hierarchy, Path path) {
        this(hierarchy, path, "");
    }

    /** Where version 1 counts what it does not add up towards the top. */
    Optional<CgroupDirectory> countedBelow() {
        return payload.isEmpty() || hierarchy.version() == CgroupVersion.V2
                ? Optional.empty()
                : Optional.of(new CgroupDirectory(hierarchy, path.resolve(payload)));
    }

    boolean exists() {
        return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
    }

    boolean has(String file) {
        return Files.exists(path.resolve(file), LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * The text of a file; empty if there is no such file, or no cgroup any more, or nothing in it for this cgroup.
     *
     * @throws KernelException if it is there and cannot be opened, for want of fds
     */
    Optional<String> read(String file) {
        Path whole = path.resolve(file);
        try {
            return Optional.of(Files.readString(whole));
        } catch (NoSuchFileException | AccessDeniedException e) {
            return Optional.empty();
        } catch (FileSystemException e) {
            return again(whole);
        } catch (IOException e) {
            return Optional.empty(); // ENODEV from one being removed, EOPNOTSUPP from a threaded one
        }
    }

    /** Java keeps the error number to itself. */
    private static Optional<String> again(Path whole) {
        try {
            return Kernel.readAt(Kernel.AT_FDCWD, whole.toString());
        } catch (KernelException e) {
            if (e.errno().equals(Errno.ENODEV)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Whether a file says this and nothing else. */
    boolean says(String file, String text) {
        return read(file).filter(content -> content.strip().equals(text)).isPresent();
    }

    /** Writes a value in one write; throws {@link KernelException}. */
    void write(String file, String value) {
        Kernel.writeAt(Kernel.AT_FDCWD, path.resolve(file).toString(), value);
    }

    /** For entering it, or asking for files by fd; the caller's to close. */
    Fd open() {
        return Kernel.open(path.toString(), Kernel.O_RDONLY | Kernel.O_DIRECTORY);
    }

    List<CgroupDirectory> children() {
        List<CgroupDirectory> children = new ArrayList<>();
        for (Path entry : entries()) {
            if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                children.add(new CgroupDirectory(hierarchy, entry));
            }
        }
        return children;
    }

    /** Of the files of this kernel's controllers. */
    List<String> fileNames() {
        return entries().stream().map(entry -> entry.getFileName().toString()).toList();
    }

    /** What is in it; nothing if it is gone. Throws {@link KernelException} for want of fds. */
    private List<Path> entries() {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            entries.forEach(found::add);
            return found;
        } catch (IOException | DirectoryIteratorException e) {
            if (!exists()) {
                return List.of();
            }
            open().close();
            throw CgroupException.failed(hierarchy.name(), "cannot list " + path + ": " + e.getMessage(), "");
        }
    }

    /** The processes in it and below, as this process's pid namespace numbers them; those it does not see are left out. */
    Set<Integer> processes() {
        Set<Integer> pids = new TreeSet<>();
        collect(pids);
        pids.remove(0);
        return pids;
    }

    private void collect(Set<Integer> pids) {
        read("cgroup.procs")
                .ifPresent(text -> text.lines().map(Integer::valueOf).forEach(pids::add));
        children().forEach(child -> child.collect(pids));
    }

    /** One attempt to remove it and what is below; false if somebody is in it, or something could not be removed. */
    boolean remove() {
        if (removeAlone()) {
            return true;
        }
        try {
            children().forEach(CgroupDirectory::remove);
        } catch (KernelException e) {
            return false; // no fd now; there may be one at the next attempt
        }
        return removeAlone();
    }

    private boolean removeAlone() {
        try {
            Files.delete(path);
            return true;
        } catch (NoSuchFileException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
