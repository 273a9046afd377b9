package dev.libcontainer.cli;

import dev.libcontainer.runtime.ContainerState;
import dev.libcontainer.spec.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** States of containers as text: the specification's document, and a table. */
final class StateText {
    /** As Go's tabwriter pads runc's tables: scripts cut them into columns. */
    private static final int CELL_AT_LEAST = 12;

    private static final int GAP = 3;

    private StateText() {}

    /** What runc prints: the members of the specification, then its own. */
    static JsonObject json(ContainerState state) {
        return new JsonObject()
                .text("ociVersion", state.ociVersion())
                .text("id", state.id())
                .number("pid", state.pid())
                .text("status", state.status().toString())
                .text("bundle", state.bundle().toString())
                .text("rootfs", state.rootfs().toString())
                .text("created", state.created().toString())
                .textMap("annotations", state.annotations())
                .text("owner", state.owner());
    }

    /** All of them in one line; {@code null} if there is none, as runc. */
    static String jsonLine(List<ContainerState> states) {
        if (states.isEmpty()) {
            return "null";
        }
        List<String> objects = new ArrayList<>();
        for (ContainerState state : states) {
            objects.add(json(state).line());
        }
        return "[" + String.join(",", objects) + "]";
    }

    static String table(List<ContainerState> states) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"));
        for (ContainerState state : states) {
            rows.add(List.of(
                    state.id(),
                    Integer.toString(state.pid()),
                    state.status().toString(),
                    state.bundle().toString(),
                    state.created().toString(),
                    state.owner()));
        }
        return aligned(rows);
    }

    /** Pads all cells of a column to the widest, but for the last column. */
    static String aligned(List<List<String>> rows) {
        StringBuilder text = new StringBuilder();
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns - 1; i++) {
                widths[i] =
                        Math.max(widths[i], Math.max(CELL_AT_LEAST, row.get(i).length() + GAP));
            }
        }
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                String cell = row.get(i);
                text.append(cell).append(" ".repeat(Math.max(0, widths[i] - cell.length())));
            }
            text.append('\n');
        }
        return text.toString();
    }
}
