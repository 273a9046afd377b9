package dev.libcontainer.security;

import static dev.libcontainer.security.Profiles.allow;
import static dev.libcontainer.security.Profiles.deny;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.libcontainer.security.SeccompCompiler.NewerCalls;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeccompCacheTest {

    @Test
    void equalProfilesShareAFilter() {
        SeccompCache cache = new SeccompCache(4);

        SeccompFilter first = cache.get(deny(allow("read")), Arch.X86_64, NewerCalls.DEFAULT_ACTION);

        assertThat(cache.get(deny(allow("read")), Arch.X86_64, NewerCalls.DEFAULT_ACTION))
                .isSameAs(first);
        assertThat(cache.get(deny(allow("read"), allow("close")), Arch.X86_64, NewerCalls.ENOSYS))
                .isNotEqualTo(first);
        assertThat(cache.get(deny(allow("read")), Arch.AARCH64, NewerCalls.DEFAULT_ACTION))
                .isNotEqualTo(first);
        assertThat(cache.size()).isEqualTo(3);
    }

    @Test
    void theOneNotUsedForLongestIsForgotten() {
        SeccompCache cache = new SeccompCache(2);
        SeccompFilter read = cache.get(deny(allow("read")), Arch.X86_64, NewerCalls.DEFAULT_ACTION);
        SeccompFilter write = cache.get(deny(allow("write")), Arch.X86_64, NewerCalls.DEFAULT_ACTION);
        cache.get(deny(allow("read")), Arch.X86_64, NewerCalls.DEFAULT_ACTION);

        cache.get(deny(allow("open")), Arch.X86_64, NewerCalls.DEFAULT_ACTION);

        assertThat(cache.size()).isEqualTo(2);
        assertThat(cache.get(deny(allow("read")), Arch.X86_64, NewerCalls.DEFAULT_ACTION))
                .isSameAs(read);
        assertThat(cache.get(deny(allow("write")), Arch.X86_64, NewerCalls.DEFAULT_ACTION))
                .isNotSameAs(write);
    }

    @Test
    void manyThreadsMayAskAtOnce() {
        SeccompCache cache = new SeccompCache(8);
        List<String> names =
                List.of("read", "write", "open", "close", "stat", "fstat", "lseek", "mmap", "brk", "ioctl");

        List<SeccompFilter> filters = IntStream.range(0, 500)
                .parallel()
                .mapToObj(i -> cache.get(deny(allow(names.get(i % 10))), Arch.X86_64, NewerCalls.DEFAULT_ACTION))
                .toList();

        assertThat(filters).hasSize(500).doesNotContainNull();
        assertThat(cache.size()).isEqualTo(8);
    }

    @Test
    void aCacheThatKeepsNothingIsRefused() {
        assertThatThrownBy(() -> new SeccompCache(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFilterDoesNotLetItsBytesBeChanged() {
        SeccompFilter filter = SeccompCompiler.compile(deny(allow("read")), Arch.X86_64);
        byte[] before = filter.bpf();

        filter.bpf()[0] = 99;

        assertThat(filter.bpf()).isEqualTo(before).hasSize(filter.instructions() * 8);
        assertThat(filter).hasSameHashCodeAs(SeccompCompiler.compile(deny(allow("read")), Arch.X86_64));
    }
}
