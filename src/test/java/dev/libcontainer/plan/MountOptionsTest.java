package dev.libcontainer.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * All options of config.md, "Linux mount options", with the kernel's numbers (linux/mount.h): what each sets and clears
 * in the flags of mount(2) and in struct mount_attr.
 */
class MountOptionsTest {
    /** All MS_* that an option can clear, so that clearing shows. */
    private static final List<String> EVERYTHING = List.of(
            "ro",
            "nosuid",
            "nodev",
            "noexec",
            "sync",
            "mand",
            "dirsync",
            "nosymfollow",
            "nodiratime",
            "silent",
            "iversion",
            "lazytime");

    private static MountOptions parse(String... options) {
        return MountOptions.parse(List.of(options), "mounts[0].options");
    }

    private static int hex(String number) {
        return (int) (long) Long.decode(number);
    }

    @ParameterizedTest
    @CsvSource({
        // option, MS_* set, MOUNT_ATTR_* set, MOUNT_ATTR_* cleared
        "ro,           0x1,       0x1,      0x0",
        "nosuid,       0x2,       0x2,      0x0",
        "nodev,        0x4,       0x4,      0x0",
        "noexec,       0x8,       0x8,      0x0",
        "sync,         0x10,      0x0,      0x0",
        "remount,      0x20,      0x0,      0x0",
        "mand,         0x40,      0x0,      0x0",
        "dirsync,      0x80,      0x0,      0x0",
        "nosymfollow,  0x100,     0x200000, 0x0",
        "noatime,      0x400,     0x10,     0x70",
        "nodiratime,   0x800,     0x80,     0x0",
        "silent,       0x8000,    0x0,      0x0",
        "relatime,     0x200000,  0x0,      0x70",
        "iversion,     0x800000,  0x0,      0x0",
        "strictatime,  0x1000000, 0x20,     0x70",
        "lazytime,     0x2000000, 0x0,      0x0",
        "defaults,     0x0,       0x0,      0x0",
        "rw,           0x0,       0x0,      0x1",
        "suid,         0x0,       0x0,      0x2",
        "dev,          0x0,       0x0,      0x4",
        "exec,         0x0,       0x0,      0x8",
        "async,        0x0,       0x0,      0x0",
        "nomand,       0x0,       0x0,      0x0",
        "symfollow,    0x0,       0x0,      0x200000",
        "atime,        0x0,       0x0,      0x70",
        "diratime,     0x0,       0x0,      0x80",
        "loud,         0x0,       0x0,      0x0",
        "norelatime,   0x0,       0x0,      0x70",
        "noiversion,   0x0,       0x0,      0x0",
        "nostrictatime,0x0,       0x0,      0x70",
        "nolazytime,   0x0,       0x0,      0x0"
    })
    void anOptionIsTheKernelsBits(String option, String flags, String set, String clear) {
        MountOptions options = parse(option);

        assertThat(options.flags()).isEqualTo(hex(flags));
        assertThat(options.attributes().set()).isEqualTo(hex(set));
        assertThat(options.attributes().clear()).isEqualTo(hex(clear));
        assertThat(options.recursive().isEmpty()).isTrue();
        assertThat(options.data()).isEmpty();
        assertThat(options.bind()).isFalse();
        assertThat(options.propagation()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "rw, 0x1",
        "suid, 0x2",
        "dev, 0x4",
        "exec, 0x8",
        "async, 0x10",
        "nomand, 0x40",
        "symfollow, 0x100",
        "diratime, 0x800",
        "loud, 0x8000",
        "noiversion, 0x800000",
        "nolazytime, 0x2000000"
    })
    void anOptionTurnsOffWhatAnotherTurnedOn(String option, String bit) {
        List<String> all = new java.util.ArrayList<>(EVERYTHING);
        int before = MountOptions.parse(all, "").flags();
        all.add(option);

        assertThat(MountOptions.parse(all, "").flags()).isEqualTo(before & ~hex(bit));
    }

