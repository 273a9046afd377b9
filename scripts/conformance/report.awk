# What the verdicts on a runtime amount to, for `run`. Reads measured.tsv, exceptions.txt, the runtime's verdicts and vm.tsv;
# writes a summary (format=summary; exit status 1 if the runtime failed) or the page for docs (format=markdown).

FNR == 1 { ++source }
/^#/ || /^$/ { next }

source == 1 { # suite, file, test, what runc does, what crun does
    note($1, $2, $3)
    runc[$1, $2, $3] = $4
    crun[$1, $2, $3] = $5
    next
}
source == 2 { # suite:file | test | reason
    split($0, field, / *\| */)
    split(field[1], place, ":")
    exception[place[1], place[2], field[2]] = field[3]
    exceptions[++exception_count] = place[1] SUBSEP place[2] SUBSEP field[2]
    next
}
source == 4 { # suite, file, test, verdict in the virtual machine
    vm[$1, $2, $3] = $4
    vm_any[$1]
    next
}
$4 == "ran" {
    seconds[$1, $2] = $5
    total_seconds[$1] += $5
    note_file($1, $2)
    next
}
{
    note($1, $2, $3)
    verdict[$1, $2, $3] = $4
    reason[$1, $2, $3] = $5
}

function note_file(suite, file) {
    if (!((suite, file) in file_seen)) {
        file_seen[suite, file]
        if (!(suite in file_count)) suites[++suite_count] = suite
        files[suite, ++file_count[suite]] = file
    }
}

function note(suite, file, test) {
    note_file(suite, file)
    if (!((suite, file, test) in test_seen)) {
        test_seen[suite, file, test]
        tests[suite, file, ++test_count[suite, file]] = test
    }
}

# pass; skip; failed; excepted, with a reason of ours; nobody: no runtime passes it here.
function judged(suite, file, test,    key, said) {
    key = suite SUBSEP file SUBSEP test
    said = key in verdict ? verdict[key] : "absent"
    if (said == "pass") return "pass"
    if (said == "absent" && runc[key] != "pass" && crun[key] != "pass") return "skip"
    if (said == "skip" && runc[key] != "pass") return "skip"
    if (why(suite, file, test) != "") return "excepted"
    return runc[key] == "pass" || crun[key] == "pass" || !(key in runc) ? "failed" : "nobody"
}

function why(suite, file, test) {
    if ((suite, file, test) in exception) return exception[suite, file, test]
    return exception[suite, file, "*"]
}

# Of one file: pass/fail/skip, as numbers; which[key] holds a runtime's verdicts.
function counts(which, suite, file,    i, key, number) {
    number["pass"] = number["fail"] = number["skip"] = 0
    for (i = 1; i <= test_count[suite, file]; ++i) {
        key = suite SUBSEP file SUBSEP tests[suite, file, i]
        if (which[key] in number) {
            ++number[which[key]]
            ++sum[suite, which[key]]
        }
    }
    return number["pass"] "/" number["fail"] "/" number["skip"]
}

function classify(    s, f, t, suite, file, test, class) {
    for (s = 1; s <= suite_count; ++s) {
        suite = suites[s]
        for (f = 1; f <= file_count[suite]; ++f) {
            file = files[suite, f]
            if (!((suite, file) in seconds)) continue
            for (t = 1; t <= test_count[suite, file]; ++t) {
                test = tests[suite, file, t]
                class = judged(suite, file, test)
                ++number_of[suite, class]
                listed[class, ++list_count[class]] = suite SUBSEP file SUBSEP test
                if (class == "failed") ++failures
            }
        }
    }
}

# suite:file, test
function title(key,    part) {
    split(key, part, SUBSEP)
    return part[1] ":" part[2] ", " part[3]
}

function told(key) { return (key in verdict ? verdict[key] : "did not end") (reason[key] != "" ? ": " reason[key] : "") }

function summary(    i, s, suite, key, part) {
    for (i = 1; i <= list_count["failed"]; ++i) {
        key = listed["failed", i]
        print "FAILED " title(key) " (" told(key) "; runc: " peer(runc, key) ", crun: " peer(crun, key) ")"
    }
    for (i = 1; i <= exception_count; ++i) {
        if (verdict[exceptions[i]] == "pass") print "passes, and is in exceptions.txt: " title(exceptions[i])
    }
    for (s = 1; s <= suite_count; ++s) {
        suite = suites[s]
        if (!(suite in total_seconds)) continue
        printf "%s: %d passed, %d failed, %d skipped, %d excepted, %d that no runtime passes here; %d s\n", suite, \
            number_of[suite, "pass"], number_of[suite, "failed"], number_of[suite, "skip"], \
            number_of[suite, "excepted"], number_of[suite, "nobody"], total_seconds[suite]
    }
}

