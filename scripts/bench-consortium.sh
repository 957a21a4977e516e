#!/usr/bin/env bash
# What the consortium's features cost: the demo's simulated week with them and without, by turns, as fast as decisions come back.
# Each run holds every score against the model in the clear, or fails.
#   scripts/bench-consortium.sh [ROUNDS]
set -euo pipefail
source "$(dirname "$0")/setup.sh"
install_dependencies
build
rounds=${1:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root/pipelines" "$work/consortium"
cp -r "$root/pipelines" "$work/own"
cp "$work/own/features/card.yaml" "$work/own/features/card-consortium.yaml"

# A figure of a summary, from among those of the whole.
figure() { sed -n "s/^  \"$1\" : \([0-9.]*\).*/\1/p" "$2"; }

printf '%-8s%-14s%16s%10s%10s%14s%14s\n' round features "transactions/s" "p50 ms" "p99 ms" "bytes sent" "rounds"
for ((round = 1; round <= rounds; round++)); do
    for kind in own consortium; do
        summary="$work/$kind.json"
        "$(cordon_binary)" demo --dir "$work/demo-$kind" --pipelines "$work/$kind" --window 512 --summary "$summary" \
            >"$work/said" 2>&1 || { tail -20 "$work/said" >&2; exit 1; }
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
