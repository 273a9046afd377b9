package dev.libcontainer.benchmarks;

import dev.libcontainer.Blueprint;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;

/**
 * A JVM that measures one level, or {@link Level#POOLED}, when told to, for what cannot be changed within a JVM. It answers {@code LEVEL COUNT
 * PAUSE-MICROS} as {@link Helper} says; the command line is that of the JVM it is started from.
 */
public final class Worker {
    private Worker() {}

    /** How to start one, behind another command and with further JVM options. */
    static Helper start(List<String> before, List<String> options) throws java.io.IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(Jvm.command(Worker.class, options));
        return Helper.start(command);
    }

    /** See the class. */
    public static void main(String[] args) throws Exception {
        Ending.mayBeInterrupted();
        try (Setting setting = Setting.open();
                Scanner questions = new Scanner(System.in)) {
            while (questions.hasNext()) {
                Blueprint blueprint = blueprint(setting, questions.next());
                int count = questions.nextInt();
                int pauseMicros = questions.nextInt();
                StringBuilder answer = new StringBuilder();
                for (int i = 0; i < count; i++) {
                    if (pauseMicros > 0) {
                        Thread.sleep(pauseMicros / 1000);
                    }
                    answer.append(setting.spawnAndWait(blueprint)).append(' ');
                }
                System.out.println(answer);
            }
        }
    }

    private static Blueprint blueprint(Setting setting, String level) {
        return level.equals(Level.POOLED)
                ? setting.containers().compile(Level.pooledNetwork(setting.program()))
                : setting.blueprint(Level.valueOf(level));
    }
}
