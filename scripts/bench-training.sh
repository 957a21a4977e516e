#!/usr/bin/env bash
# Training and validation on shares, three processes over mutual TLS, each result held against the same in the clear.
#   scripts/bench-training.sh              100 trees of depth 4 on 6,600 and on 60,000 rows of 590 bits, on the fewer at round trips of 10 and
#                                          40 ms, too; then two such models on 60,000 rows; about two minutes
#   scripts/bench-training.sh OPTIONS      one run with the options of `cordon-bench training` (--help shows them)
set -euo pipefail
here=$PWD
source "$(dirname "$0")/setup.sh"
case "${1:-}" in -h) sed -n '2,5s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
build_bench
cd "$here"
training() { "$(bench_binary)" training "$@"; }
if [ $# -gt 0 ]; then training "$@"; exit; fi
training --card
for trip in 10 40; do training --card --round-trip-ms "$trip"; done
# More rows need a bit less after the point to stay within the ring.
training --card --rows 60000 --fraction 10
"$(bench_binary)" validation
