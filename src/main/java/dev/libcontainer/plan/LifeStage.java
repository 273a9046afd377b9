package dev.libcontainer.plan;

import dev.libcontainer.spec.Hooks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a container needs that an OCI runtime makes: hooks, the wait for the runtime, the wait for the start. */
final class LifeStage {
    private static final int FIRST_FD = 3;

    private final Draft draft;
    private final Optional<Wishes.Life> life;
    private final SortedMap<Integer, Slot> preserved = new TreeMap<>();
    private Optional<Slot> gate = Optional.empty();
    private Optional<Slot> reports = Optional.empty();
    private Optional<Slot> state = Optional.empty();

    LifeStage(Draft draft) {
        this.draft = draft;
        this.life = draft.wishes.life();
        draft.parks = awaitsStart() || draft.wishes.ahead();
    }

    /** Whether each step is seen from outside while it happens: then nothing is prepared ahead. */
    boolean isWatched() {
        return life.isPresent();
    }

    private boolean awaitsStart() {
        return life.filter(Wishes.Life::awaitsStart).isPresent();
    }

    private List<Hooks.Hook> createContainer() {
        return draft.spec.hooks().map(Hooks::createContainer).orElse(List.of());
    }

    private List<Hooks.Hook> startContainer() {
        return draft.spec.hooks().map(Hooks::startContainer).orElse(List.of());
    }

    void reserveSlots() {
        if (awaitsStart()) {
            gate = Optional.of(draft.bind("start gate", new Binding.Gate()));
            reports = Optional.of(draft.bind("reports", new Binding.Reports()));
        }
        if (awaitsStart() && !(createContainer().isEmpty() && startContainer().isEmpty())) {
            state = Optional.of(draft.bind("state", new Binding.HookState()));
        }
        for (int number : life.map(Wishes.Life::preservedFds).orElse(List.of())) {
            preserved.put(number, draft.bind("fd " + number, new Binding.PreservedFd(number)));
        }
    }

    void newKeyring() {
        life.flatMap(Wishes.Life::keyring).ifPresent(name -> draft.add(new LifecycleStep.NewKeyring(name), ""));
    }

    /** runtime.md: createRuntime hooks run once all but the root is there, createContainer hooks then and inside. */
    void awaitRuntime() {
        if (awaitsStart()) {
            draft.add(new LifecycleStep.AwaitMaker(), "hooks.createRuntime");
            run(createContainer(), "hooks.createContainer");
        }
    }

    private void run(List<Hooks.Hook> hooks, String path) {
        for (int i = 0; i < hooks.size(); i++) {
            Hooks.Hook hook = hooks.get(i);
            List<String> args = hook.args().isEmpty() ? List.of(hook.path()) : hook.args();
            draft.add(
                    new LifecycleStep.RunHook(
                            hook.path(), args, hook.env(), hook.timeout().orElse(0), state.orElseThrow()),
                    path + "[" + i + "]");
        }
    }

    /** Streams and preserved fds, and nothing else but what is still needed. */
    void fds() {
        draft.add(ProcessStep.stdio(), "");
        preserved.forEach((number, slot) -> draft.add(new LifecycleStep.PassFd(slot, number), ""));
        List<Slot> kept = new ArrayList<>();
        gate.ifPresent(kept::add);
        reports.ifPresent(kept::add);
        state.ifPresent(kept::add);
        int first = FIRST_FD;
        for (int number : preserved.keySet()) {
            if (number > first) {
                draft.add(new LifecycleStep.CloseFds(first, OptionalInt.of(number - 1), kept), "");
            }
            first = number + 1;
        }
        draft.add(LifecycleStep.CloseFds.from(first, kept), "");
    }

    void findProgram(List<String> candidates) {
        if (life.isPresent()) {
            draft.add(new LifecycleStep.FindProgram(candidates), "process.args");
        }
    }

    void awaitStart() {
        if (gate.isPresent()) {
            draft.add(new LifecycleStep.AwaitStart(gate.get(), reports.orElseThrow()), "");
        }
    }

    void runStartHooks() {
        if (gate.isPresent()) {
            run(startContainer(), "hooks.startContainer");
        }
    }
}
