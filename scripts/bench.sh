#!/usr/bin/env bash
# Measures the protocol alone, the whole pipeline from transaction to decision, and the same pipeline in the clear.
#   scripts/bench.sh                   about five minutes: one minute as fast as decisions come back, latency at several rates
#   scripts/bench.sh --quick           under a minute
#   scripts/bench.sh --json FILE       the figures as JSON; --svg FILE draws latency against load
#   scripts/bench.sh --compare FILE    exit 3 where a ratio fell by more than 10 % from a stored result's
# All options are those of `cordon bench pipeline` (--help shows them).
set -euo pipefail
here=$PWD
source "$(dirname "$0")/setup.sh"
case "${1:-}" in -h) sed -n '2,7s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
build
cd "$here"
exec "$(cordon_binary)" bench pipeline --pipelines "$root/pipelines" "$@"
