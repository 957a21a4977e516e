#!/usr/bin/env bash
# The scoring protocol over networks of several round trips: transactions a second, and a batch's median time.
#   scripts/bench-network.sh [MS...]            relays in the bench delay every byte; 0, 1, 10 and 40 ms
#   scripts/bench-network.sh --netem [MS...]    network namespaces on a bridge, delayed by the kernel (root, tc with netem)
# BATCH is a batch's transactions (128), SECONDS_EACH the seconds of each measurement (5).
set -euo pipefail
source "$(dirname "$0")/setup.sh"
case "${1:-}" in -h | --help) sed -n '2,5s/^# *//p' "$0"; exit 0 ;; esac
netem=
if [ "${1:-}" = --netem ]; then netem=1; shift; fi
trips=("$@")
[ ${#trips[@]} -gt 0 ] || trips=(0 1 10 40)
for trip in "${trips[@]}"; do
    [[ $trip =~ ^[0-9]+(\.[0-9]+)?$ ]] || { echo "cordon: a round trip is a number of milliseconds, not $trip" >&2; exit 2; }
done
space=cordon-$$
bridge=cordon$(($$ % 100000))
work=$(mktemp -d)

remove_namespaces() {
    for party in 0 1 2; do
        ip link del "$bridge-$party" 2>/dev/null || true
        ip netns del "$space-$party" 2>/dev/null || true
    done
    ip link del "$bridge" 2>/dev/null || true
}

# A namespace a party, joined by a bridge.
make_namespaces() {
    [ "$(id -u)" = 0 ] || { echo "cordon: --netem makes network namespaces, which only root may" >&2; exit 1; }
    command -v ip >/dev/null && command -v tc >/dev/null || { echo "cordon: --netem needs ip and tc; install iproute2" >&2; exit 1; }
    ip link add "$bridge" type bridge
    ip link set "$bridge" up
    for party in 0 1 2; do
        ip netns add "$space-$party"
        ip link add "$bridge-$party" type veth peer name eth0 netns "$space-$party"
        ip link set "$bridge-$party" master "$bridge" up
        ip -n "$space-$party" address add "10.77.0.$((party + 1))/24" dev eth0
        ip -n "$space-$party" link set lo up
        ip -n "$space-$party" link set eth0 up
    done
}

# Delays what each party sends by half a round trip.
delay_by() {
    for party in 0 1 2; do
        ip netns exec "$space-$party" tc qdisc del dev eth0 root 2>/dev/null || true
        [ "$1" = 0 ] && continue
        ip netns exec "$space-$party" tc qdisc add dev eth0 root netem limit 1000000 \
            delay "$(awk "BEGIN { print int($1 * 500) }")us" || {
            echo "cordon: this kernel has no netem (module sch_netem); without --netem the bench's own relays delay" >&2
            exit 1
        }
    done
}

figure() { sed -nE "s/^ *\"$1\" : ([0-9.]+).*/\1/p" "$work/figures.json" | head -1; }

trap 'rm -rf "$work"; [ -z "$netem" ] || remove_namespaces' EXIT
[ -z "$netem" ] || make_namespaces
install_dependencies
build_bench
rows=()
for trip in "${trips[@]}"; do
    if [ -n "$netem" ]; then delay_by "$trip"; network=(--namespaces "$space"); else network=(--round-trip-ms "$trip"); fi
    row=$trip
    for window in 4 1; do
        "$(bench_binary)" protocol --batch "${BATCH:-128}" --window $window --seconds "${SECONDS_EACH:-5}" \
            "${network[@]}" --json "$work/figures.json" >/dev/null
        row+=" $(figure transactionsPerSecond) $(figure p50)"
    done
    rows+=("$row")
done
echo "               four batches under way      one at a time"
echo "round trip ms      tx/s  batch p50 ms      tx/s  batch p50 ms"
printf '%s\n' "${rows[@]}" | awk '{ printf "%13s  %8d  %12.2f  %8d  %12.2f\n", $1, $2, $3, $4, $5 }'
