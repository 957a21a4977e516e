#!/usr/bin/env bash
# The protocol's kernels as the product computes them, each beside other ways: parities, inner products, dealing, streams, boxes.
#   scripts/bench-kernels.sh [--rounds N] [--filter TEXT]
set -euo pipefail
source "$(dirname "$0")/setup.sh"
case "${1:-}" in -h | --help) sed -n '2,3s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
# Beside all else in the same build folder: only the benchmarks themselves are compiled anew.
export CORDON_BENCHMARKS=1
build_what="kernels' benchmarks" build --product KernelBenchmarks
"$root/.build/release/KernelBenchmarks" "$@"
