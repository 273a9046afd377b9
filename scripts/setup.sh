# shellcheck shell=bash
# For `run` and `test`: what the build needs, and how it gets here.

java_floor=17

fail() {
    echo "${0##*/}: $*" >&2
    exit 1
}

# Is this Debian package's tool here? It may well have come from elsewhere.
have() {
    case $1 in
    openjdk-17-jdk-headless) java_home > /dev/null ;;
    maven) command -v mvn > /dev/null ;;
    ninja-build) command -v ninja > /dev/null ;;
    libseccomp2) /sbin/ldconfig -p | grep -q 'libseccomp\.so\.2' ;;
    libseccomp-dev) [[ -e /usr/include/seccomp.h ]] ;;
    doctest-dev) [[ -e /usr/include/doctest/doctest.h || -e /usr/local/include/doctest/doctest.h ]] ;;
    gcc-aarch64-linux-gnu) command -v aarch64-linux-gnu-gcc > /dev/null ;;
    g++-aarch64-linux-gnu) command -v aarch64-linux-gnu-g++ > /dev/null ;;
    libmount-dev) [[ -e /usr/include/libmount/libmount.h ]] ;;
    python3-dev) command -v python3-config > /dev/null ;;
    libc6-dev) [[ -e /usr/include/stdio.h ]] ;;
    procps) command -v ps > /dev/null ;;
    iproute2) command -v ip > /dev/null ;;
    dpkg-dev) command -v dpkg-source > /dev/null ;;
    xz-utils) command -v xz > /dev/null ;;
    docker.io) [[ -x /usr/sbin/dockerd ]] ;; # the command may be somebody else's
    qemu-user-static) command -v qemu-aarch64-static > /dev/null ;;
    lxc) command -v lxc-start > /dev/null ;;
    systemd-container) command -v systemd-nspawn > /dev/null ;;
    bubblewrap) command -v bwrap > /dev/null ;;
    containernetworking-plugins) [[ -x /usr/lib/cni/bridge ]] ;;
    golang-go) command -v go > /dev/null ;;
    busybox-static | golang-*-dev) dpkg -s "$1" > /dev/null 2>&1 ;;
    *) command -v "$1" > /dev/null ;;
    esac
}

# Prints the directory of a JDK that is new enough: JAVA_HOME's, the one of `javac`, or one below /usr/lib/jvm.
java_home() {
    local home version homes=("${JAVA_HOME:-}")
    if command -v javac > /dev/null; then homes+=("$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")"); fi
    homes+=(/usr/lib/jvm/java-17-*)
    for home in "${homes[@]}"; do
        [[ -x $home/bin/javac && -f $home/release ]] || continue
        version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release")
        if ((version >= java_floor)); then
            echo "$home"
            return
        fi
    done
    return 1
}

# Installs the packages that are missing, with apt and as root; says so, or says what it needs.
need() {
    local package missing=()
    for package; do
        if ! have "$package"; then missing+=("$package"); fi
    done
    if ((${#missing[@]} > 0)); then
        command -v apt-get > /dev/null || fail "please install what these Debian packages hold: ${missing[*]}"
        local sudo=()
        if ((EUID != 0)); then
            sudo -n true 2> /dev/null || fail "missing here, and only root can install it: apt-get install ${missing[*]}"
            sudo=(sudo)
        fi
        echo "installing ${missing[*]}"
        local log
        log=$(mktemp)
        if ! { "${sudo[@]}" apt-get update -q &&
            "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -qy \
                --no-install-recommends "${missing[@]}"; } > "$log" 2>&1 < /dev/null; then
            tail -n 20 "$log" >&2
            fail "apt-get could not install ${missing[*]}; all of its output is in $log"
        fi
        rm -f "$log"
    fi
    JAVA_HOME=$(java_home) || fail "no JDK $java_floor or newer here"
    export JAVA_HOME
}
