package dev.libcontainer.systemd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.freedesktop.dbus.connections.impl.DBusConnection;
import org.freedesktop.dbus.connections.impl.DBusConnectionBuilder;
import org.freedesktop.dbus.exceptions.DBusException;
import org.freedesktop.dbus.matchrules.DBusMatchRule;
import org.freedesktop.dbus.matchrules.DBusMatchRuleBuilder;
import org.freedesktop.dbus.messages.DBusSignal;
import org.freedesktop.dbus.messages.Error;
import org.freedesktop.dbus.messages.Message;
import org.freedesktop.dbus.messages.MethodCall;
import org.freedesktop.dbus.types.Variant;

/**
 * The service manager of this host, over the system bus, or for others than root their own, over the user's bus. Calls are
 * made by name and signature: proxies would be made by reflection, for five calls.
 *
 * @see <a href="https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.systemd1.html">
 *     org.freedesktop.systemd1(5)</a>
 */
public final class Systemd implements AutoCloseable {
    private static final Path RUNNING = Path.of("/run/systemd/system"); // sd_booted(3)
    private static final String SERVICE = "org.freedesktop.systemd1";
    private static final String OBJECT = "/org/freedesktop/systemd1";
    private static final String MANAGER = SERVICE + ".Manager";
    private static final String UNIT_EXISTS = SERVICE + ".UnitExists";
    private static final String NO_SUCH_UNIT = SERVICE + ".NoSuchUnit";
    private static final long REPLY_MILLIS = 20_000;
    private static final long JOB_SECONDS = 30;

    private record Removed(String job, String result) {}

    private final DBusConnection bus;
    private final BlockingQueue<Removed> removed = new LinkedBlockingQueue<>();
    private final boolean user;

    private Systemd(DBusConnection bus, boolean user) {
        this.bus = bus;
        this.user = user;
    }

    /**
     * Connects.
     *
     * @param environment may name the bus in {@code DBUS_SYSTEM_BUS_ADDRESS}, for others than root in {@code DBUS_SESSION_BUS_ADDRESS} or
     *     {@code XDG_RUNTIME_DIR}
     * @throws SystemdException if this host does not run systemd, has no bus, or the D-Bus library is not there
     */
    public static Systemd connect(Map<String, String> environment) {
        String cgroupfs = "\n  use --cgroup-manager cgroupfs, and tell the engine so";
        Bus where = Bus.of(environment);
        if (!Files.isDirectory(RUNNING)) {
            throw new SystemdException("this host does not run systemd: " + RUNNING + " is not there" + cgroupfs);
        }
        String address = where.address();
        try {
            DBusConnection bus = DBusConnectionBuilder.forAddress(address)
                    .withShared(false)
                    .transportConfig()
                    .configureSasl()
                    .withSaslUid(where.uid())
                    .back()
                    .back()
                    .build();
            Systemd systemd = new Systemd(bus, where.user());
            systemd.subscribe();
            return systemd;
        } catch (DBusException e) {
            throw new SystemdException(
                    "cannot reach systemd over D-Bus at " + address + ": " + e.getMessage() + cgroupfs, e);
        } catch (LinkageError e) {
            throw new SystemdException(
                    "the systemd cgroup driver needs dbus-java-core and dbus-java-transport-native-unixsocket: " + e,
                    e);
        }
    }

    private void subscribe() throws DBusException {
        DBusMatchRule ends = DBusMatchRuleBuilder.create()
                .withType("signal")
                .withInterface(MANAGER)
                .withMember("JobRemoved")
                .build();
        bus.addGenericSigHandler(ends, this::jobRemoved);
        call("Subscribe", "");
    }

    private void jobRemoved(DBusSignal signal) {
        try {
            Object[] parameters = signal.getParameters(); // id, job, unit, result
            removed.add(new Removed(String.valueOf(parameters[1]), String.valueOf(parameters[3])));
        } catch (DBusException e) {
            return; // whoever waits for a job of ours says that it did not end
        }
    }

    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        private final String name;

