# Sourced by the scripts that need a Kafka broker over TCP: where CORDON_TEST_BOOTSTRAP names none, installs and starts one
# (noida-db, loopback, an empty folder), and stops it when the script ends. Clients reach that one through kafka-proxy.py,
# which mends what it says of aborted transactions; `start_broker bare` is for benchmarks, which abort none.
# shellcheck shell=bash

start_broker() {
    if [ -n "${CORDON_TEST_BOOTSTRAP:-}" ]; then
        echo "== the broker is $CORDON_TEST_BOOTSTRAP"
        return
    fi
    local venv="$root/.build/noida-0.2.3" data port program bare=${1:-}
    if [ ! -x "$venv/bin/noida-db" ]; then
        python3 -m venv --help >/dev/null 2>&1 && python3 -c "import ensurepip" 2>/dev/null || install_packages python3-venv
        echo "== installing noida-db"
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check noida-db==0.2.3
    fi
    data=$(mktemp -d)
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    # The program itself: the package's script would outlive a signal to it by a child.
    program=$(echo "$venv"/lib/python3*/site-packages/noida_db/noida-db)
    chmod +x "$program"
    "$program" start --data-dir "$data" --only kafka --kafka-port "$port" >"$data/broker.log" 2>&1 &
    broker_pid=$!
    broker_data=$data
    proxy_pid=""
    trap stop_broker EXIT
    wait_for_broker "$broker_pid" "$data/broker.log" listens_on "$port"
    if [ "$bare" != bare ]; then
        python3 "$root/scripts/kafka-proxy.py" "$port" >"$data/proxy.port" 2>"$data/proxy.log" &
        proxy_pid=$!
        wait_for_broker "$proxy_pid" "$data/proxy.log" test -s "$data/proxy.port"
        port=$(cat "$data/proxy.port")
    fi
    export CORDON_TEST_BOOTSTRAP=127.0.0.1:$port
    echo "== a broker listens on $CORDON_TEST_BOOTSTRAP"
}

listens_on() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Waits until a command succeeds, ten seconds at most, and no longer than a process lives; then shows the process's log.
wait_for_broker() {
    local pid=$1 log=$2
    shift 2
    for _ in $(seq 100); do
        if "$@"; then return; fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    echo "the broker did not start:" >&2
    tail -20 "$log" >&2
    exit 1
}

# Runs each of these tests on Kafka, each on a broker of its own: their topics and groups have the same names.
tests_on_kafka() {
    local test given=${CORDON_TEST_BOOTSTRAP:-}
    for test in "$@"; do
        start_broker
        swift test -c release --skip-build --filter "$test"
        if [ -n "$given" ]; then
            echo "== one of these tests only: an empty cluster is empty once"
            return
        fi
        stop_broker
    done
}

stop_broker() {
    unset CORDON_TEST_BOOTSTRAP
    local pid
    for pid in ${proxy_pid:+"$proxy_pid"} "$broker_pid"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$broker_data"
}
