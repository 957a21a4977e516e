#!/usr/bin/env bash
# Measures this machine's bounds, the protocol alone, the whole pipeline from transaction to decision, the same pipeline in the
# clear, how the protocol's cost grows, and what networks with a round trip make of it (docs/performance.md).
#   scripts/bench.sh                   about eight minutes: one minute as fast as decisions come back, latency at several rates
#   scripts/bench.sh --quick           under a minute: the protocol and the two pipelines alone
#   scripts/bench.sh --json FILE       their figures as JSON; --svg FILE draws latency against load
#   scripts/bench.sh --compare FILE    exit 3 where a ratio fell by more than 10 % from a stored result's
# All options are those of `cordon-bench pipeline` (--help shows them).
set -euo pipefail
here=$PWD
source "$(dirname "$0")/setup.sh"
case "${1:-}" in -h) sed -n '2,8s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
build_bench
cd "$here"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
allocation_counter "$work/count.so"
pipeline() { "$(bench_binary)" pipeline --pipelines "$root/pipelines" --allocation-counter "$work/count.so" "$@"; }
for option in "$@"; do
    case "$option" in --help) pipeline "$@"; exit ;;
        --quick) "$(bench_binary)" pipeline --pipelines "$root/pipelines" "$@"; exit ;; esac
done
"$(bench_binary)" machine
code=0
pipeline "$@" || code=$?
[ $code = 0 ] || [ $code = 3 ] || exit $code
"$(bench_binary)" growth
SECONDS_EACH=3 "$root/scripts/bench-network.sh"
exit $code
