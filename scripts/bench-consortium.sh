#!/usr/bin/env bash
# What the consortium's features cost: two simulated weeks of three banks' payments with windows over 1, 7 and 30 days of two kinds of
# tokens (terminals and payees), and the same weeks without them, by turns, as fast as decisions come back with 1,024 on
# their way.
# Each run holds every score against the model in the clear, or fails.
#   scripts/bench-consortium.sh [ROUNDS [DURABILITY]]
# DURABILITY is what the log survives: process, as in scripts/bench.sh (the default), or power, where every append waits for the disk.
set -euo pipefail
source "$(dirname "$0")/setup.sh"
install_dependencies
build_bench
rounds=${1:-3}
durability=${2:-process}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for kind in own consortium; do
    cp -r "$root/pipelines" "$work/$kind"
done
cp "$work/own/features/payments.yaml" "$work/own/features/card-consortium.yaml"
cp "$work/consortium/features/payments-consortium.yaml" "$work/consortium/features/card-consortium.yaml"
"$(cordon_binary)" simulate --world "$root/pipelines/worlds/consortium.yaml" --customers 3000 --days 77 --out "$work/data" >/dev/null

# A figure of a summary, from among those of the whole.
figure() { sed -n "s/^  \"$1\" : \([0-9.]*\).*/\1/p" "$2"; }

printf '%-8s%-14s%16s%10s%10s%14s%14s\n' round features "transactions/s" "p50 ms" "p99 ms" "bytes sent" "rounds"
for ((round = 1; round <= rounds; round++)); do
    for kind in own consortium; do
        summary="$work/$kind.json"
        "$(cordon_binary)" demo --dir "$work/demo-$kind" --pipelines "$work/$kind" --replay "$work/data" \
            --format "$root/pipelines/replays/simulated.yaml" --train 2026-02-10..2026-02-20 --test 2026-03-01..2026-03-14 \
            --window 1024 --durability "$durability" --summary "$summary" >"$work/said" 2>&1 || { tail -20 "$work/said" >&2; exit 1; }
        rate=$(figure tx_per_s "$summary")
        echo "$rate" >>"$work/$kind.rates"
        printf '%-8s%-14s%16.0f%10s%10s%14.0f%14.1f\n' "$round" "$kind" "$rate" \
            "$(sed -n '/^  "latency_ms"/,/}/s/.*"p50" : \([0-9]*\).*/\1/p' "$summary")" \
            "$(sed -n '/^  "latency_ms"/,/}/s/.*"p99" : \([0-9]*\).*/\1/p' "$summary")" \
            "$(figure sent_bytes_per_tx_party "$summary")" "$(figure rounds "$summary")"
    done
done
paste "$work/own.rates" "$work/consortium.rates" |
    awk '{ own += $1; shared += $2 } END { printf "with the consortium'"'"'s features: %.2f of the throughput without\n", shared / own }'
