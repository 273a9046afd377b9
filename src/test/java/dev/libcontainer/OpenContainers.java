package dev.libcontainer;

import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** An extension of a test's own: the library, open during each test. */
final class OpenContainers implements BeforeEachCallback, AfterEachCallback {
    private Optional<Containers> opened = Optional.empty();

    Blueprint compile(ContainerSpecBuilder builder) {
        return containers().compile(builder.build());
    }

    Containers containers() {
        return opened.orElseThrow();
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        opened = Optional.of(Containers.open());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        opened.ifPresent(Containers::close);
    }
}
