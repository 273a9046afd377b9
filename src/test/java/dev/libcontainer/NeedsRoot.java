package dev.libcontainer;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Tests that make whole containers: root and the program "inside" are needed, and nothing may be left afterwards. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("root")
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a native call that hangs cannot be interrupted
@ExtendWith({NeedsRoot.Condition.class, LeakAudit.class})
public @interface NeedsRoot {

    /** Skips with the reason. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (!Holdings.isRoot()) {
                return ConditionEvaluationResult.disabled("needs root");
            }
            if (!Files.isExecutable(Path.of(Inside.HOST_PATH))) {
                return ConditionEvaluationResult.disabled("needs the program " + Inside.HOST_PATH);
            }
            return ConditionEvaluationResult.enabled("root");
        }
    }
}
