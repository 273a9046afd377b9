/** Linux containers from inside a JVM. */
module dev.libcontainer {
    requires static jdk.jfr;
    requires static org.jspecify;
    requires static java.desktop;
    requires static org.apache.commons.cli;
    requires static org.freedesktop.dbus;
    requires static org.jfree.jfreechart;
    requires static VectorGraphics2D;
    requires com.fasterxml.jackson.core;
    requires org.apache.commons.io;
    requires org.bytedeco.javacpp;

    exports dev.libcontainer;
    exports dev.libcontainer.events;
    exports dev.libcontainer.spec;
    exports dev.libcontainer.stats;
}
