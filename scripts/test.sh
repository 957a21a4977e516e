#!/usr/bin/env bash
# Runs every test. Installs what is missing and builds first; the build is the demo's, too.
set -euo pipefail
source "$(dirname "$0")/setup.sh"
install_dependencies
# Tokens in software, for the tests of PKCS11.
install_packages softhsm2
build_all
cd "$root"
if [ $# -gt 0 ]; then
    swift test -c release --skip-build "$@"
else
    # Tests of servers and feeds wait for tasks of Swift's pool, which has a thread a core; others block those threads.
    servers="^(IngestHTTPTests|HTTPFrontTests|DeskFrontTests)[.]"
    swift test -c release --skip-build --filter "$servers"
    swift test -c release --skip-build --skip "$servers"
fi
