package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.cli.Jrunc;
import dev.libcontainer.runtime.OciException;
import dev.libcontainer.runtime.Status;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Members of the configuration that only a container of the OCI runtime has. */
@NeedsRoot
class OciSpecTest {
    private OciBundle bundle;

    @BeforeEach
    void open() throws IOException {
        bundle = new OciBundle();
    }

    @AfterEach
    void close() throws IOException {
        bundle.close();
    }

    private String hook(String name, String script) {
        String text = script.isEmpty() ? "" : script + "; ";
        return "'" + name + "':[{'path':'/bin/sh','args':['sh','-c','" + text + "(cat; echo) >> " + bundle.out + "/"
                + name + "']}]";
    }

    private int run() throws IOException {
        return bundle.runtime.run("one", bundle.options(), false, false);
    }

    @Test
    void hooksRunAtTheirTimesAndReadTheState() throws IOException {
        bundle.with("'hooks':{" + hook("prestart", "") + "," + hook("createRuntime", "") + ","
                + hook("createContainer", "pwd > " + bundle.out + "/cwd") + "," + hook("poststart", "") + ","
                + hook("poststop", "") + "},'annotations':{'a.b':'c'}");
        bundle.runs("sleep 100000");
        bundle.runtime.create("one", bundle.options());

        assertThat(bundle.written("prestart"))
                .contains("\"status\":\"creating\"")
                .contains("\"id\":\"one\"");
        assertThat(bundle.written("createRuntime")).contains("\"annotations\":{\"a.b\":\"c\"}");
        assertThat(bundle.written("createContainer"))
                .contains("\"pid\":" + bundle.runtime.state("one").pid());
        assertThat(bundle.written("cwd")).endsWith("/rootfs");
        assertThat(bundle.written("poststart")).isEmpty();

        bundle.runtime.start("one");
        assertThat(bundle.written("poststart")).contains("\"status\":\"running\"");
        bundle.runtime.delete("one", true);
        assertThat(bundle.written("poststop")).contains("\"status\":\"stopped\"");
    }

    @Test
    void aHookThatFailsEndsTheCreate() throws IOException {
        for (String name : new String[] {"prestart", "createRuntime", "createContainer"}) {
            bundle.with("'hooks':{" + hook(name, "exit 3") + "}").runs("exit 0");
            assertThatThrownBy(() -> bundle.runtime.create("one", bundle.options()))
                    .isInstanceOf(OciException.class)
                    .hasMessageContaining("error running hook")
                    .hasMessageContaining("hooks." + name + "[0]")
                    .hasMessageContaining("exit status 3");
            assertThat(bundle.runtime.list()).isEmpty();
        }
    }

    @Test
    void aHookOfTheStartThatFailsStopsTheContainer() throws IOException {
        bundle.with("'hooks':{" + hook("poststart", "exit 3") + "}").runs("sleep 100000");
        bundle.runtime.create("one", bundle.options());
        assertThatThrownBy(() -> bundle.runtime.start("one")).hasMessageContaining("hooks.poststart[0]");
        assertThat(bundle.runtime.state("one").status()).isEqualTo(Status.STOPPED);
        bundle.runtime.delete("one", false);

        bundle.with("'hooks':{'startContainer':[{'path':'/inside','args':['inside','exit','4']}]}")
                .runs("sleep 100000");
        bundle.runtime.create("one", bundle.options());
        assertThatThrownBy(() -> bundle.runtime.start("one"))
                .hasMessageContaining("hooks.startContainer[0]")
                .hasMessageContaining("exit status 4");
    }

    @Test
    void aHookHasItsTime() throws IOException {
        bundle.with("'hooks':{'createRuntime':[{'path':'/bin/sleep','args':['sleep','1000'],'timeout':1}]}");
        bundle.runs("exit 0");
        assertThatThrownBy(() -> bundle.runtime.create("one", bundle.options()))
                .hasMessageContaining("not done within 1 s");

        bundle.with("'hooks':{'createContainer':[{'path':'/bin/sleep','args':['sleep','1000'],'timeout':1}]}");
        bundle.runs("exit 0");
        assertThatThrownBy(() -> bundle.runtime.create("one", bundle.options()))
                .hasMessageContaining("not done within 1 s");
    }

