package dev.libcontainer.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The options of one OCI mount (config.md, "Linux mount options"), sorted into what the kernel takes them as.
 *
 * @param flags MS_* of mount(2), for file systems and old kernels
 * @param attributes the same for mount_setattr(2), for binds, with the options that turn something off
 * @param recursive attributes of the whole tree ({@code rro} and its kin)
 * @param propagation MS_* or 0
 * @param recursivePropagation whether it is for the whole tree
 * @param bind whether this is a bind mount
 * @param copyUp whether a new tmpfs begins with a copy of what it covers
 * @param data what only the file system understands, comma separated
 */
record MountOptions(
        int flags,
        MountAttributes attributes,
        MountAttributes recursive,
        long propagation,
        boolean recursivePropagation,
        boolean bind,
        boolean recursiveBind,
        IdMap idMap,
        boolean copyUp,
        String data) {
    /** Whether ids are mapped where no mappings say so, and how far. */
    enum IdMap {
        NONE,
        TOP,
        TREE
    }

    static final int MS_RDONLY = 1;
    static final int MS_NOSUID = 2;
    static final int MS_NODEV = 4;
    static final int MS_NOEXEC = 8;
    static final int MS_REMOUNT = 32;
    static final int MS_BIND = 0x1000;
    static final int MS_REC = 0x4000;
    static final int MS_UNBINDABLE = 1 << 17;
    static final int MS_PRIVATE = 1 << 18;
    static final int MS_SLAVE = 1 << 19;
    static final int MS_SHARED = 1 << 20;
    static final int MS_NOSYMFOLLOW = 1 << 8;
    static final int MS_NOATIME = 1 << 10;
    static final int MS_NODIRATIME = 1 << 11;
    static final int MS_RELATIME = 1 << 21;
    static final int MS_STRICTATIME = 1 << 24;

    /** One word of the table: bits of mount(2) to set and clear, and the same of mount_setattr(2). */
    private record Word(int set, int clear, long attrSet, long attrClear, boolean attribute) {}

    private static final Map<String, Word> WORDS = new LinkedHashMap<>();
    private static final Map<String, Integer> PROPAGATIONS =
            Map.of("private", MS_PRIVATE, "slave", MS_SLAVE, "shared", MS_SHARED, "unbindable", MS_UNBINDABLE);

    private static void pair(String on, String off, int bit, long attribute) {
        WORDS.put(on, new Word(bit, 0, attribute, 0, attribute != 0));
        WORDS.put(off, new Word(0, bit, 0, attribute, attribute != 0));
    }

    private static void atime(String name, int bit, long attribute) {
        int all = MS_RELATIME | MS_STRICTATIME | MS_NOATIME;
        WORDS.put(name, new Word(bit, all & ~bit, attribute, MountAttributes.ATIME_FIELD, true));
    }

    static {
        pair("ro", "rw", MS_RDONLY, MountAttributes.RDONLY);
        pair("nosuid", "suid", MS_NOSUID, MountAttributes.NOSUID);
        pair("nodev", "dev", MS_NODEV, MountAttributes.NODEV);
        pair("noexec", "exec", MS_NOEXEC, MountAttributes.NOEXEC);
        pair("sync", "async", 16, 0);
        pair("mand", "nomand", 64, 0);
        WORDS.put("dirsync", new Word(128, 0, 0, 0, false));
        pair("nosymfollow", "symfollow", MS_NOSYMFOLLOW, MountAttributes.NOSYMFOLLOW);
        pair("nodiratime", "diratime", MS_NODIRATIME, MountAttributes.NODIRATIME);
        pair("silent", "loud", 1 << 15, 0);
        pair("iversion", "noiversion", 1 << 23, 0);
        pair("lazytime", "nolazytime", 1 << 25, 0);
        atime("noatime", MS_NOATIME, MountAttributes.NOATIME);
        atime("atime", 0, 0);
        atime("relatime", MS_RELATIME, 0);
        atime("norelatime", 0, 0);
        atime("strictatime", MS_STRICTATIME, MountAttributes.STRICTATIME);
        atime("nostrictatime", 0, 0);
        WORDS.put("defaults", new Word(0, 0, 0, 0, false));
        WORDS.put("remount", new Word(MS_REMOUNT, 0, 0, 0, false));
    }

    /** Sorts options; {@code path} is that of the list, for errors. */
    static MountOptions parse(List<String> options, String path) {
        Parser parser = new Parser();
        for (int i = 0; i < options.size(); i++) {
            parser.add(options.get(i));
        }
        return parser.result();
    }

    private static final class Parser {
        private int flags;
        private MountAttributes attributes = MountAttributes.NONE;
        private MountAttributes recursive = MountAttributes.NONE;
        private int propagation;
        private boolean recursivePropagation;
        private boolean bind;
        private boolean recursiveBind;
        private IdMap idMap = IdMap.NONE;
        private boolean copyUp;
        private final List<String> data = new ArrayList<>();

        void add(String option) {
            Word word = WORDS.get(option);
            String inner = option.startsWith("r") ? option.substring(1) : "";
            Word innerWord = WORDS.get(inner);
            if (word != null) {
                flags = (flags & ~word.clear) | word.set;
                attributes = attributes.plus(new MountAttributes(word.attrSet, word.attrClear, 0));
            } else if (option.equals("bind") || option.equals("rbind")) {
                bind = true;
                recursiveBind |= option.equals("rbind");
            } else if (PROPAGATIONS.containsKey(option) || PROPAGATIONS.containsKey(inner)) {
                recursivePropagation = !PROPAGATIONS.containsKey(option);
                propagation = PROPAGATIONS.getOrDefault(option, PROPAGATIONS.getOrDefault(inner, 0));
            } else if (innerWord != null && innerWord.attribute) {
                recursive = recursive.plus(new MountAttributes(innerWord.attrSet, innerWord.attrClear, 0));
            } else if (option.equals("idmap") || option.equals("ridmap") || IdMapOption.isOne(option)) {
                idMap = option.startsWith("ridmap") ? IdMap.TREE : IdMap.TOP;
            } else if (option.equals("tmpcopyup")) {
                copyUp = true;
            } else if (!option.isEmpty()) {
                data.add(option);
            }
        }

        MountOptions result() {
            return new MountOptions(
                    flags,
                    attributes,
                    recursive,
                    propagation,
                    recursivePropagation,
                    bind,
                    recursiveBind,
                    idMap,
                    copyUp,
                    String.join(",", data));
        }
    }

    /** All words that are no data of a file system. */
    static Set<String> words() {
        Set<String> words = new TreeSet<>(WORDS.keySet());
        words.addAll(List.of("bind", "rbind", "idmap", "ridmap", "tmpcopyup"));
        for (Map.Entry<String, Word> entry : WORDS.entrySet()) {
            if (entry.getValue().attribute) {
                words.add("r" + entry.getKey());
            }
        }
        for (String propagation : PROPAGATIONS.keySet()) {
            words.add(propagation);
            words.add("r" + propagation);
        }
        return words;
    }

    static String propagationName(long flags) {
        String prefix = (flags & MS_REC) != 0 ? "r" : "";
        for (Map.Entry<String, Integer> entry : PROPAGATIONS.entrySet()) {
            if ((flags & entry.getValue()) != 0) {
                return prefix + entry.getKey();
            }
        }
        return "0x" + Long.toHexString(flags);
    }

    static String flagNames(int flags) {
        List<String> names = new ArrayList<>();
        names.add((flags & MS_RDONLY) != 0 ? "ro" : "rw");
        WORDS.forEach((name, word) -> {
            if (word.set != 0 && (flags & word.set) == word.set && !names.contains(name) && word.set != MS_RDONLY) {
                names.add(name);
            }
        });
        if ((flags & MS_BIND) != 0) {
            names.add("bind");
        }
        return String.join(",", names);
    }
}
