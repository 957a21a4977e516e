#!/usr/bin/env bash
# Runs every attack of docs/THREATS.md against the real parties, agents and sessions, and says of each whether it is detected.
#   scripts/attacks.sh [REGEX]        only those whose name matches
set -euo pipefail
source "$(dirname "$0")/setup.sh"
case "${1:-}" in -h | --help) sed -n '2,3s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
build_all
cd "$root"
swift test -c release --skip-build --filter "AttackTests.*${1:-}"
