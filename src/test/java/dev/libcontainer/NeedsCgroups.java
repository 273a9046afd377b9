package dev.libcontainer;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Tests of what cgroups do, of whichever version. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsCgroups.Condition.class)
@interface NeedsCgroups {

    /** Skips with the reason. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return Holdings.cgroupMounts().isEmpty()
                    ? ConditionEvaluationResult.disabled("no cgroups are mounted here")
                    : ConditionEvaluationResult.enabled("cgroups");
        }
    }
}
