# shellcheck shell=bash
# What JUnit's XML files say, those of Maven, of JUnit's console and of CTest.

# The sum of an attribute of the test suites in JUnit's XML files.
sum() {
    local attribute=$1
    shift
    cat "$@" 2> /dev/null | tr '\n\t' '  ' | grep -o '<testsuite [^>]*>' | grep -o " $attribute=\"[0-9]*\"" |
        awk -F '"' '{ n += $2 } END { print n + 0 }'
}

# What JUnit's XML says of each skipped test, in an attribute or as the head of a stack trace; equal ones counted.
skip_reasons() {
    cat "$@" 2> /dev/null | sed -n '/<skipped/ {
        s/.*<skipped[^>]*message="\([^"]*\)".*/\1/; t found
        s/.*<!\[CDATA\[//; t found
        s/.*/no reason given/
        : found
        s/&#10;.*//; s/\]\]>.*//; s/&quot;/"/g; s/&apos;/'\''/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g
        s/^org\.opentest4j\.TestAbortedException: //; s/^Assumption failed: //
        p
    }' | sort | uniq -c | sed 's/^ *\([0-9]*\) /\1 × /'
}

# Of each test that failed its name, what it says first, and where it was.
failure_reasons() {
    cat "$@" 2> /dev/null | awk '
        function plain(text) {
            gsub(/(&#10;|&#13;|&#9;| )+/, " ", text); gsub(/&quot;/, "\"", text); gsub(/&apos;/, "\047", text)
            gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&amp;/, "\\&", text)
            return text
        }
        function attribute(name) {
            if (!match($0, " " name "=\"[^\"]*\"")) return ""
            return plain(substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4))
        }
        function tell() {
            if (what != "") print what (where == "" ? "" : " (" where ")")
            what = where = ""
        }
        /<testcase / {
            tell()
            test = attribute("name")
            owner = attribute("classname")
            if (owner == "" || owner == test) next # of CTest
            sub(/.*\./, "", owner)
            test = owner "." test
        }
        /<(failure|error)[ >]/ {
            what = attribute("message")
            if (what ~ /^ *$/) what = attribute("type")
            sub(/^ +/, "", what)
            what = test ": " substr(what, 1, 300)
        }
        what != "" && where == "" && match($0, /\([A-Za-z0-9_]*Test\.java:[0-9]+\)/) {
            where = substr($0, RSTART + 1, RLENGTH - 2)
        }
        END { tell() }'
}
