package dev.libcontainer.cli;

import java.util.List;

/** Which verbs there are. */
final class Verbs {
    /** All of them, the life of a container first. */
    static final List<String> NAMES = List.of(
            "create",
            "start",
            "run",
            "exec",
            "state",
            "kill",
            "delete",
            "wait",
            "list",
            "ps",
            "pause",
            "resume",
            "update",
            "events",
            "stats",
            "top",
            "spec",
            "explain",
            "features",
            "check",
            "bench",
            "checkpoint",
            "restore");

    private Verbs() {}

    /** Makes the one verb that is wanted. */
    static Verb named(String name) {
        return switch (name) {
            case "create" -> new CreateVerb();
            case "start" -> new StartVerb();
            case "run" -> new RunVerb();
            case "exec" -> new ExecVerb();
            case "state" -> new StateVerb();
            case "kill" -> new KillVerb();
            case "delete" -> new DeleteVerb();
            case "wait" -> new WaitVerb();
            case "list" -> new ListVerb();
            case "ps" -> new PsVerb();
            case "pause" -> new PauseVerb();
            case "resume" -> new ResumeVerb();
            case "update" -> new UpdateVerb();
            case "events" -> new EventsVerb();
            case "stats" -> new StatsVerb();
            case "top" -> new TopVerb();
            case "spec" -> new SpecVerb();
            case "explain" -> new ExplainVerb();
            case "features" -> new FeaturesVerb();
            case "check" -> new CheckVerb();
            case "bench" -> new BenchVerb();
            case "checkpoint", "restore" -> new CheckpointVerb(name);
            default -> throw new UsageException("unknown verb \"" + name + "\"; known: " + String.join(", ", NAMES));
        };
    }
}
