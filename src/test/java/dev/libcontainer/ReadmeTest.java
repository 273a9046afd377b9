package dev.libcontainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadmeTest {
    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void theExampleCompiles(@TempDir Path classes) throws IOException {
        Matcher example = JAVA.matcher(Files.readString(Path.of("README.md")));
        assertThat(example.find()).isTrue();
        String source = "import dev.libcontainer.*; class Example { void run() {\n" + example.group(1) + "}}";

        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options =
                List.of("-cp", System.getProperty("java.class.path"), "-d", classes.toString(), "-proc:none");
        boolean compiled = compiler.getTask(messages, null, null, options, null, List.of(file(source)))
                .call();

        assertThat(compiled).as(messages.toString()).isTrue();
    }

    @Test
    void theTwoCommandsStandInIt() throws IOException {
        assertThat(Files.readString(Path.of("README.md"))).contains("./run").contains("./test");
        assertThat(Files.isExecutable(Path.of("run"))).isTrue();
        assertThat(Files.isExecutable(Path.of("test"))).isTrue();
    }

    private static JavaFileObject file(String source) {
        return new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return source;
            }
        };
    }
}
