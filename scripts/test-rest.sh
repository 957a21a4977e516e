#!/usr/bin/env bash
# Starts a consortium and holds its REST front against pipelines/openapi/ingest.yaml with schemathesis, all checks.
#   scripts/test-rest.sh [EXAMPLES]    inputs a path and phase, 100; more find more
set -euo pipefail
source "$(dirname "$0")/setup.sh"
source "$(dirname "$0")/rest-consortium.sh"
case "${1:-}" in -h | --help) sed -n '2,3s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
build_all
cd "$root"
venv=.build/schemathesis-4.32.5
if [ ! -x "$venv/bin/schemathesis" ]; then
    python3 -m venv --help >/dev/null 2>&1 && python3 -c "import ensurepip" 2>/dev/null || install_packages python3-venv
    echo "== installing schemathesis"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.5
fi
start_rest_consortium --http-rate 0 --http-deadline-ms 2000
fetch() {
    CORDON_TOKEN=$token python3 -c '
import os, sys, urllib.request as u
request = u.Request(sys.argv[1], headers={"Authorization": "Bearer " + os.environ["CORDON_TOKEN"]})
sys.stdout.buffer.write(u.urlopen(request).read())' "$url/$1"
}
fetch openapi.yaml | cmp - pipelines/openapi/ingest.yaml
CORDON_TOKEN=$token SCHEMATHESIS_HOOKS=scripts/rest/hooks.py "$venv/bin/schemathesis" \
    --config-file scripts/rest/schemathesis.toml run pipelines/openapi/ingest.yaml --url "$url" --checks all \
    --max-examples "${1:-100}" --seed 1 --continue-on-failure --no-color | tee "$work/report"
# Everything was tried. Only the four paths of GET have no examples to send, and no path leads to another.
grep -q "6 selected / 6 total" "$work/report" || { echo "not every path was tried" >&2; exit 1; }
skips=$(grep -o "⏭.*" "$work/report" | tr -s ' ' | sort -u)
expected=$(printf '⏭ 4 skipped\n⏭ Stateful (not applicable)')
[ "$skips" = "$expected" ] || { printf 'skipped, and not known to be:\n%s\n' "$skips" >&2; exit 1; }
# What it sent went all the way; the fallback's answers are those of the short deadlines that it invents.
fetch metrics >"$work/metrics"
scored=$(awk '$1 ~ /^cordon_decisions_total/ { n += $2 } END { print n + 0 }' "$work/metrics")
degraded=$(awk '$1 ~ /^cordon_http_degraded_total/ { n += $2 } END { print n + 0 }' "$work/metrics")
echo "== $scored of its transactions were scored, $degraded answers were the fallback's"
[ "$scored" -gt 0 ]
