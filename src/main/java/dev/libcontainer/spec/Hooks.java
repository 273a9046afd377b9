package dev.libcontainer.spec;

import java.util.List;
import java.util.OptionalInt;

/**
 * Commands run at points of the life of a container, each list in its order.
 *
 * @param prestart deprecated by the specification: as {@code createRuntime}, and before it
 * @param createRuntime in the runtime's namespaces, during create, before the root is changed
 * @param createContainer in the container's namespaces, during create, before the root is changed
 * @param startContainer in the container's namespaces, during start, before the program is executed
 * @param poststart in the runtime's namespaces, after the program was started
 * @param poststop in the runtime's namespaces, after the container was deleted
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#posix-platform-hooks">config.md,
 *     Hooks</a>
 */
public record Hooks(
        List<Hook> prestart,
        List<Hook> createRuntime,
        List<Hook> createContainer,
        List<Hook> startContainer,
        List<Hook> poststart,
        List<Hook> poststop) {

    /** Keeps unmodifiable copies of its lists. */
    public Hooks {
        prestart = List.copyOf(prestart);
        createRuntime = List.copyOf(createRuntime);
        createContainer = List.copyOf(createContainer);
        startContainer = List.copyOf(startContainer);
        poststart = List.copyOf(poststart);
        poststop = List.copyOf(poststop);
    }

    /**
     * One command; it reads the state of the container from its standard input.
     *
     * @param path the program, an absolute path
     * @param args all arguments, the program's own name first; empty means just {@code path}
     * @param env the environment, as {@code NAME=value}; absent and empty are the same
     * @param timeout seconds, greater than 0, after which the hook counts as failed
     */
    public record Hook(String path, List<String> args, List<String> env, OptionalInt timeout) {

        /** Keeps unmodifiable copies of its lists. */
        public Hook {
            args = List.copyOf(args);
            env = List.copyOf(env);
        }
    }
}
