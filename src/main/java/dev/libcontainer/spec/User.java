package dev.libcontainer.spec;

import java.util.List;
import java.util.OptionalInt;

/**
 * Who a process is, in ids of the container's user namespace.
 *
 * @param uid the user id, a uint32
 * @param gid the group id, a uint32
 * @param umask the file mode creation mask, 0 to 0777; absent leaves the inherited one
 * @param additionalGids supplementary group ids, each a uint32
 * @see <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md#user">config.md, User</a>
 */
public record User(long uid, long gid, OptionalInt umask, List<Long> additionalGids) {

    /** User 0 of group 0, no other group. */
    public static final User ROOT = new User(0, 0, OptionalInt.empty(), List.of());

    /** Keeps an unmodifiable copy of its list. */
    public User {
        additionalGids = List.copyOf(additionalGids);
    }
}
