package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.OtherJvm.Ended;
import dev.libcontainer.cli.Jrunc;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fds that jrunc is given and hands on. */
@NeedsRoot
class PassedFdsTest {
    private static List<String> seen(OciBundle bundle, String opens, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", opens + " exec \"$@\"", "sh"));
        command.addAll(OtherJvm.command(Jrunc.class, words));
        Ended ended = OtherJvm.run(command, "");
        assertThat(ended.code()).as(ended.errors()).isZero();
        return bundle.written("fds")
                .lines()
                .map(line -> line.replaceAll(" /.*/", " "))
                .filter(line -> line.charAt(0) > '2' || line.charAt(1) != ' ')
                .toList();
    }

    /** Of a hundred only those that the caller has open, under their numbers; none of the JVM's. */
    @Test
    void theyKeepTheirNumbersAndTheGapsStay() throws Exception {
        try (OciBundle bundle = new OciBundle()) {
            bundle.runs("into /out/fds -- fds");
            String state = bundle.directory.resolve("state").toString();
            String files = bundle.directory.toString();

            assertThat(seen(
                            bundle,
                            "exec 4< /etc/passwd 9< /etc/group 6< /etc/fstab;",
                            "--root",
                            state,
                            "run",
                            "--preserve-fds",
                            "100",
                            "--bundle",
                            files,
                            "one"))
                    .containsExactly("4 passwd", "6 fstab", "9 group");
        }
    }

    @Test
    void anExecGetsThemToo() throws Exception {
        try (OciBundle bundle = new OciBundle()) {
            bundle.runtime.create("one", bundle.runs("sleep 100000").options());
            bundle.runtime.start("one");
            String state = bundle.directory.resolve("state").toString();

            assertThat(seen(
                            bundle,
                            "exec 3< /etc/passwd 5< /etc/group;",
                            "--root",
                            state,
                            "exec",
                            "--preserve-fds",
                            "2",
                            "one",
                            "/inside",
                            "into",
                            "/out/fds",
                            "--",
                            "fds"))
                    .containsExactly("3 passwd");
        }
    }
}
