# shellcheck shell=bash
# For the engines' scripts: scenarios that are told as TAP.

scenario_number=0
seconds_for_a_scenario=60

# scenario TITLE COMMAND…: runs it in a subshell that ends with the first failing command, and in a process group that is
# killed when it takes too long; what it said follows if it fails.
scenario() {
    local title=$1 status run alarm begun=${EPOCHREALTIME/./} said=$STATE/said
    shift
    set -m
    (
        set -eE
        trap 'echo "line $LINENO: $BASH_COMMAND: $?"' ERR
        "$@"
    ) > "$said" 2>&1 < /dev/null &
    run=$!
    set +m
    (
        sleep "$seconds_for_a_scenario" || exit
        echo "took too long, with these processes:" >> "$said"
        ps -eo pid,ppid,stat,wchan:20,etimes,args --forest | cut -c 1-180 >> "$said"
        kill -KILL -- "-$run"
    ) 2> /dev/null &
    alarm=$!
    disown "$alarm"
    wait "$run" 2> /dev/null
    status=$?
    { pkill -KILL -P "$alarm"; kill -KILL "$alarm"; } 2> /dev/null
    ((++scenario_number))
    printf '%s %d - %s (%d ms)\n' "$( ((status == 0)) && echo ok || echo 'not ok')" "$scenario_number" "$title" \
        $(((${EPOCHREALTIME/./} - begun) / 1000))
    if ((status != 0)); then sed 's/^/#   /' "$said"; fi
}

# is ACTUAL EXPECTED
is() {
    [[ $1 == "$2" ]] || { echo "expected '$2', got '$1'" && return 1; }
}

# has TEXT PART
has() {
    [[ $1 == *"$2"* ]] || { echo "expected '$2' in '$1'" && return 1; }
}

# ends STATUS COMMAND…: does it exit with this status?
ends() {
    local expected=$1 status=0
    shift
    "$@" || status=$?
    is "exit status $status" "exit status $expected"
}

# fails COMMAND…
fails() {
    if "$@"; then echo "should have failed: $*" && return 1; fi
}

# soon COMMAND…: within ten seconds
soon() {
    local attempt
    for ((attempt = 0; attempt < 100; ++attempt)); do
        if "$@" > /dev/null 2>&1; then return; fi
        sleep 0.1
    done
    echo "never came true: $*" && return 1
}

# with_terminal COMMAND…: its standard streams are a terminal of 90 columns; prints what it wrote there.
with_terminal() {
    SHELL=/bin/bash script -qefc "stty cols 90 rows 30; $(printf '%q ' "$@")" /dev/null < /dev/null | tr -d '\r'
}
