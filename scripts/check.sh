#!/usr/bin/env bash
# Format and lint, the rules of the layout, and what else can be checked without a build.
#   scripts/check.sh            tell
#   scripts/check.sh --fix      wrap comments and format, in place
#   scripts/check.sh --schemas  also hold the generated code against the schemas (needs protoc, builds its plugin)
set -euo pipefail
cd "$(dirname "$0")/.."
mapfile -t sources < <(git ls-files -co --exclude-standard '*.swift' | grep -v '/Generated/')
if swift format --version >/dev/null 2>&1; then
    if [ "${1:-}" = --fix ]; then scripts/wrap-comments.py "${sources[@]}"; swift format format --in-place "${sources[@]}"; fi
    swift format lint --strict "${sources[@]}"
else
    echo "check: this toolchain has no swift-format; layout is not checked" >&2
fi
for script in scripts/*.sh .ci/run; do bash -n "$script"; done
if command -v python3 >/dev/null; then
    python3 scripts/check-rules.py
else
    echo "check: this machine has no python3; the layout's rules are not checked" >&2
fi
# Links between pages lead somewhere.
broken=0
while IFS=: read -r page link; do
    target=$(dirname "$page")/${link%%#*}
    [ -e "$target" ] || { echo "check: $page links to $link, which is not there" >&2; broken=1; }
done < <(git ls-files '*.md' | xargs grep -oHE '\]\([^)#][^)]*\)' | sed -E 's/\]\(([^)]*)\)/\1/' | grep -vE ':https?:')
[ "$broken" = 0 ] || exit 1
if [ "${1:-}" = --schemas ]; then scripts/schemas.sh --check; fi
echo "check: all well"
