#!/usr/bin/env bash
# Three organisations set up a consortium, each in a folder of its own, as if on machines of their own: who makes which key, what is
# exchanged, what is checked. Everything that they exchange goes through DIR/post; after each step no private key is anywhere but with its
# owner. Then all roles run, and a day of transactions is scored.
#   ops/walkthrough.sh [DIR]      DIR must not be there yet; without it a temporary one is made, and removed
# CORDON names the program (default: .build/release/cordon, or cordon on the PATH).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export CORDON_PIPELINES=${CORDON_PIPELINES:-$root/pipelines}
cordon=${CORDON:-$root/.build/release/cordon}
[ -x "$cordon" ] || cordon=$(command -v cordon) || { echo "walkthrough: there is no cordon program; build it first" >&2; exit 1; }

if [ $# -gt 0 ]; then
    [ ! -e "$1" ] || { echo "walkthrough: $1 is there already; name a new folder" >&2; exit 1; }
    mkdir -p "$1"
    dir=$(cd "$1" && pwd)
else
    dir=$(mktemp -d)
fi
children=()
finish() {
    for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; done
    wait
    [ $# -gt 0 ] || rm -rf "$dir"
}
trap 'finish "$@"' EXIT

# What organisation runs which roles.
parties=([0]=north [1]=south [2]=east)
declare -A members=([bank-a]=north [bank-b]=south [bank-c]=east)
organisations="north south east"
for name in $organisations; do mkdir -m 700 "$dir/$name"; done
mkdir "$dir/post"
export CORDON_LOG="sqlite:$dir/log?durability=process" CORDON_LOG_LEVEL=warning
cd "$dir"

step=0
say() { step=$((step + 1)); printf '\n%d. %s\n' "$step" "$*"; }
# Runs a command as an organisation: in its folder, with what was posted in ../post.
as() {
    local name=$1
    shift
    echo "   [$name] cordon $*"
    (cd "$dir/$name" && "$cordon" "$@" | sed 's/^/      /')
}

# No line of a private key stands in a file of another organisation, or in what is exchanged.
hold() {
    local key owner line found
    while IFS= read -r key; do
        owner=${key#"$dir"/}
        owner=${owner%%/*}
        line=$(grep -v -e '^-' "$key" | head -1)
        # What no organisation has to itself is everybody's.
        found=$(grep -rlF -e "$line" "$dir" --include='*' 2>/dev/null | grep -v "^$dir/$owner/" || true)
        if [ -n "$found" ]; then
            echo "walkthrough: the private key ${key#"$dir"/} is also in ${found#"$dir"/}" >&2
            exit 1
        fi
    done < <(find "$dir" -name '*.key' -size +0)
    echo "   held: $(find "$dir" -name '*.key' | wc -l) private keys, each with its owner alone"
}

say "Each organisation makes its own keys. A card with the public halves goes to the others."
for number in 0 1 2; do
    as "${parties[number]}" keys party "party-$number" --out "keys/party-$number"
    cp "${parties[number]}/keys/party-$number/card.yaml" "post/party-$number.card.yaml"
done
for member in bank-a bank-b bank-c; do
    as "${members[$member]}" keys member "$member" --out "keys/$member"
    cp "${members[$member]}/keys/$member/card.yaml" "post/$member.card.yaml"
done
as east keys coordinator --out keys/coordinator
cp east/keys/coordinator/card.yaml post/coordinator.card.yaml
as north keys operator anna --out keys/anna
cp north/keys/anna/card.yaml post/anna.card.yaml
as south keys operator bernd --out keys/bernd
cp south/keys/bernd/card.yaml post/bernd.card.yaml
hold

say "They agree on terms: who takes part, and what each may ask."
# Any three ports; on machines of their own each party says where it is.
read -r one two three < <(shuf -i 20000-29999 -n 3 | paste -sd' ')
cat > post/consortium.yaml <<TERMS
consortium: three-organisations
epoch: 1
parties:
  - { name: party-0, host: 127.0.0.1, port: $one }
  - { name: party-1, host: 127.0.0.1, port: $two }
  - { name: party-2, host: 127.0.0.1, port: $three }
members: [bank-a, bank-b, bank-c]
budget: 1000000
# The day that is replayed below is long past.
event_time: unlimited
operators: [anna, bernd]
approvals: 1
TERMS
sed 's/^/      /' post/consortium.yaml

say "Each puts the roster together for itself, of the same cards. They read its digest out to each other."
cards=(post/*.card.yaml)
for name in $organisations; do
    mkdir "$name/roster"
    as "$name" keys roster --consortium ../post/consortium.yaml --out roster/roster.yaml "${cards[@]/#/../}"
done
cmp north/roster/roster.yaml south/roster/roster.yaml && cmp north/roster/roster.yaml east/roster/roster.yaml
echo "   the three rosters are the same"

say "Each holds its own private keys against it."
for name in $organisations; do
    for keys in "$name"/keys/*; do as "$name" keys check --roster roster/roster.yaml --keys "keys/$(basename "$keys")"; done
done
hold

say "The log: whoever runs it makes the topics, and gives each user its rights."
as east topics create --roster roster/roster.yaml
as east topics rights --roster roster/roster.yaml --user bank-a.agent
(cd east && "$cordon" topics rights --roster roster/roster.yaml --acls > "$dir/post/acls.sh")
echo "      ... $(grep -c '^kafka-acls' post/acls.sh) lines of kafka-acls.sh in post/acls.sh"

say "A first model, in shares: the coordinator trains it on simulated data, and seals a share to each party. Its bins are public."
as east simulate --world handbook --customers 150 --terminals 40 --days 20 --seed 5 --out data
as east model train --data data --train 2026-01-10..2026-01-16 --out model
as east model deal --model model/model.json --roster roster/roster.yaml --keys keys/coordinator
cp east/model/bins.json post/bins.json
hold

say "Every role starts, with its own organisation's folder alone."
start() {
    local name=$1 role=$2
    shift 2
    echo "   [$name] cordon $*"
    (cd "$dir/$name" && exec "$cordon" "$@" >"$role.log" 2>&1) &
    children+=($!)
}
for number in 0 1 2; do
    mkdir -p "${parties[number]}/state"
    start "${parties[number]}" "party-$number" score --party "party-$number" --roster roster/roster.yaml --authority roster/ca.pem \
        --keys "keys/party-$number" --state "state/party-$number.sqlite"
done
for member in bank-a bank-b bank-c; do
    start "${members[$member]}" "$member" ingest --member "$member" --roster roster/roster.yaml --keys "keys/$member" \
        --state "state/$member" --bins ../post/bins.json
done

say "A day of transactions, and their decisions."
as east replay --data data --days 2026-01-17..2026-01-17
# Records of all members' topics of a kind.
records() { "$cordon" topics list | awk -v end=".$1" 'substr($1, length($1) - length(end) + 1) == end { sum += $NF } END { print sum + 0 }'; }
wanted=$(($(find east/data -name '2026-01-17.csv' -exec cat {} + | wc -l) - 1))
waited=0
until [ "$(records decisions)" -ge "$wanted" ]; do
    for child in "${children[@]}"; do kill -0 "$child" 2>/dev/null || { tail -n 3 ./*/*.log >&2; exit 1; }; done
    waited=$((waited + 1))
    [ "$waited" -lt 240 ] || { echo "walkthrough: $(records decisions) decisions after two minutes" >&2; tail -n 3 ./*/*.log >&2; exit 1; }
    sleep 0.5
done
echo "   $wanted transactions, $(records decisions) decisions, $(records alerts) alerts"

say "Evidence: each hands out copies of its audit logs, and checks the others'."
kill "${children[@]}"
wait
children=()
cp ./*/state/*.audit post/
logs=(post/*.audit)
for name in $organisations; do as "$name" audit verify --roster roster/roster.yaml "${logs[@]/#/../}"; done
hold
printf '\nwalkthrough: three organisations, %s steps, no private key left its owner\n' "$step"
