# shellcheck shell=bash
# For `run`: fetches Debian's source packages of runc and crun, builds what their suites need beside them, and makes the
# two images the bats suite wants. Everything lands in target/conformance and is made once.

# shellcheck disable=SC2154 # work and here are the caller's
sources=$work/sources

# The machine's own Debian archives as deb-src lines; its security mirrors keep no sources that a point release took over.
source_lines() {
    apt-get indextargets --format "\$(ORIGIN)|\$(LABEL)|\$(REPO_URI)|\$(RELEASE)|\$(COMPONENT)" 'Created-By: Packages' |
        awk -F '|' '$1 == "Debian" && $2 == "Debian" {
            print "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]", $3, $4, $5
        }' | sort -u
}

# apt with lists and a cache of its own: the machine's configuration stays as it is.
private_apt() {
    apt-get -q -o "Dir::Etc::SourceList=$work/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o "Dir::State::Lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache" -o APT::Sandbox::User=root "$@"
}

fetch_sources() {
    [[ -e $sources/.complete-2 ]] && return
    rm -rf "$sources" "$work/apt"
    mkdir -p "$sources" "$work/apt/lists/partial" "$work/apt/cache/archives/partial"
    source_lines > "$work/apt/sources.list"
    [[ -s $work/apt/sources.list ]] || fail "apt knows no Debian archive to take the sources of runc and crun from"
    private_apt update
    (cd "$sources" && private_apt source runc crun && private_apt source --download-only util-linux)
    mv "$sources"/runc-*/ "$sources/runc"
    mv "$sources"/crun-*/ "$sources/crun"
    mkdir "$sources/util-linux"
    tar -xf "$sources"/util-linux_*.orig.tar.xz -C "$sources/util-linux" --strip-components 1 \
        --wildcards '*/libmount/python/*' '*/include/*.h'
    rm -rf "$work/apt"
    touch "$sources/.complete-2"
}

# What runc's suite calls: both take a file descriptor over a socket, the one a terminal, the other a seccomp listener.
build_go_helpers() {
    local name directory
    for name in recvtty seccompagent; do
        directory=$sources/runc/contrib/cmd/$name
        [[ -x $directory/$name ]] && continue
        (cd "$directory" &&
            GO111MODULE=off GOFLAGS='' GOPATH=/usr/share/gocode GOCACHE="$work/gocache" go build -tags seccomp -o "$name" .)
    done
    rm -rf "$work/gocache"
}

# The program that crun's tests run inside containers.
build_init() {
    local directory=$sources/crun/tests
    [[ -x $directory/init ]] && return
    printf '#define HAVE_SECCOMP 1\n#define HAVE_ERROR_H 1\n' > "$directory/config.h"
    gcc -static -O1 -w -I "$directory" -o "$directory/init" "$directory/init.c" -lseccomp
}

# crun's tests of mounts read mountinfo by Python's libmount, which Debian has no package of.
build_python_libmount() {
    local from=$sources/util-linux/libmount/python to=$work/python/libmount
    [[ -e $to/__init__.py ]] && return
    rm -rf "$to"
    mkdir -p "$to"
    # shellcheck disable=SC2046 # words
    gcc -shared -fPIC -O1 -w $(python3-config --includes) -D_GNU_SOURCE -DPACKAGE_STRING='""' -I "$sources/util-linux/include" \
        -I /usr/include/libmount "$from"/*.c -o "$to/pylibmount.so" -lmount
    cp "$from/__init__.py" "$to/"
}

# A shared object that lets crun 1.8.1 load a device filter without CAP_SYS_RESOURCE: only peers are measured with it.
build_memlock_shim() {
    [[ -e $work/memlock.so ]] && return
    gcc -shared -fPIC -O1 -o "$work/memlock.so" "$here/memlock.c"
}

architecture() {
    case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) fail "neither x86_64 nor aarch64: $(uname -m)" ;;
    esac
}

pack() { # DIRECTORY ARCHIVE
    tar -C "$1" -cJf "$2.new" .
    mv "$2.new" "$2"
}

busybox_image() {
    local archive=$1 root=$work/busybox
    [[ -e $archive ]] && return
    rm -rf "$root"
    scripts/busybox-rootfs "$root"
    pack "$root" "$archive"
    rm -rf "$root"
}

debian_image() {
    local archive=$1 root=$work/debian
    [[ -e $archive ]] && return
    rm -rf "$root"
    debootstrap --variant=minbase bookworm "$root" "$(debian_mirror)"
    rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*
    pack "$root" "$archive"
    rm -rf "$root"
}

debian_mirror() {
    apt-get indextargets --format "\$(ORIGIN)|\$(LABEL)|\$(REPO_URI)" 'Created-By: Packages' |
        awk -F '|' '$1 == "Debian" && $2 == "Debian" { print $3; exit }'
}

prepare() { # SUITE…
    local testdata=$sources/runc/tests/integration/testdata
    fetch_sources
    if [[ " $* " == *' python '* ]]; then
        build_init
        build_python_libmount
        build_memlock_shim
    fi
    if [[ " $* " == *' bats '* ]]; then
        build_go_helpers
        busybox_image "$testdata/busybox-$(architecture).tar.xz"
        debian_image "$testdata/debian-$(architecture).tar.xz"
    fi
}
