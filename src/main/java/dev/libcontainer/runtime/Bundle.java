package dev.libcontainer.runtime;

import dev.libcontainer.plan.Plan;
import dev.libcontainer.spec.BundlePaths;
import dev.libcontainer.spec.Root;
import dev.libcontainer.spec.Spec;
import dev.libcontainer.spec.SpecException;
import dev.libcontainer.spec.SpecReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * A configuration and the directory that its relative paths belong to.
 *
 * @param config the bytes that the spec was read from
 * @param spec with paths of the host made absolute
 */
record Bundle(Path directory, byte[] config, Spec spec) {
    /** Reads the bundle of a container that is to be created. */
    static Bundle read(RuntimeOptions options, CreateOptions create) {
        Path directory = options.directory().resolve(create.bundle()).normalize();
        Path file = create.config().map(options.directory()::resolve).orElse(directory.resolve("config.json"));
        try {
            return of(directory, Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw new OciException("open " + file + ": no such file\n  a bundle is a directory with a config.json", e);
        } catch (IOException e) {
            throw new OciException("open " + file + ": " + e, e);
        }
    }

    static Bundle of(Path directory, byte[] config) {
        return new Bundle(directory, config, BundlePaths.absolute(SpecReader.read(config), directory));
    }

    /** The root file system. */
    Path rootfs() {
        return Path.of(spec.root().map(Root::path).orElse("/"));
    }

    void checkRootfs() {
        if (!Files.isDirectory(rootfs())) {
            throw new SpecException("root.path", rootfs() + " is no directory", "It is relative to the bundle.");
        }
    }

    /** The process of the configuration. */
    dev.libcontainer.spec.Process process() {
        return spec.process()
                .orElseThrow(() -> new SpecException("process", "is missing", "A container needs one to be created."));
    }

    /** The lines that errors after the start are explained with. */
    static byte[] steps(Plan plan) {
        StringBuilder lines = new StringBuilder();
        for (Plan.PlannedStep step : plan.steps()) {
            lines.append(step.step()).append('\t').append(step.path()).append('\n');
        }
        return lines.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }
}
