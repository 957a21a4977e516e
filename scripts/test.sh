#!/usr/bin/env bash
# Runs every test. Installs what is missing and builds first; the build is the demo's, too.
set -euo pipefail
source "$(dirname "$0")/setup.sh"
install_dependencies
# Tokens in software, for the tests of PKCS11.
install_packages softhsm2
build_all
cd "$root"

# Tests by the given filter; what failed stands once more at the end, where it is looked for.
run_tests() {
    local said=.build/test-output.txt status=0
    swift test -c release --skip-build "$@" 2>&1 | tee "$said" || status=$?
    if [ $status -ne 0 ]; then
        printf '\nFailed:\n'
        grep -a -A1 -E '^✘ .* recorded an issue|^error: |: error: ' "$said" | grep -av '^--$' | cut -c 1-800 || tail -n 20 "$said"
        return $status
    fi
}

if [ $# -gt 0 ]; then
    run_tests "$@"
else
    # Tests of servers and feeds wait for tasks of Swift's pool, which has a thread a core; others block those threads.
    servers="^(IngestHTTPTests|HTTPFrontTests|DeskFrontTests)[.]"
    run_tests --filter "$servers"
    run_tests --skip "$servers"
fi
