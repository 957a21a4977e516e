#!/usr/bin/env bash
# Measures this machine's bounds, the protocol alone, the whole pipeline from transaction to decision, the same pipeline in the
# clear, how the protocol's cost grows, and what networks with a round trip make of it (docs/performance.md).
#   scripts/bench.sh                   about eight minutes: one minute as fast as decisions come back, latency at several rates
#   scripts/bench.sh --quick           under a minute: the protocol and the two pipelines alone
#   scripts/bench.sh --json FILE       their figures as JSON; --svg FILE draws latency against load
#   scripts/bench.sh --compare FILE    exit 3 where a ratio fell by more than 10 % from a stored result's
# All options are those of `cordon bench pipeline` (--help shows them).
set -euo pipefail
here=$PWD
source "$(dirname "$0")/setup.sh"
case "${1:-}" in -h) sed -n '2,8s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
build
cd "$here"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
allocation_counter "$work/count.so"
pipeline() { "$(cordon_binary)" bench pipeline --pipelines "$root/pipelines" --allocation-counter "$work/count.so" "$@"; }
for option in "$@"; do
    case "$option" in --help) pipeline "$@"; exit ;;
        --quick) "$(cordon_binary)" bench pipeline --pipelines "$root/pipelines" "$@"; exit ;; esac
done
"$(cordon_binary)" bench machine
code=0
pipeline "$@" || code=$?
[ $code = 0 ] || [ $code = 3 ] || exit $code
"$(cordon_binary)" bench growth
SECONDS_EACH=3 "$root/scripts/bench-network.sh"
exit $code
