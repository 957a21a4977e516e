#!/usr/bin/env python3
"""Test vectors of the two-round scoring protocol, computed step by step with NumPy, for Tests/Vectors/protocol-v1.

    python3 scripts/vectors/protocol_steps.py > Tests/Vectors/protocol-v1/steps.json     (needs numpy)

An independent computation of docs/PROTOCOL.md: party i holds components (i, i+1) of every value, bits are shared by XOR
and leaves by addition. The three scores' shares add up to the plain model's score, which is checked here, too. Bits are
packed least significant bit first; ring elements are decimal numbers.
"""
import json
import numpy as np

rng = np.random.default_rng(20180401)


def packed(bits):
    return np.packbits(bits.astype(np.uint8), axis=-1, bitorder="little").tobytes().hex()


def share_bits(x):
    a, b = (rng.integers(0, 2, x.shape, dtype=np.uint8) for _ in range(2))
    return [a, b, x ^ a ^ b]


def share_ring(x, width):
    a, b = (rng.integers(0, 2**width, x.shape, dtype=np.uint64) for _ in range(2))
    return [a, b, (x.astype(np.uint64) - a - b) % 2**width]


def case(trees, depth, bits, width, events):
    conditions, leaves = trees * depth, 2**depth
    asked = rng.integers(0, bits, conditions)
    selection = np.zeros((conditions, bits), np.uint8)
    selection[np.arange(conditions), asked] = 1
    bound = 2**(width - 1) // trees
    table = rng.integers(-bound, bound, (trees, leaves))
    w, v = share_bits(selection), share_ring(table % 2**width, width)
    x = rng.integers(0, 2, (events, bits), dtype=np.uint8)
    xs = share_bits(x)
    keys = [rng.integers(0, 2, (events, conditions), dtype=np.uint8) for _ in range(3)]
    zero = [keys[i] ^ keys[(i + 1) % 3] for i in range(3)]
    # Round 1: every party's masked condition bits.
    masked = []
    for i in range(3):
        j = (i + 1) % 3
        product = (w[i][None] & (xs[i] ^ xs[j])[:, None]) ^ (w[j][None] & xs[i][:, None])
        masked.append((product.sum(2) & 1).astype(np.uint8) ^ zero[i])
    weights = 1 << np.arange(depth)
    index = [(m.reshape(events, trees, depth) * weights).sum(2) for m in masked]
    # Round 2: the lookups of all three terms.
    modulus = 2**width
    streams, deals, answers = [], [], []
    total = [np.zeros(events, np.uint64) for _ in range(3)]
    for k in range(3):
        known = index[(k + 1) % 3] ^ index[(k + 2) % 3]
        one_hot = np.zeros((events, trees, leaves), np.uint64)
        np.put_along_axis(one_hot, known[..., None], 1, 2)
        f = rng.integers(0, modulus, one_hot.shape, dtype=np.uint64)
        g = (one_hot - f) % modulus
        permuted = np.take_along_axis(np.broadcast_to(v[k], one_hot.shape), np.arange(leaves) ^ index[k][..., None], 2)
        first = ((f * permuted) % modulus).sum((1, 2)) % modulus
        second = ((g * permuted) % modulus).sum((1, 2)) % modulus
        total[k] = (total[k] + first) % modulus
        total[(k - 1) % 3] = (total[(k - 1) % 3] + second) % modulus
        streams.append(f.reshape(events, -1).tolist())
        deals.append(g.reshape(events, -1).tolist())
        answers.append({"server": first.tolist(), "previous_server": second.tolist()})
    leaf = (x[:, asked].reshape(events, trees, depth) * weights).sum(2)
    plain = table[np.arange(trees), leaf].sum(1)
    assert ((sum(total) % modulus) == plain % modulus).all()
    return {
        "trees": trees, "depth": depth, "bits": bits, "ring_bits": width, "events": events,
        "selection": ["".join(packed(row) for row in part) for part in w],
        "leaves": [part.ravel().tolist() for part in v],
        "input": [[packed(row) for row in part] for part in xs],
        "zero_share": [[packed(row) for row in part] for part in zero],
        "masked_conditions": [[packed(row) for row in part] for part in masked],
        "stream": streams, "deal": deals, "answer": answers,
        "score_share": [part.tolist() for part in total], "score": plain.tolist(),
    }


print(json.dumps({
    "source": "scripts/vectors/protocol_steps.py",
    "cases": [case(5, 3, 23, 16, 4), case(3, 4, 64, 32, 3), case(7, 2, 130, 32, 2), case(1, 1, 1, 16, 2)],
}, separators=(",", ":")))