    @Test
    void anAgentReceivesTheListenerOfTheFilter() throws Exception {
        Path socket = bundle.directory.resolve("agent");
        try (ServerSocketChannel agent = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            agent.bind(UnixDomainSocketAddress.of(socket));
            CompletableFuture<String> heard = CompletableFuture.supplyAsync(() -> read(agent));
            bundle.process("'noNewPrivileges':true");
            bundle.linux("'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'" + socket
                    + "','listenerMetadata':'m1','syscalls':[{'names':['getpgrp'],'action':'SCMP_ACT_NOTIFY'}]}");
            bundle.runs("exit 5");
            assertThat(run()).isEqualTo(5);
            assertThat(heard.get(10, TimeUnit.SECONDS))
                    .contains("\"fds\":[\"seccompFd\"]")
                    .contains("\"metadata\":\"m1\"")
                    .contains("\"state\":{")
                    .contains("\"id\":\"one\"");
        } finally {
            Files.deleteIfExists(socket);
        }
    }

    private static String read(ServerSocketChannel agent) {
        try (SocketChannel caller = agent.accept()) {
            ByteBuffer text = ByteBuffer.allocate(4096);
            while (caller.read(text) > 0) {}
            return new String(text.array(), 0, text.position(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void withoutAnAgentThereIsNoContainer() throws IOException {
        bundle.process("'noNewPrivileges':true");
        bundle.linux("'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'/nowhere/agent',"
                + "'syscalls':[{'names':['getpgrp'],'action':'SCMP_ACT_NOTIFY'}]}");
        bundle.runs("exit 5");
        assertThatThrownBy(() -> bundle.runtime.create("one", bundle.options()))
                .hasMessageContaining("failed to connect with seccomp agent");
        assertThat(bundle.runtime.list()).isEmpty();
    }

    @Test
    void capabilitiesThatCannotBeGrantedAreWorthAWarning() throws IOException {
        bundle.process("'capabilities':{'bounding':['CAP_KILL','CAP_UNHEARD_OF'],'permitted':['CAP_KILL'],"
                + "'effective':['CAP_KILL'],'ambient':['CAP_KILL']}");
        bundle.runs("exit 0");
        assertThat(run()).isZero();
        assertThat(bundle.warnings).contains("ignoring capability CAP_UNHEARD_OF: not known");
    }

    @Test
    void procMustNotLieBehindALink() throws IOException {
        bundle.runs("exit 0");
        Path root = bundle.directory.resolve("rootfs");
        Files.createDirectory(root.resolve("elsewhere"));
        Files.createSymbolicLink(root.resolve("proc"), Path.of("elsewhere"));
        assertThatThrownBy(() -> bundle.runtime.create("one", bundle.options()))
                .hasMessageContaining("must be mounted on ordinary directory");
    }

    @Test
    void clocksCanBeOffset() throws IOException {
        bundle.linux("'timeOffsets':{'boottime':{'secs':100000}}");
        bundle.runs("sleep 100000");
        Path config = bundle.directory.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replace("{\"type\":\"pid\"}", "{\"type\":\"pid\"},{\"type\":\"time\"}"));
        bundle.runtime.create("one", bundle.options());
        String process = "/proc/" + bundle.runtime.state("one").pid();
        assertThat(Processes.link(process + "/ns/time"))
                .as("not left to its exec, which enters from Linux 6.3 on")
                .isEqualTo(Processes.link(process + "/ns/time_for_children"))
                .isNotEqualTo(Processes.link("/proc/self/ns/time"));
        bundle.runtime.start("one");
        assertThat(Files.readString(Path.of(process + "/timens_offsets"))).containsPattern("boottime +100000 +0");
    }

    @Test
    void theCallersGroupsAreKeptIfAnAnnotationSaysSo() throws Exception {
        bundle.with("'annotations':{'run.oci.keep_original_groups':'1'}").runs("sleep 100000");
        List<String> command = new ArrayList<>(
                List.of("sh", "-c", "exec setpriv --groups 11,12 -- \"$@\" > " + bundle.out + "/said 2>&1", "sh"));
        command.addAll(OtherJvm.command(
                Jrunc.class,
                "--root",
                bundle.directory.resolve("state").toString(),
                "create",
                "--bundle",
                bundle.directory.toString(),
                "one"));

        assertThat(OtherJvm.run(command, "").code()).as(bundle.written("said")).isZero();
        bundle.runtime.start("one");
        Path status = Path.of("/proc", "" + bundle.runtime.state("one").pid(), "status");
        assertThat(Files.readString(status)).containsPattern("Groups:\\s+11 12\\s");
    }
}
