/**
 * The OCI runtime configuration as immutable Java values, and the reader, writer and validator for it.
 *
 * <p>Records carry the names of the <a href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config.md">OCI
 * runtime specification 1.3</a>, Linux part. A member that is not in the JSON document is an empty {@code Optional}, an
 * empty list or an empty map; {@code null} is used nowhere. Lists and maps are unmodifiable and keep their order.
 *
 * <p>Everything here is pure: no system call is made, no root is needed, and any operating system will do.
 */
@NullMarked
package dev.libcontainer.spec;

import org.jspecify.annotations.NullMarked;
