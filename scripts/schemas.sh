#!/usr/bin/env bash
# Makes Sources/Records/Generated from pipelines/schemas. Needs Debian's protobuf-compiler; builds the Swift plugin from
# the same swift-protobuf release that the product links. The result is committed, so nobody else needs to run this.
#   scripts/schemas.sh          write
#   scripts/schemas.sh --check  only tell whether what is committed is what the schemas say
set -euo pipefail
cd "$(dirname "$0")/.."
command -v protoc >/dev/null || { echo "schemas: protoc is missing; apt-get install protobuf-compiler" >&2; exit 1; }
swift package resolve >/dev/null
plugin=.build/checkouts/swift-protobuf
swift build -c release --package-path "$plugin" --scratch-path .build-protoc --product protoc-gen-swift >&2
bin=$(swift build -c release --package-path "$plugin" --scratch-path .build-protoc --show-bin-path)
out=Sources/Records/Generated
[ "${1:-}" = --check ] && out=$(mktemp -d)
mkdir -p "$out"
protoc --plugin="$bin/protoc-gen-swift" --proto_path=pipelines/schemas \
    --swift_opt=Visibility=Package --swift_opt=UseAccessLevelOnImports=true --swift_out="$out" pipelines/schemas/*.proto
if [ "${1:-}" = --check ]; then
    diff -r "$out" Sources/Records/Generated && echo "schemas: the generated code is up to date"
fi
