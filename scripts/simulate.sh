#!/usr/bin/env bash
# Runs a whole consortium in one process through schedules of faults: scripts/simulate.sh [N [SEED]] [options of cordon-simulate].
# A schedule that fails is shrunk and written to failing-schedule.json; with --plant NAME a bug is planted, which is to be found.
set -euo pipefail
source "$(dirname "$0")/setup.sh"
install_dependencies
build_simulate
cd "$root"
# The order in which hash tables are gone through is the same in every run, so that a seed can be run again.
SWIFT_DETERMINISTIC_HASHING=1 "$(simulate_binary)" "$@"
