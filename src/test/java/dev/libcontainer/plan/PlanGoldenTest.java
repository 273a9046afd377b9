package dev.libcontainer.plan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What specs compile to, step by step: the difference of these files is the difference in behaviour.
 * {@code -Dgolden.update=true} writes them anew.
 */
class PlanGoldenTest {
    private static final Path FILES = Path.of("src/test/resources/dev/libcontainer/plan");

    @ParameterizedTest
    @EnumSource
    void aSpecCompilesToThePlanInItsFile(PlanCases plan) throws IOException {
        String explained = plan.compile().explain();
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(FILES.resolve(plan.file()), explained);
            return;
        }

        try (InputStream golden = PlanGoldenTest.class.getResourceAsStream(plan.file())) {
            assertThat(golden)
                    .as("%s (make it with -Dgolden.update=true)", plan.file())
                    .isNotNull();
            assertThat(explained).isEqualTo(new String(golden.readAllBytes(), UTF_8));
        }
    }

    @ParameterizedTest
    @EnumSource
    void equalInputGivesEqualPlans(PlanCases plan) {
        Plan one = plan.compile();
        Plan other = plan.compile();

        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
        assertThat(one.encode()).isEqualTo(other.encode());
        assertThat(one.explain()).isEqualTo(other.explain());
    }

    @Test
    void anotherSpecGivesAnotherPlan() {
        assertThat(PlanCases.DIRECTORY.compile()).isNotEqualTo(PlanCases.DIRECTORY_READ_ONLY.compile());
        assertThat(PlanCases.SANDBOX.compile()).isNotEqualTo(PlanCases.SANDBOX_DETACHED.compile());
    }

    @ParameterizedTest
    @EnumSource
    void everyStepIsExplainedInALineOfItsOwn(PlanCases plan) {
        Plan compiled = plan.compile();

        assertThat(compiled.explain().lines().filter(line -> line.matches(" +\\d+  \\S.*")))
                .hasSize(compiled.steps().size());
        assertThat(compiled.steps())
                .allSatisfy(step -> assertThat(step.step().syscall()).isNotEmpty());
    }
}
