#!/usr/bin/env bash
# Allocations a transaction and party in the scoring protocol, counted under it (LD_PRELOAD): those of a longer run less those of
# a shorter one, so that what a start costs is not in them.
#   scripts/bench-allocations.sh [BATCH]     transactions a batch, 128
set -euo pipefail
source "$(dirname "$0")/setup.sh"
case "${1:-}" in -h | --help) sed -n '2,4s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
install_packages gcc libc6-dev
build
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/count.c" <<'C'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
static atomic_long calls, bytes;
static void count(size_t size) { calls++; bytes += size; }
void *malloc(size_t size) { count(size); return __libc_malloc(size); }
void *calloc(size_t n, size_t size) { count(n * size); return __libc_calloc(n, size); }
void *realloc(void *p, size_t size) { count(size); return __libc_realloc(p, size); }
void *aligned_alloc(size_t a, size_t size) { count(size); return __libc_memalign(a, size); }
int posix_memalign(void **p, size_t a, size_t size) { count(size); return (*p = __libc_memalign(a, size)) ? 0 : 12; }
__attribute__((destructor)) static void report(void) {
    char path[4096], line[4096] = {0};
    FILE *file = fopen("/proc/self/cmdline", "r");
    if (!file || !fread(line, 1, sizeof line - 1, file) || !memmem(line, sizeof line, "bench\0party", 11)) return;
    snprintf(path, sizeof path, "%s/%d", getenv("COUNTS"), getpid());
    if ((file = fopen(path, "w"))) { fprintf(file, "%ld %ld\n", calls, bytes); fclose(file); }
}
C
gcc -O2 -w -shared -fPIC -o "$work/count.so" "$work/count.c" -ldl
# Transactions of a run, and its parties' allocations and bytes, all three together.
run() {
    mkdir "$work/$1"
    COUNTS=$work/$1 LD_PRELOAD=$work/count.so "$(cordon_binary)" bench protocol --batch "${batch}" --seconds "$1" \
        --json "$work/$1.json" >"$work/$1.out"
    sed -nE 's/^ *"transactionsPerSecond" : ([0-9.]+).*/\1/p' "$work/$1.json" | awk -v seconds="$1" '{ printf "%.0f ", $1 * seconds }'
    awk '{ calls += $1; bytes += $2 } END { printf "%.0f %.0f\n", calls, bytes }' "$work/$1"/*
}
batch=${1:-128}
read -r short_transactions short_calls short_bytes < <(run 1)
read -r long_transactions long_calls long_bytes < <(run 4)
awk -v n="$((long_transactions - short_transactions))" -v calls="$((long_calls - short_calls))" \
    -v bytes="$((long_bytes - short_bytes))" -v batch="$batch" 'BEGIN {
    printf "%.2f allocations of %.0f bytes in all a transaction and party: %.0f a batch of %d\n",
        calls / n / 3, bytes / n / 3, calls / n / 3 * batch, batch }'
