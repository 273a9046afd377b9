# shellcheck shell=bash disable=SC2016,SC2317,SC2154
# What podman and docker both do with a runtime; `engine` is the command, with its global options.

image=localhost/busybox:1
once=(engine run --rm --network none)
kept=(engine run --detach --network none)

state_of() { engine inspect --type container -f "{{.State.$2}}" "$1"; }
is_now() { [[ $(state_of "$1" Status) == "$2" ]]; } # CONTAINER STATUS
logged() { engine logs "$1" 2>&1 | grep -qF "$2"; }
sleeper() { "${kept[@]}" --name "$1" "${@:2}" "$image" sleep 987 > /dev/null; }
# podman's rm --force would first wait for the ten seconds a stop may take.
discard() { engine kill "$1" > /dev/null 2>&1 || :; engine rm --force "$1" > /dev/null; }

# ---- running --------------------------------------------------------------------------------------------------------

output_and_status() {
    is "$("${once[@]}" "$image" echo hi)" hi
    ends 7 "${once[@]}" "$image" sh -c 'exit 7'
}

standard_streams() {
    is "$(printf 'a\nb\n' | "${once[@]}" -i "$image" wc -l)" 2
    is "$("${once[@]}" "$image" sh -c 'echo out; echo err >&2' 2> /dev/null)" out
}

programs_that_cannot_run() {
    ends 127 "${once[@]}" "$image" /bin/no-such-program
    ends 127 "${once[@]}" "$image" no-such-program
    ends 126 "${once[@]}" "$image" /etc/passwd
}

terminal() {
    local said
    said=$(with_terminal "${once[@]}" -t "$image" sh -c 'tty; sleep 0.7; stty size')
    has "$said" /dev/
    has "$said" '30 90'
}

identity_and_place() {
    is "$("${once[@]}" -u 1000:1001 -w /tmp -e A=b "$image" sh -c 'echo $(id -u):$(id -g) $PWD $A')" '1000:1001 /tmp b'
    is "$("${once[@]}" -u www-data --group-add 8 "$image" sh -c 'echo $(id -u):$(id -G)')" '33:33 8'
    is "$("${once[@]}" --hostname somewhere "$image" hostname)" somewhere
}

# ---- a container's life ---------------------------------------------------------------------------------------------

detached() {
    "${kept[@]}" --name life "$image" sh -c 'trap "echo bye; exit 3" TERM; echo up; while :; do sleep 0.1; done' > /dev/null
    soon logged life up
    is "$(state_of life Status)" running
    [[ -d /proc/$(state_of life Pid) ]]
    engine stop -t 8 life > /dev/null
    is "$(state_of life Status) $(state_of life ExitCode)" 'exited 3'
    logged life bye
}

started_again() {
    engine start life > /dev/null
    soon is_now life running
    engine restart -t 0 life > /dev/null
    soon is_now life running
    engine kill life > /dev/null
    soon is_now life exited
    is "$(state_of life ExitCode)" 137
    discard life
}

signals() {
    "${kept[@]}" --name signalled "$image" \
        sh -c 'trap "echo usr1" USR1; trap "exit 9" QUIT; echo up; while :; do sleep 0.1; done' > /dev/null
    soon logged signalled up
    engine kill -s USR1 signalled > /dev/null
    soon logged signalled usr1
    engine kill -s QUIT signalled > /dev/null
    is "$(engine wait signalled)" 9
    discard signalled
}

restart_policy() {
    "${kept[@]}" --name again --restart on-failure:2 "$image" sh -c 'echo try; exit 1' > /dev/null
    tried_thrice() { (($(engine logs again | grep -c try) == 3)) && is_now again exited; }
    soon tried_thrice
    discard again
}

paused() {
    sleeper still
    engine pause still > /dev/null
    is "$(state_of still Status)" paused
    fails engine exec still true 2> /dev/null
    engine unpause still > /dev/null
    engine exec still true
    discard still
}

removed() {
    local id
    id=$("${kept[@]}" --stop-timeout 1 "$image" sleep 987)
    engine rm --force "$id" > /dev/null
    nothing_left() { [[ -z $(find /sys/fs/cgroup -name "*$id*" -print -quit) && -z $(grep "$id" /proc/mounts) ]]; }
    soon nothing_left
}

