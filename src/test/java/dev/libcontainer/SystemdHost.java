package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.libcontainer.cli.Jrunc;
import dev.libcontainer.runtime.CgroupDriver;
import dev.libcontainer.runtime.CreateOptions;
import dev.libcontainer.runtime.OciRuntime;
import dev.libcontainer.runtime.RuntimeOptions;
import dev.libcontainer.security.Capability;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A container whose first process is this machine's systemd, with a bus: a host that runs systemd, wherever tests run. */
final class SystemdHost implements AutoCloseable {
    static final Path SYSTEMD = Path.of("/usr/lib/systemd/systemd");
    private static final String ID = "host";

    /** Nothing of what a system does at boot: only the bus. */
    private static final Map<String, String> UNITS = Map.of(
            "default.target",
            "[Unit]\nDescription=a bus\nDefaultDependencies=no\nRequires=dbus.socket\n",
            "dbus.socket",
            "[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/dbus/system_bus_socket\n",
            "dbus.service",
            "[Unit]\nDefaultDependencies=no\nRequires=dbus.socket\n[Service]\nType=notify\nNotifyAccess=main\nExecStart="
                    + "/usr/bin/dbus-daemon --system --address=systemd: --nofork --nopidfile --systemd-activation\n");

    private final Path directory = Files.createTempDirectory(Holdings.TEMPORARY + "systemd-");
    final String cgroup = "/libcontainer-systemd-" + ProcessHandle.current().pid();
    private final Path out;
    private final OciRuntime runtime;
    private int count;

    /** Boots; a directory of the test's is seen in it under the same path. */
    SystemdHost(Path shared) throws IOException, InterruptedException {
        Path root = directory.resolve("rootfs");
        out = Files.createDirectories(directory.resolve("out"));
        for (String name : List.of("bin", "sbin", "lib", "lib64")) {
            Files.createDirectories(root);
            Files.createSymbolicLink(root.resolve(name), Path.of("usr", name));
        }
        Path units = Files.createDirectories(root.resolve("etc/systemd/system"));
        for (Map.Entry<String, String> unit : UNITS.entrySet()) {
            Files.writeString(units.resolve(unit.getKey()), unit.getValue());
        }
        Files.writeString(
                root.resolve("etc/passwd"), "root:x:0:0::/root:/bin/sh\nmessagebus:x:100:107::/:/bin/false\n");
        Files.writeString(root.resolve("etc/group"), "root:x:0:\nmessagebus:x:107:\n");
        Files.writeString(root.resolve("etc/machine-id"), "0123456789abcdef0123456789abcdef\n");
        Files.writeString(directory.resolve("config.json"), config(shared).replace('\'', '"'));
        runtime = new OciRuntime(new RuntimeOptions(
                directory.resolve("state"), CgroupDriver.CGROUPFS, directory, Map.of(), true, warning -> {}));
        CreateOptions options = new CreateOptions(
                directory, Optional.empty(), Optional.empty(), Optional.empty(), false, false, List.of(), List.of());
        runtime.create(ID, options);
        runtime.start(ID);
        for (int i = 0; i < Patience.seconds(200) && exec("busctl list > /dev/null 2>&1") != 0; i++) {
            Thread.sleep(100);
        }
        assertThat(in("busctl list")).contains("org.freedesktop.systemd1");
    }

