# Sourced by the scripts that need a Kafka broker over TCP: where CORDON_TEST_BOOTSTRAP names none, installs and starts one
# (noida-db, loopback, an empty folder), and stops it when the script ends.
# shellcheck shell=bash

start_broker() {
    if [ -n "${CORDON_TEST_BOOTSTRAP:-}" ]; then
        echo "== the broker is $CORDON_TEST_BOOTSTRAP"
        return
    fi
    local venv="$root/.build/noida-0.2.3" data port
    if [ ! -x "$venv/bin/noida-db" ]; then
        python3 -m venv --help >/dev/null 2>&1 && python3 -c "import ensurepip" 2>/dev/null || install_packages python3-venv
        echo "== installing noida-db"
        python3 -m venv "$venv"
        "$venv/bin/pip" install --quiet --disable-pip-version-check noida-db==0.2.3
    fi
    data=$(mktemp -d)
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "$venv/bin/noida-db" start --data-dir "$data" --only kafka --kafka-port "$port" >"$data/broker.log" 2>&1 &
    broker_pid=$!
    broker_data=$data
    trap stop_broker EXIT
    for _ in $(seq 100); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            export CORDON_TEST_BOOTSTRAP=127.0.0.1:$port
            echo "== a broker listens on $CORDON_TEST_BOOTSTRAP"
            return
        fi
        kill -0 "$broker_pid" 2>/dev/null || break
        sleep 0.1
    done
    echo "the broker did not start:" >&2
    tail -20 "$data/broker.log" >&2
    exit 1
}

stop_broker() {
    kill "$broker_pid" 2>/dev/null || true
    wait "$broker_pid" 2>/dev/null || true
    rm -rf "$broker_data"
}
