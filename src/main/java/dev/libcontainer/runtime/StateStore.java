package dev.libcontainer.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.regex.Pattern;

/**
 * What is known of containers, on disk: a directory for each id, written so that a reader never sees half of it, whenever
 * the writer is killed.
 *
 * <pre>
 *  ROOT/ID/state.json    the container, replaced as a whole
 *  ROOT/ID/config.json   the configuration that it was created from
 *  ROOT/ID/steps         what its plan does, a line each
 *  ROOT/ID/start         the gate of a created container; gone once it has been started
 *  ROOT/ID/reports       where a started container says that it could not begin
 *  ROOT/ID/notify        the directory of its notify socket, if it has one
 *  ROOT/ID/lock          locked while an operation changes the container
 * </pre>
 */
final class StateStore {
    static final String GATE = "start";
    static final String REPORTS = "reports";
    static final String NOTIFY = "notify";

    private static final String STATE = "state.json";
    private static final String CONFIG = "config.json";
    private static final String STEPS = "steps";
    private static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_+.-]{0,1023}");

    /** Who of this JVM is at a container, whatever store they use: a file's lock is the whole process's. */
    private static final Map<Path, Turn> TURNS = new ConcurrentHashMap<>();

    private final Path root;

    StateStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** The directory of an id, which need not be there. */
    Path directory(String id) {
        if (!ID.matcher(id).matches()) {
            throw new OciException("invalid container id \"" + id
                    + "\"\n  letters, digits, _ + . - are allowed, and none of + . - at the beginning");
        }
        return root.resolve(id);
    }

    /** Claims an id. */
    void make(String id) {
        Path directory = directory(id);
        try {
            Files.createDirectories(root, PRIVATE);
            Files.createDirectory(directory, PRIVATE);
        } catch (FileAlreadyExistsException e) {
            throw new OciException("container with given ID already exists: " + id, e);
        } catch (IOException e) {
            throw new OciException("cannot make the state directory " + directory + ": " + e, e);
        }
    }

    void write(StoredContainer container) {
        replace(container.id(), STATE, StateText.write(container));
    }

    void writeConfig(String id, byte[] config) {
        replace(id, CONFIG, config);
    }

    /** What the steps of the container's plan are called, a line each, for errors after the start. */
    void writeSteps(String id, byte[] steps) {
        replace(id, STEPS, steps);
    }

    List<String> steps(String id) throws IOException {
        return Files.readAllLines(directory(id).resolve(STEPS));
    }

    byte[] config(String id) {
        try {
            return Files.readAllBytes(directory(id).resolve(CONFIG));
        } catch (IOException e) {
            throw new OciException("the configuration of container " + id + " cannot be read: " + e, e);
        }
    }

    private void replace(String id, String name, byte[] content) {
        Path directory = directory(id);
        try {
            Path fresh = Files.createTempFile(directory, name, ".new");
            Files.write(fresh, content);
            Files.move(fresh, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new OciException("cannot write the state of container " + id + ": " + e, e);
        }
    }

    /** A container; empty if it does not exist, or is only being made. */
    Optional<StoredContainer> find(String id) {
        try {
            return Optional.of(StateText.read(Files.readAllBytes(directory(id).resolve(STATE))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new OciException("the state of container " + id + " cannot be read: " + e, e);
        }
    }

    StoredContainer get(String id) {
        return find(id).orElseThrow(() -> new OciException("container \"" + id + "\" does not exist"));
    }

    boolean exists(String id) {
        return Files.isDirectory(directory(id));
    }

    /** Directories below the root that may be containers. */
    List<String> ids() {
        List<String> ids = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(root)) {
            for (Path path : all) {
                String name = path.getFileName().toString();
                if (ID.matcher(name).matches() && Files.isDirectory(path)) {
                    ids.add(name);
                }
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new OciException("cannot list the containers below " + root + ": " + e, e);
        }
        ids.sort(null);
        return ids;
    }

    /** Forgets a container. */
    void remove(String id) {
        Path directory = directory(id);
        try {
            removeFiles(directory.resolve(NOTIFY));
            removeFiles(directory);
        } catch (IOException e) {
            throw new OciException("cannot remove the state directory " + directory + ": " + e, e);
        }
    }

    private static void removeFiles(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                Files.deleteIfExists(file); // by anybody: the lock's name may go while it is held
            }
        } catch (NoSuchFileException e) {
            return;
        }
        Files.deleteIfExists(directory);
    }

    /** A container that nobody else changes meanwhile: no other process, and no other thread of this store. */
    static final class Lock implements AutoCloseable {
        private final FileChannel channel;
        private final Path file;

        private Lock(FileChannel channel, Path file) {
            this.channel = channel;
            this.file = file;
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                Turn.end(file);
            }
        }
    }

    /** Threads take turns; nothing is kept of containers that nobody is at. */
    private record Turn(Semaphore free, int users) {
        static void begin(Path file) {
            TURNS.compute(
                            file,
                            (any, turn) ->
                                    turn == null ? new Turn(new Semaphore(1), 1) : new Turn(turn.free, turn.users + 1))
                    .free
                    .acquireUninterruptibly();
        }

        static void end(Path file) {
            TURNS.computeIfPresent(file, (any, turn) -> {
                turn.free.release();
                return turn.users == 1 ? null : new Turn(turn.free, turn.users - 1);
            });
        }
    }

    /**
     * Waits for the lock of a container.
     *
     * @throws OciException if it does not exist
     */
    Lock lock(String id) {
        Path file = directory(id).resolve("lock");
        Turn.begin(file);
        boolean locked = false;
        try {
            while (exists(id)) {
                FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                channel.lock();
                if (Files.exists(file)) {
                    locked = true;
                    return new Lock(channel, file);
                }
                channel.close(); // deleted meanwhile
            }
            throw new OciException("container \"" + id + "\" does not exist");
        } catch (NoSuchFileException e) {
            throw new OciException("container \"" + id + "\" does not exist", e);
        } catch (IOException e) {
            throw new OciException("cannot lock container " + id + ": " + e, e);
        } finally {
            if (!locked) {
                Turn.end(file);
            }
        }
    }

    /** Whether somebody changes a container at this moment. */
    boolean isLocked(String id) {
        Path file = directory(id).resolve("lock");
        if (TURNS.containsKey(file)) {
            return true; // and closing the file here would release the lock that this process has (fcntl(2))
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.tryLock() == null;
        } catch (OverlappingFileLockException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
