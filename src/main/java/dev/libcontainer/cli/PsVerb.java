package dev.libcontainer.cli;

import dev.libcontainer.runtime.OciRuntime;
import java.util.HashSet;
import java.util.List;

/** {@code jrunc ps}. */
final class PsVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax("jrunc ps", "ID [PS OPTION…]", "List the processes of a container")
                .operandsEndOptions()
                .value("f,format", "table|json", "a table of ps(1), or the pids as a JSON array (default table)")
                .note("""
                        examples:
                          jrunc ps web-1
                          jrunc ps web-1 -e -x -o pid,rss,args
                        """);
    }

    @Override
    public int run(Call call) {
        List<String> operands = call.arguments().operands();
        if (operands.isEmpty()) {
            throw new UsageException("needs the ID of a container");
        }
        boolean json = call.arguments().choice("format", "table", "json").equals("json");
        List<Integer> pids;
        try (OciRuntime runtime = call.runtime()) {
            pids = runtime.processes(operands.get(0));
        }
        call.console()
                .out()
                .print(json ? array(pids) : PsTable.of(operands.subList(1, operands.size()), new HashSet<>(pids)));
        return 0;
    }

    static String array(List<Integer> pids) {
        StringBuilder text = new StringBuilder("[");
        for (int pid : pids) {
            text.append(text.length() == 1 ? "" : ",").append(pid);
        }
        return text.append("]\n").toString();
    }
}
