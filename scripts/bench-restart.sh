#!/usr/bin/env bash
# Kills a member's agent (kill -9) that holds a million transactions in its windows, under load; starts it again at once, and
# measures the time from the kill until it has caught up with the stream.
#   scripts/bench-restart.sh [CUSTOMERS] [RUNS]    about 35 transactions of the agent's state a customer; 32000, 3
set -euo pipefail
source "$(dirname "$0")/setup.sh"
case "${1:-}" in -h | --help) sed -n '2,4s/^# *//p' "$0"; exit 0 ;; esac
customers=${1:-32000} runs=${2:-3}
install_dependencies
build_bench
cd "$root"
work=$(mktemp -d) victim=
trap 'kill $(jobs -p) $victim 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
export CORDON_LOG=sqlite:$work/log CORDON_LOG_LEVEL=error
cordon() { .build/release/cordon "$@"; }
roster=(--roster "$work/keys/roster.yaml")

cordon keys init --out "$work/keys" >"$work/out"
cordon topics create "${roster[@]}" >"$work/out"
cordon simulate --world handbook --customers "$customers" --terminals 50000 --days 31 --out "$work/data"
cordon model train --data "$work/data" --train 2026-01-10..2026-01-11 --out "$work/model"
cordon model deal --model "$work/model/model.json" "${roster[@]}" --keys "$work/keys/coordinator"
cordon backfill --member bank-a --keys "$work/keys/bank-a" --state "$work/state" --bins "$work/model/bins.json" --data "$work/data" \
    --days 2026-01-01..2026-01-30

# `exec`, so that what is killed is the program itself.
party() {
    exec .build/release/cordon score --party "$1" "${roster[@]}" --keys "$work/keys/$1" --authority "$work/keys/ca.pem" \
        --state "$work/$1.sqlite"
}
agent() {
    exec .build/release/cordon ingest --member bank-a "${roster[@]}" --validation pipelines/validation-replays.yaml --keys "$work/keys/bank-a" --state "$work/state" \
        --instance agent-1 --bins "$work/model/bins.json"
}
# Position and end of the agent's transactions, and how far it is behind in transactions and scores together.
place() {
    cordon lag "${roster[@]}" |
        awk '$1 == "bank-a.ingest" { at = $3; end = $4 } $1 ~ /^bank-a/ { lag += $5 } END { print at + 0, end, lag }'
}
# Has taken in what was written since (some came in before the kill, after the look), and is no further behind than a stream under load always is.
until_caught_up() {
    local at lag
    while read -r at _ lag < <(place) && ((at <= $1 + 200 || lag > 100)); do sleep 0.02; done
}

for party in party-0 party-1 party-2; do
    party "$party" 2>>"$work/errors" &
done
agent 2>>"$work/errors" &
victim=$!
disown
# The last day at 600 times its own speed: some 400 transactions a second, of which the agent has more than half.
cordon replay --data "$work/data" --days 2026-01-31..2026-01-31 --speed 600 >"$work/out" 2>&1 &
until_caught_up 100
for run in $(seq "$runs"); do
    sleep 4
    read -r _ end _ < <(place)
    start=$EPOCHREALTIME
    kill -9 "$victim"
    agent 2>>"$work/errors" &
    victim=$!
    disown
    until_caught_up "$end"
    awk -v run="$run" -v a="$start" -v b="$EPOCHREALTIME" \
        'BEGIN { printf "run %d: caught up %.2f s after the kill\n", run, b - a }'
done
