#!/usr/bin/env bash
# Builds Cordon and runs a whole consortium on this machine: three banks, three scoring parties, live. Options are those
# of `cordon demo` (--help shows them), for instance --replay DIR --train FROM..TO --test FROM..TO --summary FILE.
set -euo pipefail
here=$PWD
source "$(dirname "$0")/setup.sh"
install_dependencies
build_cordon
cd "$here"
exec "$(cordon_binary)" demo --pipelines "$root/pipelines" "$@"
