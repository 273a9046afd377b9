package dev.libcontainer.cgroup;

import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The texts of statistics files, asked for numbers. A file that was not there gives none. */
record StatText(Map<StatFile, String> texts) {

    StatText {
        texts = Map.copyOf(texts);
    }

    /** The only number of a file. */
    OptionalLong number(String controller, String file) {
        return word(controller, file, 0);
    }

    /** One of several numbers of a file with one line. */
    OptionalLong word(String controller, String file, int index) {
        String text = texts.getOrDefault(new StatFile(controller, file), "").strip();
        String[] words = text.split("\\s+");
        return text.isEmpty() || words.length <= index
                ? OptionalLong.empty()
                : OptionalLong.of(parse(file, words[index]));
    }

    /** The number behind a key in a file with lines of a key and a number. */
    OptionalLong keyed(String controller, String file, String key) {
        String text = texts.getOrDefault(new StatFile(controller, file), "");
        for (String line : text.split("\n")) {
            if (line.startsWith(key + " ")) {
                return OptionalLong.of(parse(file, line.substring(key.length()).strip()));
            }
        }
        return OptionalLong.empty();
    }

    /** All lines of a key and a number. */
    Map<String, Long> pairs(String controller, String file) {
        Map<String, Long> pairs = new TreeMap<>();
        for (String line : text(controller, file).split("\n")) {
            String[] words = line.strip().split("\\s+");
            if (words.length == 2) {
                pairs.put(words[0], parse(file, words[1]));
            }
        }
        return pairs;
    }

    /** The whole of a file; empty if it was not there. */
    String text(String controller, String file) {
        return texts.getOrDefault(new StatFile(controller, file), "");
    }

    private static long parse(String file, String word) {
        if (word.equals("max")) {
            return CgroupStats.UNLIMITED;
        }
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(file + ": \"" + word + "\" is no number", e);
        }
    }
}
