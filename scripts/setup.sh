# Sourced by the other scripts: installs what Debian has and a fresh machine lacks, and builds once for all commands.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

install_packages() {
    local missing=() sudo=""
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "== installing ${missing[*]}"
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq "${missing[@]}" >/dev/null
}

install_dependencies() {
    install_packages librdkafka-dev libsqlite3-dev libssl-dev libxml2 zlib1g-dev pkg-config gzip
    command -v swift >/dev/null || { echo "cordon: there is no swift on the PATH; install Swift 6.2 or newer from swift.org" >&2; exit 1; }
}

# Of a build's output, how far it is, every five seconds.
show_progress() {
    local line last=$SECONDS
    while IFS= read -r line; do
        if [[ $line == \[*/*\]* ]] && ((SECONDS - last >= 5)); then
            echo "   ${line%%]*}]"
            last=$SECONDS
        fi
    done
}

# Builds what the arguments name (of `swift build`), always in one configuration and folder: nothing is built twice, whichever
# command comes first.
build() {
    local start=$SECONDS log
    log=$(mktemp)
    echo "== building $build_what (a clean build takes some minutes, a second one seconds)"
    if ! (cd "$root" && swift build -c release "$@" 2>&1 | tee "$log" | show_progress); then
        grep -E "error|warning" "$log" | head -40 >&2
        tail -5 "$log" >&2
        exit 1
    fi
    echo "== built in $((SECONDS - start)) s"
    rm -f "$log"
}

# The program alone, all that the demo needs.
build_cordon() { build_what=cordon build --product cordon; }

# The benches, and the program that some of them start.
build_bench() {
    build_cordon
    build_what=cordon-bench build --product cordon-bench
}

# The simulated consortium.
build_simulate() { build_what=cordon-simulate build --product cordon-simulate; }

# Programs and tests.
build_all() { build_what="programs and tests" build --build-tests; }

# Compiles what counts the allocations of a process that is started with it (LD_PRELOAD).
allocation_counter() {
    install_packages gcc libc6-dev
    gcc -O2 -w -shared -fPIC -o "$1" "$root/scripts/count-allocations.c"
}

cordon_binary() { echo "$root/.build/release/cordon"; }
bench_binary() { echo "$root/.build/release/cordon-bench"; }
simulate_binary() { echo "$root/.build/release/cordon-simulate"; }
