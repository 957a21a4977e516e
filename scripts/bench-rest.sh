#!/usr/bin/env bash
# Starts three parties and a member's agent with a REST front on this machine, and measures POST /v1/score with open-loop arrivals.
#   scripts/bench-rest.sh [RATE] [SECONDS]    requests a second, 300; seconds, 20
set -euo pipefail
source "$(dirname "$0")/setup.sh"
source "$(dirname "$0")/rest-consortium.sh"
case "${1:-}" in -h | --help) sed -n '2,3s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
build_bench
cd "$root"
start_rest_consortium --http-rate 0
CORDON_TOKEN=$token "$(bench_binary)" score --url "$url" --rate "${1:-300}" --seconds "${2:-20}"