    @ParameterizedTest
    @CsvSource({
        "rro,           0x1,      0x0",
        "rnosuid,       0x2,      0x0",
        "rnodev,        0x4,      0x0",
        "rnoexec,       0x8,      0x0",
        "rnodiratime,   0x80,     0x0",
        "rnosymfollow,  0x200000, 0x0",
        "rnoatime,      0x10,     0x70",
        "rstrictatime,  0x20,     0x70",
        "rrelatime,     0x0,      0x70",
        "ratime,        0x0,      0x70",
        "rnorelatime,   0x0,      0x70",
        "rnostrictatime,0x0,      0x70",
        "rrw,           0x0,      0x1",
        "rsuid,         0x0,      0x2",
        "rdev,          0x0,      0x4",
        "rexec,         0x0,      0x8",
        "rdiratime,     0x0,      0x80",
        "rsymfollow,    0x0,      0x200000"
    })
    void anOptionForTheTreeIsMountAttributes(String option, String set, String clear) {
        MountOptions options = parse(option);

        assertThat(options.recursive().set()).isEqualTo(hex(set));
        assertThat(options.recursive().clear()).isEqualTo(hex(clear));
        assertThat(options.flags()).isZero();
        assertThat(options.attributes().isEmpty()).isTrue();
        assertThat(options.data()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "private, 0x40000, false", "rprivate, 0x40000, true", "slave, 0x80000, false", "rslave, 0x80000, true",
        "shared, 0x100000, false", "rshared, 0x100000, true", "unbindable, 0x20000, false", "runbindable, 0x20000, true"
    })
    void aPropagationIsNoFlagOfTheMount(String option, String propagation, boolean recursive) {
        MountOptions options = parse(option);

        assertThat(options.propagation()).isEqualTo(hex(propagation));
        assertThat(options.recursivePropagation()).isEqualTo(recursive);
        assertThat(options.flags()).isZero();
        assertThat(options.data()).isEmpty();
    }

    @Test
    void aBindMayTakeTheTreeWithIt() {
        assertThat(parse("bind").bind()).isTrue();
        assertThat(parse("bind").recursiveBind()).isFalse();
        assertThat(parse("rbind").bind()).isTrue();
        assertThat(parse("rbind").recursiveBind()).isTrue();
        assertThat(parse("rbind").data()).isEmpty();
    }

    @Test
    void whatIsNotKnownBelongsToTheFileSystem() {
        MountOptions options = parse("ro", "size=1m", "mode=755", "rsize=1024", "", "lowerdir=/a:/b");

        assertThat(options.data()).isEqualTo("size=1m,mode=755,rsize=1024,lowerdir=/a:/b");
        assertThat(options.flags()).isEqualTo(1);
    }

    @Test
    void theLastOfSeveralWins() {
        assertThat(parse("ro", "rw").flags()).isZero();
        assertThat(parse("rw", "ro").flags()).isEqualTo(1);
        assertThat(parse("ro", "rw").attributes()).isEqualTo(new MountAttributes(0, 1, 0));
        assertThat(parse("rw", "ro").attributes()).isEqualTo(new MountAttributes(1, 0, 0));
        assertThat(parse("noatime", "strictatime").flags()).isEqualTo(0x1000000);
        assertThat(parse("noatime", "strictatime").attributes()).isEqualTo(new MountAttributes(0x20, 0x70, 0));
        assertThat(parse("strictatime", "relatime").attributes()).isEqualTo(new MountAttributes(0, 0x70, 0));
        assertThat(parse("private", "rshared").propagation()).isEqualTo(0x100000);
        assertThat(parse("private", "rshared").recursivePropagation()).isTrue();
    }

    @Test
    void thePlanShowsOptionsByTheirNames() {
        assertThat(parse("ro", "nosuid", "noatime").attributes()).hasToString("ro,nosuid,noatime");
        assertThat(parse("rw", "suid").attributes()).hasToString("rw,suid");
        assertThat(MountOptions.flagNames(0x1 | 0x2 | 0x1000)).isEqualTo("ro,nosuid,bind");
    }
}