        private Refused(String name, String message) {
            super(message);
            this.name = name;
        }
    }

    private Object[] ask(String path, String type, String method, String signature, Object... arguments)
            throws Refused {
        try {
            MethodCall call = bus.getMessageFactory()
                    .createMethodCall(
                            bus.getUniqueName(),
                            SERVICE,
                            path,
                            type,
                            method,
                            (byte) 0,
                            signature.isEmpty() ? null : signature,
                            arguments);
            bus.sendMessage(call);
            Message reply = call.getReply(REPLY_MILLIS);
            if (reply == null) {
                throw new SystemdException("systemd does not answer " + method + " within " + REPLY_MILLIS + " ms");
            }
            Object[] values = reply.getParameters();
            if (reply instanceof Error) {
                throw new Refused(String.valueOf(reply.getName()), values.length == 0 ? "" : String.valueOf(values[0]));
            }
            return values;
        } catch (DBusException e) {
            throw new SystemdException("systemd, " + method + ": " + e.getMessage(), e);
        }
    }

    private Object[] call(String method, String signature, Object... arguments) {
        try {
            return ask(OBJECT, MANAGER, method, signature, arguments);
        } catch (Refused e) {
            throw refused(method, e);
        }
    }

    private static SystemdException refused(String method, Refused e) {
        return new SystemdException("systemd refuses " + method + ": " + e.getMessage() + " (" + e.name + ")", e);
    }

    /** Whether this is a user's own manager: it has only what is delegated to it, which is cgroups of version 2. */
    public boolean isUser() {
        return user;
    }

    /** The cgroup that all units are below, from the mount points; empty for the top. */
    public String controlGroup() {
        return property("ControlGroup");
    }

    /** The number of its version. */
    public int version() {
        String digits = property("Version").replaceFirst("^\\D*(\\d+).*", "$1");
        return digits.matches("\\d{1,6}") ? Integer.parseInt(digits) : 0;
    }

    private String property(String name) {
        try {
            Object value = ask(OBJECT, "org.freedesktop.DBus.Properties", "Get", "ss", MANAGER, name)[0];
            return String.valueOf(value instanceof Variant<?> variant ? variant.getValue() : value);
        } catch (Refused e) {
            throw refused("Get " + name, e);
        }
    }

    /**
     * Makes a unit that exists for as long as its processes, and waits until it is there. One of this name that has failed
     * is forgotten first.
     */
    public void startTransient(ScopeName scope, List<Property> properties) {
        Object[] arguments = {scope.unit(), "replace", Variants.structs(properties), new Object[0]};
        try {
            Object[] job;
            try {
                job = ask(OBJECT, MANAGER, "StartTransientUnit", "ssa(sv)a(sa(sv))", arguments);
            } catch (Refused e) {
                if (!e.name.equals(UNIT_EXISTS)) {
                    throw e;
                }
                forget(scope.unit());
                job = ask(OBJECT, MANAGER, "StartTransientUnit", "ssa(sv)a(sa(sv))", arguments);
            }
            await(String.valueOf(job[0]), "start " + scope.unit());
        } catch (Refused e) {
            throw refused("StartTransientUnit " + scope.unit(), e);
        }
    }

    /** Changes properties until the unit is gone or the host boots. */
    public void set(String unit, List<Property> properties) {
        call("SetUnitProperties", "sba(sv)", unit, true, Variants.structs(properties));
    }

    /** Ends a unit and forgets it; one that is not there is no error. */
    public void stop(String unit) {
        try {
            Object[] job = ask(OBJECT, MANAGER, "StopUnit", "ss", unit, "replace");
            await(String.valueOf(job[0]), "stop " + unit);
        } catch (Refused e) {
            if (!e.name.equals(NO_SUCH_UNIT)) {
                throw refused("StopUnit " + unit, e);
            }
        }
        forget(unit);
    }

    private void forget(String unit) {
        try {
            ask(OBJECT, MANAGER, "ResetFailedUnit", "s", unit);
        } catch (Refused e) {
            return; // it has not failed, or is gone: so there is nothing to forget
        }
    }

    private void await(String job, String what) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(JOB_SECONDS);
        try {
            for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
                Removed one = removed.poll(left, TimeUnit.NANOSECONDS);
                if (one != null && one.job().equals(job)) {
                    if (!one.result().equals("done")) {
                        throw new SystemdException(
                                "systemd could not " + what + ": the job ended with " + one.result());
                    }
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new SystemdException("systemd did not " + what + " within " + JOB_SECONDS + " s");
    }

    @Override
    public void close() {
        try {
            bus.close();
        } catch (IOException e) {
            return; // nothing was under way
        }
    }
}
