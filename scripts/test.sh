#!/usr/bin/env bash
# Runs every test. Installs what is missing and builds first; the build is the demo's, too.
set -euo pipefail
source "$(dirname "$0")/setup.sh"
install_dependencies
build
cd "$root"
swift test -c release --skip-build "$@"