# ---- exec -----------------------------------------------------------------------------------------------------------

exec_status_and_streams() {
    sleeper inner
    is "$(engine exec inner echo hi)" hi
    ends 5 engine exec inner sh -c 'exit 5'
    ends "$no_such_program_in_exec" engine exec inner no-such-program
    is "$(echo in | engine exec -i inner cat)" in
}

exec_identity() {
    is "$(engine exec -u 1000:1001 -w /tmp -e A=b inner sh -c 'echo $(id -u):$(id -g) $PWD $A')" '1000:1001 /tmp b'
}

exec_terminal() {
    local said
    said=$(with_terminal engine exec -it inner sh -c 'tty; sleep 0.7; stty size; exit 4'; echo "status $?")
    has "$said" /dev/pts/
    has "$said" '30 90'
}

exec_detached() {
    engine exec -d inner sh -c 'echo done > /tmp/mark; exec sleep 654'
    soon engine exec inner grep done /tmp/mark
    has "$(engine top inner)" 'sleep 654'
    discard inner
}

# ---- limits ---------------------------------------------------------------------------------------------------------

# Prints memory, pids and cpu quota as the container sees them.
limits_script='cd /sys/fs/cgroup
    if [ -e cgroup.controllers ]; then echo $(cat memory.max pids.max cpu.max)
    else echo $(cat memory/memory.limit_in_bytes pids/pids.max cpu/cpu.cfs_quota_us cpu/cpu.cfs_period_us); fi'

limits() {
    is "$("${once[@]}" --memory 64m --pids-limit 17 --cpus 0.5 "$image" sh -c "$limits_script")" '67108864 17 50000 100000'
}

limits_updated() {
    sleeper fed --memory 64m --memory-swap 64m --pids-limit 17 --cpu-quota 50000
    engine update --memory 96m --memory-swap 96m --cpu-quota 30000 --cpu-period 100000 fed > /dev/null
    has "$(engine exec fed sh -c "$limits_script")" '100663296 17 30000 100000'
    discard fed
}

out_of_memory() {
    ends 137 engine run --name greedy --network none --memory 24m --memory-swap 24m "$image" tail /dev/zero
    is "$(state_of greedy ExitCode)" 137
    out_of_memory_is_known greedy
    discard greedy
}

too_many_processes() {
    has "$("${once[@]}" --pids-limit 5 "$image" sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done' 2>&1 || :)" "can't fork"
}

statistics() {
    sleeper measured --memory 64m
    has "$(engine stats --no-stream --format '{{.MemUsage}} {{.PIDs}}' measured)" ' / 6'
    discard measured
}

resource_limits() {
    is "$("${once[@]}" --ulimit nofile=123:456 --ulimit nproc=4096:4096 "$image" sh -c 'echo $(ulimit -Sn) $(ulimit -Hn)')" '123 456'
    is "$("${once[@]}" --oom-score-adj 500 "$image" cat /proc/self/oom_score_adj)" 500
}

cgroup_parent() {
    sleeper child --cgroup-parent /parent-of-child
    has "$(cat "/proc/$(state_of child Pid)/cgroup")" :/parent-of-child/
    discard child
}

# ---- files ----------------------------------------------------------------------------------------------------------

read_only() {
    ends 1 "${once[@]}" --read-only "$image" touch /x
    "${once[@]}" --read-only --tmpfs /scratch:size=1m "$image" touch /scratch/x
    has "$("${once[@]}" --tmpfs /scratch:size=1m "$image" dd if=/dev/zero of=/scratch/x bs=1M count=2 2>&1 || :)" 'No space'
}

volumes() {
    mkdir -p "$STATE/volume"
    echo given > "$STATE/volume/in"
    "${once[@]}" -v "$STATE/volume:/v" "$image" sh -c 'cp /v/in /v/out'
    is "$(cat "$STATE/volume/out")" given
    ends 1 "${once[@]}" -v "$STATE/volume:/v:ro" "$image" touch /v/x
    engine volume create named > /dev/null
    "${once[@]}" -v named:/v "$image" touch /v/kept
    is "$("${once[@]}" -v named:/v "$image" ls /v)" kept
    engine volume rm named > /dev/null
}

