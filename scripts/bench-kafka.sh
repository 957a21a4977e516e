#!/usr/bin/env bash
# Cordon's Kafka wrapper against raw librdkafka, in one run on one broker: records of 400 bytes, written durably
# (acks=all, idempotent) as fast as can be, and read by another process meanwhile. The raw figures are of librdkafka's own
# performance program, whose source Debian's librdkafka-dev brings.
#   scripts/bench-kafka.sh [RUNS]        5
set -euo pipefail
source "$(dirname "$0")/setup.sh"
source "$(dirname "$0")/broker.sh"
case "${1:-}" in -h | --help) sed -n '2,5s/^# *//p' "$0"; exit 0 ;; esac
runs=${1:-5}
install_dependencies
install_packages gcc libc6-dev python3
build_bench
cd "$root"
source_file=/usr/share/doc/librdkafka-dev/examples/rdkafka_performance.c
[ -e "$source_file" ] || { echo "bench-kafka: $source_file is missing (a system without /usr/share/doc?)" >&2; exit 1; }
work=$(mktemp -d)
# The program is written for librdkafka's own tree: what it takes from there is these few lines.
mkdir "$work/src" "$work/examples"
cp "$source_file" "$work/examples/"
cat >"$work/src/rd.h" <<'C'
#pragma once
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
typedef int64_t rd_ts_t;
#define RD_MAX(a, b) ((a) > (b) ? (a) : (b))
#define RD_MIN(a, b) ((a) < (b) ? (a) : (b))
#define rd_snprintf snprintf
static inline rd_ts_t rd_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (rd_ts_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
C
echo '#include "../src/rd.h"' | tee "$work/examples/rd.h" >"$work/examples/rdtime.h"
echo '#include <librdkafka/rdkafka.h>' >"$work/examples/rdkafka.h"
gcc -O2 -w -I"$work/examples" -o "$work/raw" "$work/examples/rdkafka_performance.c" -lrdkafka -lm

bytes=400
# That broker answers a fetch with all that a partition has, so answers may be large.
large=receive.message.max.bytes=1000000000
raw() { "$work/raw" -b "$CORDON_TEST_BOOTSTRAP" -p 0 -q -X "$large" "$@" 2>&1; }
# The last line's messages a second.
rate() { grep -oE '[0-9]+ msgs/s' | tail -1 | cut -d' ' -f1; }
figure() { python3 -c 'import json, sys; print(int(json.load(open(sys.argv[1]))[sys.argv[2]]))' "$work/ours.json" "$1"; }
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for run in $(seq "$runs"); do
    # A broker a run: the one that this installs gets slower as it fills.
    start_broker bare >"$work/out"
    trap 'stop_broker; rm -rf "$work"' EXIT
    .build/release/cordon-bench log --log "kafka:$CORDON_TEST_BOOTSTRAP" --log-property "$large" --seconds 1 --bytes "$bytes" --batch 1000 \
        --writers 4 --readers 1 --rate 1000 --json "$work/ours.json" >"$work/out" 2>&1 || { cat "$work/out" >&2; exit 1; }
    written=$(figure written_per_s) read=$(figure read_per_s) count=$(figure records)
    raw -P -t raw.records -s "$bytes" -c 1 >"$work/out"
    raw -C -t raw.records -o end -c "$count" -B 1000 >"$work/raw-read" &
    reader=$!
    sleep 1.5
    raw_written=$(raw -P -t raw.records -s "$bytes" -c "$count" -a -1 -X linger.ms=2 -X enable.idempotence=true | rate)
    wait "$reader"
    raw_read=$(rate <"$work/raw-read")
    printf 'run %d: %d records; written %d/s, raw %d/s; read meanwhile %d/s, raw %d/s\n' \
        "$run" "$count" "$written" "$raw_written" "$read" "$raw_read"
    awk -v a="$written" -v b="$raw_written" 'BEGIN { print a / b }' >>"$work/written"
    awk -v a="$read" -v b="$raw_read" 'BEGIN { print a / b }' >>"$work/read"
    stop_broker
done
trap - EXIT
printf 'of raw librdkafka, median of %d runs: written %.2f, read %.2f\n' \
    "$runs" "$(median <"$work/written")" "$(median <"$work/read")"
rm -rf "$work"
