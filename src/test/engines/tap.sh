# shellcheck shell=bash
# For the engines' scripts: scenarios that are told as TAP.

scenario_number=0

# scenario TITLE COMMAND…: runs it in a subshell that ends with the first failing command; what it said follows if it fails.
scenario() {
    local title=$1 output status begun=${EPOCHREALTIME/./}
    shift
    output=$(set -eE; trap 'echo "line $LINENO: $BASH_COMMAND: $?"' ERR; "$@" 2>&1)
    status=$?
    ((++scenario_number))
    printf '%s %d - %s (%d ms)\n' "$( ((status == 0)) && echo ok || echo 'not ok')" "$scenario_number" "$title" \
        $(((${EPOCHREALTIME/./} - begun) / 1000))
    # shellcheck disable=SC2001 # every line
    if ((status != 0)); then sed 's/^/#   /' <<< "$output"; fi
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
    script -qefc "stty cols 90 rows 30; $(printf '%q ' "$@")" /dev/null < /dev/null | tr -d '\r'
}