    private String config(Path shared) throws IOException {
        String capabilities = Arrays.stream(Capability.values())
                .map(each -> "'CAP_" + each.name().replaceFirst("^CAP_", "") + "'")
                .collect(Collectors.joining(","));
        String mounts = tops().stream()
                .map(top -> "{'destination':'" + top + "','source':'" + top + "','options':['rbind','ro']},")
                .collect(Collectors.joining());
        return "{'ociVersion':'1.3.0','root':{'path':'rootfs'},'hostname':'systemd','process':{'cwd':'/','args':["
                + "'/lib/systemd/systemd','--log-target=null','--show-status=no'],'env':["
                + "'PATH=/usr/sbin:/usr/bin:/sbin:/bin','container=oci'],'capabilities':{'bounding':[" + capabilities
                + "],'effective':[" + capabilities + "],'permitted':[" + capabilities + "]}},'mounts':["
                + "{'destination':'/proc','type':'proc','source':'proc'},"
                + "{'destination':'/sys','type':'sysfs','source':'sysfs','options':['ro']},"
                + "{'destination':'/sys/fs/cgroup','type':'cgroup','source':'cgroup','options':['rw']},"
                + "{'destination':'/dev','type':'tmpfs','source':'tmpfs','options':['mode=755']},"
                + "{'destination':'/dev/pts','type':'devpts','source':'pts','options':['newinstance','ptmxmode=0666']},"
                + "{'destination':'/run','type':'tmpfs','source':'tmpfs','options':['mode=755']},"
                + "{'destination':'/tmp','type':'tmpfs','source':'tmpfs'}," + mounts
                + "{'destination':'" + out + "','source':'" + out + "','options':['bind']},"
                + "{'destination':'" + shared + "','source':'" + shared + "','options':['bind']}],"
                + "'linux':{'cgroupsPath':'" + cgroup + "','readonlyPaths':['/proc/sys'],'resources':{'devices':["
                + "{'allow':false,'access':'rwm'},{'allow':true,'type':'c','major':10,'minor':200,'access':'rwm'}]},'namespaces':[{'type':'pid'},"
                + "{'type':'mount'},{'type':'ipc'},{'type':'uts'},{'type':'network'},{'type':'cgroup'}]}}";
    }

    /** The directories of the host's that programs, Java and the class path are in. */
    private static Set<String> tops() throws IOException {
        Set<String> tops = new TreeSet<>(Set.of("/usr"));
        List<String> needed =
                new ArrayList<>(List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
        needed.add(System.getProperty("java.home"));
        needed.add(Inside.HOST_PATH);
        for (String path : needed) {
            Path whole = Path.of(path).toAbsolutePath();
            tops.add("/" + whole.subpath(0, whole.startsWith("/tmp") ? 2 : 1)); // there, /tmp is its own
        }
        try (Stream<Path> etc = Files.list(Path.of("/etc"))) { // Debian's JDK has links there
            etc.filter(path -> path.getFileName().toString().startsWith("java-"))
                    .forEach(path -> tops.add(path.toString()));
        }
        tops.remove("/tmp");
        return tops;
    }

    private int exec(String script) {
        return runtime.exec(ID, OciBundle.exec(List.of("/bin/sh", "-c", script), false, Optional.empty()));
    }

    /** What a shell there says; it must succeed. */
    String in(String script) throws IOException {
        Ended ended = ended(script);
        assertThat(ended.code()).as(script + "\n" + ended.said()).isZero();
        return ended.said();
    }

    record Ended(int code, String said) {}

    Ended ended(String script) throws IOException {
        Path said = out.resolve("said" + ++count);
        int code = exec("exec > " + said + " 2>&1\n" + script);
        return new Ended(code, Files.readString(said));
    }

    /** Calls jrunc there, with the systemd driver. */
    Ended jrunc(String words) throws IOException {
        return jrunc("", words);
    }

    /** The same after some lines of shell. */
    Ended jrunc(String before, String words) throws IOException {
        String[] all = ("--root /run/jrunc --systemd-cgroup " + words).split(" ");
        List<String> command = OtherJvm.command(
                System.getProperty("java.class.path"),
                Path.of(Inside.HOST_PATH).toAbsolutePath().toString(),
                "/tmp/javacpp",
                Jrunc.class,
                all);
        return ended(before + "exec < /dev/null\n'" + String.join("' '", command) + "'");
    }

    String properties(String unit, String... names) throws IOException {
        return in("systemctl show " + unit + " -p " + String.join(" -p ", names));
    }

    @Override
    public void close() throws IOException {
        runtime.delete(ID, true);
        runtime.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
