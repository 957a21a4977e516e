#!/usr/bin/env bash
# Kills, freezes and replaces the pipeline's processes at random moments under load for a while, then checks that each
# transaction was decided once with the right score.
#   scripts/crash.sh [SECONDS] [SEED]        with CORDON_TEST_BOOTSTRAP=host:port also on that Kafka broker
set -euo pipefail
source "$(dirname "$0")/setup.sh"
case "${1:-}" in -h | --help) sed -n '2,4s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
build
cd "$root"
CORDON_CRASH_SECONDS=${1:-60} CORDON_CRASH_SEED=${2:-$RANDOM} swift test -c release --skip-build --filter CrashTests