shared_memory() {
    has "$("${once[@]}" --shm-size 2m "$image" df -m /dev/shm)" ' 2 '
}

devices() {
    "${once[@]}" --device /dev/zero:/dev/nought:r "$image" sh -c 'head -c 4 /dev/nought > /dev/null'
    # The device may be named, but not opened.
    has "$("${once[@]}" --cap-add MKNOD "$image" sh -c 'mknod /tmp/log c 1 11 && cat /tmp/log' 2>&1 || :)" 'not permitted'
}

hidden_paths() {
    is "$("${once[@]}" "$image" cat /proc/keys)" ''
    ends 1 "${once[@]}" "$image" sh -c 'echo 1 > /proc/sys/kernel/shm_rmid_forced'
    is "$("${once[@]}" --sysctl kernel.shm_rmid_forced=1 "$image" cat /proc/sys/kernel/shm_rmid_forced)" 1
}

# ---- privilege ------------------------------------------------------------------------------------------------------

capabilities() {
    local bare=("${once[@]}" --cap-drop ALL)
    has "$("${bare[@]}" "$image" grep CapEff /proc/self/status)" 0000000000000000
    has "$("${bare[@]}" --cap-add NET_BIND_SERVICE "$image" grep CapEff /proc/self/status)" 0000000000000400
    has "$("${bare[@]}" --cap-add NET_BIND_SERVICE "$image" grep CapBnd /proc/self/status)" 0000000000000400
    has "$("${once[@]}" -u 1000 "$image" grep CapEff /proc/self/status)" 0000000000000000
    has "$("${once[@]}" --security-opt no-new-privileges "$image" grep NoNewPrivs /proc/self/status)" 1
}

seccomp() {
    cat > "$STATE/seccomp.json" << 'END'
{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}
END
    has "$("${once[@]}" --security-opt "seccomp=$STATE/seccomp.json" "$image" mkdir /x 2>&1 || :)" 'No space left'
    has "$("${once[@]}" "$image" grep Seccomp: /proc/self/status)" 2
    has "$("${once[@]}" --security-opt seccomp=unconfined "$image" grep Seccomp: /proc/self/status)" 0
}

shared_namespaces() {
    sleeper first --ipc shareable
    "${once[@]::3}" --network container:first --pid container:first --ipc container:first "$image" \
        sh -c 'ps | grep -q "sleep 98[7]" && [ -d /proc/1 ]'
    is "$("${once[@]::3}" --network host --pid host --uts host "$image" readlink /proc/self/ns/net)" \
        "$(readlink /proc/self/ns/net)"
    discard first
}

everything_alike() {
    scenario "run: output and exit status" output_and_status
    scenario "run: standard streams" standard_streams
    scenario "run: programs that cannot run, 126 and 127" programs_that_cannot_run
    scenario "run: terminal of the given size" terminal
    scenario "run: user, group, groups, directory, environment, host name" identity_and_place
    scenario "detached: logs, state, stop" detached
    scenario "detached: start again, restart, kill" started_again
    scenario "detached: signals, wait" signals
    scenario "detached: restart policy" restart_policy
    scenario "detached: pause, unpause" paused
    scenario "detached: rm --force leaves no cgroup and no mount" removed
    scenario "exec: status and streams" exec_status_and_streams
    scenario "exec: user, group, directory, environment" exec_identity
    scenario "exec: terminal of the given size" exec_terminal
    scenario "exec: detached; top" exec_detached
    scenario "limits: memory, pids, cpu as seen inside" limits
    scenario "limits: update" limits_updated
    scenario "limits: out of memory is reported" out_of_memory
    scenario "limits: pids" too_many_processes
    scenario "limits: stats" statistics
    scenario "limits: rlimits, oom score" resource_limits
    scenario "limits: parent of the cgroup" cgroup_parent
    scenario "files: read-only root, tmpfs" read_only
    scenario "files: volumes" volumes
    scenario "files: size of /dev/shm" shared_memory
    scenario "files: devices" devices
    scenario "files: hidden and read-only paths, sysctl" hidden_paths
    scenario "privilege: capabilities, no_new_privs" capabilities
    scenario "privilege: seccomp profiles" seccomp
    scenario "namespaces of another container and of the host" shared_namespaces
}
