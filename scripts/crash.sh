#!/usr/bin/env bash
# Kills, freezes and replaces the pipeline's processes at random moments under load for a while, on the embedded log and on
# a Kafka broker, then checks that each transaction was decided once with the right score. Then kills a desk at 60 moments while
# people work at it, and checks that nothing of what they were told is lost.
#   scripts/crash.sh [SECONDS] [SEED]        seconds of each run; a seed gives the same choices
set -euo pipefail
source "$(dirname "$0")/setup.sh"
source "$(dirname "$0")/broker.sh"
case "${1:-}" in -h | --help) sed -n '2,5s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
build_all
cd "$root"
export CORDON_CRASH_SECONDS=${1:-60} CORDON_CRASH_SEED=${2:-$RANDOM}
echo "== runs of $CORDON_CRASH_SECONDS s, seed $CORDON_CRASH_SEED"
(unset CORDON_TEST_BOOTSTRAP && swift test -c release --skip-build --filter CrashTests)
tests_on_kafka CrashTests/kafka CrashTests/zombie CrashTests/takeOverOnKafka
"$(bench_binary)" desk-crash --kills 60 --seed "$CORDON_CRASH_SEED" --dir "$(mktemp -d)/desk"
