# Sourced by the scripts that need a consortium with a REST front: three parties, and bank-a's agent on a port that is free,
# in a folder that goes when the script ends.
# shellcheck shell=bash

# Sets work, url and token. Arguments are further options of the agent.
start_rest_consortium() {
    local party port
    work=$(mktemp -d)
    trap 'kill $(jobs -p) 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
    export CORDON_LOG=sqlite:$work/log CORDON_LOG_LEVEL=notice
    local roster=(--roster "$work/keys/roster.yaml")
    {
        echo "consortium: rest"
        echo "epoch: 1"
        echo "parties:"
        for party in 0 1 2; do
            port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
            echo "  - { name: party-$party, host: 127.0.0.1, port: $port }"
        done
        echo "members: [bank-a, bank-b, bank-c]"
        echo "event_time: unlimited"
    } >"$work/consortium.yaml"
    # A list, so that the first failure ends it.
    {
        cordon keys init --consortium "$work/consortium.yaml" --out "$work/keys" &&
            cordon topics create "${roster[@]}" &&
            cordon simulate --customers 500 --terminals 100 --days 20 --seed 5 --out "$work/data" &&
            cordon model train --data "$work/data" --train 2026-01-10..2026-01-16 --out "$work/model" &&
            cordon model deal --model "$work/model/model.json" "${roster[@]}" --keys "$work/keys/coordinator" &&
            token=$(cordon keys token --client bench --file "$work/tokens.yaml")
    } >"$work/setup.log" 2>&1 || { cat "$work/setup.log" >&2; exit 1; }
    for party in party-0 party-1 party-2; do
        "$binary" score --party "$party" "${roster[@]}" --keys "$work/keys/$party" --authority "$work/keys/ca.pem" \
            --state "$work/$party.sqlite" 2>>"$work/$party.log" &
    done
    "$binary" ingest --member bank-a "${roster[@]}" --keys "$work/keys/bank-a" --state "$work/state" --instance agent-1 \
        --bins "$work/model/bins.json" --validation pipelines/validation-replays.yaml --http 127.0.0.1:0 --http-tokens "$work/tokens.yaml" "$@" 2>>"$work/agent.log" &
    agent=$!
    for _ in $(seq 300); do
        port=$(sed -nE 's/.*port=([0-9]+).*http listening.*/\1/p' "$work/agent.log" | head -1)
        [ -z "$port" ] || break
        kill -0 "$agent" 2>/dev/null || break
        sleep 0.1
    done
    [ -n "$port" ] || { cat "$work/agent.log" >&2; exit 1; }
    url=http://127.0.0.1:$port
    echo "== bank-a's agent listens on $url"
}

# In the background the program itself is started, so that a signal to the job is one to it.
binary=$root/.build/release/cordon
cordon() { "$binary" "$@"; }
