#!/usr/bin/env bash
# Scoring while the parties retrain: latency, throughput and processor time while they train on shares, hold the new model against the one in
# force, promote it, and roll it back; each decision is held against the model in force at its place in the log, in the clear.
#   scripts/bench-retraining.sh            transactions at 1,000/s, trained on 20,000 and validated on 10,000 of them; some minutes
#   scripts/bench-retraining.sh OPTIONS    the same with options of `cordon-bench retraining` (--help shows them)
set -euo pipefail
here=$PWD
source "$(dirname "$0")/setup.sh"
case "${1:-}" in -h) sed -n '2,6s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
build_bench
cd "$here"
"$(bench_binary)" retraining --pipelines "$root/pipelines" "$@"
