#!/usr/bin/env bash
# Allocations a transaction and party in the scoring protocol alone: those of a longer run less those of a shorter one, so that
# what a start costs is not in them. The whole pipeline's are in scripts/bench.sh.
#   scripts/bench-allocations.sh [BATCH]     transactions a batch, 128
set -euo pipefail
source "$(dirname "$0")/setup.sh"
case "${1:-}" in -h | --help) sed -n '2,4s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
build_bench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
allocation_counter "$work/count.so"
# Transactions of a run, and its parties' allocations and bytes, all three together.
run() {
    mkdir "$work/$1"
    CORDON_ALLOCATIONS=$work/$1 LD_PRELOAD=$work/count.so "$(bench_binary)" protocol --batch "${batch}" --seconds "$1" \
        --json "$work/$1.json" >"$work/$1.out"
    sed -nE 's/^ *"transactionsPerSecond" : ([0-9.]+).*/\1/p' "$work/$1.json" | awk -v seconds="$1" '{ printf "%.0f ", $1 * seconds }'
    for file in "$work/$1"/*-party---party; do od -An -t u8 -w16 "$file"; done |
        awk '{ calls += $1; bytes += $2 } END { printf "%.0f %.0f\n", calls, bytes }'
}
batch=${1:-128}
read -r short_transactions short_calls short_bytes < <(run 1)
read -r long_transactions long_calls long_bytes < <(run 4)
awk -v n="$((long_transactions - short_transactions))" -v calls="$((long_calls - short_calls))" \
    -v bytes="$((long_bytes - short_bytes))" -v batch="$batch" 'BEGIN {
    printf "%.2f allocations of %.0f bytes in all a transaction and party: %.0f a batch of %d\n",
        calls / n / 3, bytes / n / 3, calls / n / 3 * batch, batch }'
