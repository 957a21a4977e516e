#!/usr/bin/env bash
# Starts a consortium and a member's desk, and works at the desk in a real browser (chromium): clicks, keys, two people at once, what supervisors do, a desk that is killed,
# hostile data, accessibility by axe-core (WCAG 2.2, A and AA), and the time from a payment to an alert in an open page. Also signs in at a provider
# of OpenID Connect that is another program (oidc-provider-mock, with PKCE by authlib).
#   scripts/test-console.sh [TESTS]            all, or those whose name has it
#   PICTURES=DIR scripts/test-console.sh       also writes the pictures that docs/DESK.md has
#   PAYMENTS=2000 scripts/test-console.sh      how many payments the time is measured on (300)
set -euo pipefail
source "$(dirname "$0")/setup.sh"
source "$(dirname "$0")/rest-consortium.sh"
case "${1:-}" in -h | --help) sed -n '2,7s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
install_packages chromium chromium-driver fonts-dejavu-core
build_all
cd "$root"
venv=.build/console-3
if [ ! -x "$venv/done" ]; then
    python3 -m venv --help >/dev/null 2>&1 && python3 -c "import ensurepip" 2>/dev/null || install_packages python3-venv
    echo "== installing selenium and axe-core"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "selenium>=4.30,<5" html5lib==1.1 oidc-provider-mock==0.3.4 "lxml>=5,<7"
    # Of this one the file of axe-core alone: what it depends on would bring another browser's driver.
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps axe-playwright-python==0.1.8
    # And of this one the schema of a recall.
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps camt-exceptions==0.0.20
    install -m 755 /dev/null "$venv/done"
fi
start_rest_consortium --http-rate 0 --http-deadline-ms 2000 --policy "$root/scripts/console/policy.yaml"
CORDON_BINARY=$binary DESK_WORK=$work AGENT_URL=$url AGENT_TOKEN=$token PYTHONPATH=scripts/console \
    "$venv/bin/python" scripts/console/run.py "$@"
