package dev.libcontainer.cli;

/** What {@code jrunc --help} shows. */
final class Help {
    private Help() {}

    static String text(Syntax globals) {
        StringBuilder verbs = new StringBuilder("verbs:\n");
        for (String name : Verbs.NAMES) {
            String summary = Verbs.named(name).syntax().summary();
            verbs.append("  ").append(name).append(" ".repeat(12 - name.length()));
            verbs.append(Character.toLowerCase(summary.charAt(0)))
                    .append(summary.substring(1))
                    .append('\n');
        }
        verbs.append("\njrunc VERB --help shows the options of a verb.");
        return globals.note(verbs.toString()).note("""
                        A bundle is a directory with a config.json and a root file system:

                          mkdir -p web/rootfs && cd web       put a root file system into rootfs
                          jrunc spec                          a config.json to begin with; edit its process.args
                          jrunc run web-1                     create, start, wait, delete
                        """).note("""
                        exit code: 0 when done, 1 when not; run and exec return the program's own code, or
                        128 + the number of the signal that ended it; exec returns 255 when the program
                        could not be started.
                        """).help();
    }
}
