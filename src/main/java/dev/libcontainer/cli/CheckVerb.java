package dev.libcontainer.cli;

import dev.libcontainer.runtime.HostCheck;
import dev.libcontainer.spec.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** {@code jrunc check}. */
final class CheckVerb implements Verb {
    @Override
    public Syntax syntax() {
        return new Syntax(
                        "jrunc check",
                        "",
                        "Show what this host and this caller can do, and what is missing for the rest")
                .value("f,format", "table|json", "how (default table)")
                .note("exit code: 1 if something is missing without which nothing works, else 0.");
    }

    @Override
    public int run(Call call) {
        call.refuseOperands();
        boolean json = call.arguments().choice("format", "table", "json").equals("json");
        List<HostCheck.Finding> findings = HostCheck.run();
        call.console().out().print(json ? json(findings) : table(findings));
        for (HostCheck.Finding finding : findings) {
            if (finding.required() && !finding.present()) {
                return Jrunc.FAILURE;
            }
        }
        return 0;
    }

    static String table(List<HostCheck.Finding> findings) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("AREA", "FEATURE", "HERE", "DETAIL"));
        for (HostCheck.Finding finding : findings) {
            String here = finding.present() ? "yes" : finding.required() ? "NO" : "no";
            rows.add(List.of(finding.area(), finding.feature(), here, finding.detail()));
        }
        return StateText.aligned(rows);
    }

    static String json(List<HostCheck.Finding> findings) {
        JsonObject json = new JsonObject();
        for (HostCheck.Finding finding : findings) {
            json.item("findings")
                    .text("area", finding.area())
                    .text("feature", finding.feature())
                    .flag("present", finding.present())
                    .flag("required", finding.required())
                    .text("detail", finding.detail());
        }
        return json.indented();
    }
}
