#!/usr/bin/env bash
# Feeds damaged records to every parser for a while; what it finds can be run again by its seed.
#   scripts/fuzz.sh [SECONDS] [SEED]        seconds for each format
set -euo pipefail
source "$(dirname "$0")/setup.sh"
case "${1:-}" in -h | --help) sed -n '2,3s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
build_all
cd "$root"
export CORDON_FUZZ_SECONDS=${1:-60} CORDON_FUZZ_SEED=${2:-$RANDOM}
echo "== $CORDON_FUZZ_SECONDS s for each format, seed $CORDON_FUZZ_SEED"
swift test -c release --skip-build --filter FuzzTests
