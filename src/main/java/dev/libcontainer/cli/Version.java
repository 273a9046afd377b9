package dev.libcontainer.cli;

import dev.libcontainer.spec.Spec;

/** The lines of {@code --version}; the last one lists features as crun does, for scripts that look there. */
final class Version {
    /** This release; a test compares it with the build's. */
    static final String NUMBER = "0.1.0";

    private Version() {}

    static String text() {
        return "jrunc version " + NUMBER + "\nspec: " + Spec.OCI_VERSION + "\njava: "
                + System.getProperty("java.version") + "\n+SYSTEMD +CAP +SECCOMP\n";
    }
}
