#!/usr/bin/env bash
# Runs every attack of docs/THREATS.md against the real parties, agents and sessions, and says of each whether it is detected: all of
# Tests/AttackTests, and the suites of other modules that the page names.
#   scripts/attacks.sh [REGEX]        only those whose name matches
set -euo pipefail
source "$(dirname "$0")/setup.sh"
case "${1:-}" in -h | --help) sed -n '2,4s/^# *//p' "$0"; exit 0 ;; esac
cd "$root"
suites=$(grep -oE '`[A-Za-z]+Tests' docs/THREATS.md | tr -d '`' | sort -u)
for suite in $suites; do
    grep -rqE "(struct|class) $suite\b" Tests || { echo "attacks: docs/THREATS.md names $suite, which is not in Tests" >&2; exit 1; }
done
install_dependencies
build_all
swift test -c release --skip-build --filter "(AttackTests\.|\.($(tr '\n' '|' <<<"$suites" | sed 's/|$//'))/).*${1:-}"
