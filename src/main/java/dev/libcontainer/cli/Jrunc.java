package dev.libcontainer.cli;

import dev.libcontainer.spec.SpecException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The command {@code jrunc}: finds the verb, tells of failures, and knows the exit codes. */
public final class Jrunc {
    /** When a verb fails or its words make no sense, as runc. */
    static final int FAILURE = 1;

    private Jrunc() {}

    public static void main(String[] words) {
        // Not exit: from JDK 21 on it asks for a logger first, which takes as long as the verb. No hook is ours.
        Runtime.getRuntime().halt(call(words));
    }

    /** All that is taken from the process is taken here; the exit code. */
    static int call(String... words) {
        List<Integer> inherited = InheritedFds.of(List.of(words), System.getenv()); // first: soon there are more
        PrintStream out = stream(FileDescriptor.out);
        PrintStream err = stream(FileDescriptor.err);
        Console console = new Console(
                Path.of("").toAbsolutePath(), System.getenv(), System.in, out, err, List.of(0, 1, 2), inherited);
        int code = run(console, List.of(words));
        out.flush();
        err.flush();
        return code;
    }

    /** UTF-8 whatever the locale, which engines do not set. */
    private static PrintStream stream(FileDescriptor fd) {
        return new PrintStream(new FileOutputStream(fd), false, StandardCharsets.UTF_8);
    }

    /** Runs one command line; the exit code. */
    static int run(Console console, List<String> words) {
        Log log = new Log(console.err(), Optional.empty(), false, false);
        try {
            Syntax syntax = Globals.syntax();
            Arguments arguments = syntax.parse(words);
            List<String> rest = arguments.operands();
            if (arguments.has("version")) {
                return print(console, Version.text());
            }
            if (arguments.has("help") || rest.isEmpty()) {
                return print(console, Help.text(syntax));
            }
            Globals globals = Globals.of(arguments, console);
            log = new Log(console.err(), globals.log(), globals.json(), globals.debug());
            if (rest.get(0).equals("help")) {
                return help(console, syntax, rest.subList(1, rest.size()));
            }
            return run(console, globals, log, rest.get(0), rest.subList(1, rest.size()));
        } catch (UsageException e) {
            log.error(": " + e.getMessage() + "\njrunc --help shows the options and verbs", e);
            return FAILURE;
        }
    }

    private static int run(Console console, Globals globals, Log log, String name, List<String> words) {
        Verb verb = Verbs.named(name).narrowed(words);
        log.debug(name + " " + String.join(" ", words));
        String subject = name;
        try {
            Arguments arguments = verb.syntax().parse(words);
            if (arguments.has("help")) {
                return print(console, verb.syntax().help());
            }
            subject = arguments.operands().isEmpty()
                    ? name
                    : name + " " + arguments.operands().get(0);
            return verb.run(new Call(console, globals, log, arguments));
        } catch (UsageException e) {
            log.error(name + ": " + e.getMessage() + "\njrunc " + name + " --help shows how it is used", e);
            return FAILURE;
        } catch (SpecException e) {
            log.error(said(subject, e) + e.hint().map(hint -> "\n" + hint).orElse(""), e);
            return verb.failure();
        } catch (RuntimeException | IOException e) {
            log.error(said(subject, e), e);
            return verb.failure();
        }
    }

    /** Names verb and container, unless the message does. */
    private static String said(String subject, Exception e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.startsWith(subject) ? message : subject + ": " + message;
    }

    private static int help(Console console, Syntax syntax, List<String> words) {
        return print(
                console,
                words.isEmpty()
                        ? Help.text(syntax)
                        : Verbs.named(words.get(0)).narrowed(words).syntax().help());
    }

    private static int print(Console console, String text) {
        console.out().print(text);
        return 0;
    }
}
