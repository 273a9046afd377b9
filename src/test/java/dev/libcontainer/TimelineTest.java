package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** Where the time of a spawn goes, as the child itself tells. */
@NeedsRoot
class TimelineTest {
    @Test
    void eachStepOfTheChildIsTimedInOrder() throws Exception {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build())) {
            for (int i = 0; i < 3; i++) { // without a template, and with one
                try (Container container =
                        blueprint.spawn(Launch.of(Stdio.nothing()).timed(true))) {
                    Timeline timeline = container.timeline().orElseThrow();
                    List<Timeline.Step> steps = timeline.steps();

                    assertThat(Inside.exit(container).isSuccess()).isTrue();
                    assertThat(steps).extracting(Timeline.Step::beginNanos).isSorted();
                    assertThat(steps)
                            .allSatisfy(step -> assertThat(step.nanos()).isNotNegative());
                    assertThat(steps.get(steps.size() - 1).text()).startsWith("execve");
                    assertThat(steps).anyMatch(step -> step.text().startsWith("seccomp") && step.nanos() > 1000);
                    assertThat(steps).anyMatch(step -> step.jsonPath().startsWith("mounts["));
                    assertThat(timeline.totalNanos())
                            .isGreaterThan(steps.get(steps.size() - 1).beginNanos())
                            .isLessThanOrEqualTo(container.startLatency().toNanos());
                    assertThat(timeline.text().lines()).hasSize(steps.size() + 3);
                    var picture = DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(new InputSource(new StringReader(timeline.svg())));
                    assertThat(picture.getElementsByTagName("rect").getLength()).isEqualTo(steps.size() + 1);
                }
            }
        }
    }

    @Test
    void whoeverDoesNotAskIsToldNothing() {
        try (Containers containers = Containers.open();
                Blueprint blueprint =
                        containers.compile(Inside.sandbox("exit 0").build());
                Container container = blueprint.spawn(Stdio.nothing())) {
            assertThat(container.timeline()).isEmpty();
        }
    }
}