function peer(which, key) { return which[key] == "" ? "unknown" : which[key] }

function cell(text) {
    gsub(/\|/, "\\|", text)
    return text
}

function markdown(    s) {
    print "# Conformance\n"
    print "Written by `./test conformance`, which fetches the suites from Debian's source packages `runc` and `crun` and runs"
    print "each file alone. Numbers are pass/fail/skip. runc stands beside " runtime " on the same machine and with the same"
    print "view of cgroups; crun, which refuses cgroup v1 beside v2, with a view of cgroup v2 alone and helped over raising"
    print "RLIMIT_MEMLOCK. Peers are measured by `scripts/conformance/run --peers`.\n"
    for (s = 1; s <= suite_count; ++s) suite_table(suites[s])
    section("Failed", "Tests that a peer passes and " runtime " does not, without a reason.", "failed")
    section("Exceptions", "Tests that a peer passes and " runtime " does not, with the reason.", "excepted")
    section("Not to be passed here", "Tests that fail with every runtime on this machine.", "nobody")
}

function suite_table(suite,    f, file, also) {
    also = suite in vm_any
    print "## " (suite == "bats" ? "runc's integration tests (bats)" : "crun's tests (Python)") "\n"
    print "| file | " runtime (also ? " | in the VM" : "") " | runc | crun | " runtime ", seconds |\n|---|---|---|---|---|" (also ? "---|" : "")
    delete sum
    for (f = 1; f <= file_count[suite]; ++f) row[f] = "| " files[suite, f] " | " counts(verdict, suite, files[suite, f])
    totals = total(suite)
    if (also) {
        for (f = 1; f <= file_count[suite]; ++f) row[f] = row[f] " | " counts(vm, suite, files[suite, f])
        totals = totals " | " total(suite)
    }
    for (f = 1; f <= file_count[suite]; ++f) row[f] = row[f] " | " counts(runc, suite, files[suite, f])
    totals = totals " | " total(suite)
    for (f = 1; f <= file_count[suite]; ++f) {
        print row[f] " | " counts(crun, suite, files[suite, f]) " | " seconds[suite, files[suite, f]] " |"
    }
    print "| **all** | " totals " | " total(suite) " | " total_seconds[suite] " |\n"
    if (also) on_either(suite)
}

# How many tests pass on one machine or the other, and what becomes of each of the rest.
function on_either(suite,    f, t, file, test, key, all, passed, rest) {
    for (f = 1; f <= file_count[suite]; ++f) {
        file = files[suite, f]
        for (t = 1; t <= test_count[suite, file]; ++t) {
            test = tests[suite, file, t]
            key = suite SUBSEP file SUBSEP test
            if (test ~ /^\(|^\/dev\/null/) continue
            ++all
            if (verdict[key] == "pass" || vm[key] == "pass") ++passed
            else rest = rest "| " file " | " cell(test) " | " cell(remark(key)) " |\n"
        }
    }
    print "In the virtual machine, which has cgroups of version 2 only, runs what does not pass here (`scripts/conformance/run --vm`)."
    print "Passed on at least one of the two machines: " passed " of " all ". The rest:\n"
    print "| file | test | why |\n|---|---|---|\n" rest
}

function remark(key,    part, text) {
    split(key, part, SUBSEP)
    text = why(part[1], part[2], part[3])
    if (text != "") return text
    return "here: " told(key) "; in the VM: " (vm[key] != "" ? vm[key] : "not run") "; runc: " peer(runc, key) ", crun: " peer(crun, key)
}

function total(suite,    text) {
    text = "**" (sum[suite, "pass"] + 0) "/" (sum[suite, "fail"] + 0) "/" (sum[suite, "skip"] + 0) "**"
    delete sum
    return text
}

function section(heading, introduction, class,    i, key, part) {
    if (!list_count[class]) return
    print "## " heading "\n\n" introduction "\n"
    print "| file | test | " (class == "excepted" ? "reason" : "verdict") " |\n|---|---|---|"
    for (i = 1; i <= list_count[class]; ++i) {
        key = listed[class, i]
        split(key, part, SUBSEP)
        print "| " part[1] ":" part[2] " | " cell(part[3]) " | " \
            cell(class == "excepted" ? why(part[1], part[2], part[3]) : told(key)) " |"
    }
    print ""
}

END {
    classify()
    if (format == "markdown") markdown()
    else {
        summary()
        exit failures > 0
    }
}
