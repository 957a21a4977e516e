#!/usr/bin/env bash
# Runs the log's suite, the whole pipeline, its processes killed at random, and its REST front on a Kafka broker over TCP.
#   scripts/test-kafka.sh        installs and starts a broker; CORDON_TEST_BOOTSTRAP=host:port names an empty cluster instead
set -euo pipefail
source "$(dirname "$0")/setup.sh"
source "$(dirname "$0")/broker.sh"
case "${1:-}" in -h | --help) sed -n '2,3s/^# *//p' "$0"; exit 0 ;; esac
install_dependencies
build_all
start_broker
cd "$root"
# One at a time: the broker is one process, and the suites would wait for each other.
swift test -c release --skip-build --filter "EventLogTests|KafkaLogTests"
[ -z "${broker_pid:-}" ] || stop_broker
tests_on_kafka CrashTests/kafka CrashTests/zombie CrashTests/takeOverOnKafka RESTProcessTests/onKafka
