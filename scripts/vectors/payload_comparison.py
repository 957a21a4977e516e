#!/usr/bin/env python3
"""Test vectors of the comparison with a payload, computed number by number, for Tests/Vectors/comparison-v1.

    python3 scripts/vectors/payload_comparison.py > Tests/Vectors/comparison-v1/keys.json     (needs cryptography)

An independent computation of docs/design/validation.md: a key for a number α and a payload of two elements of Z_2^32, and what each
server makes of it at some numbers. Both servers' answers add up to the payload where the number is at most α and to zeros elsewhere,
which is checked here, too. Keys and seeds are little-endian bytes in hexadecimal.
"""
import json
import random
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

rng = random.Random(2021)
SEED = (1 << 128) - 4


def hasher(key):
    def hash(block):
        aes = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        data = block.to_bytes(16, "little")
        return int.from_bytes(bytes(a ^ b for a, b in zip(aes.update(data), data)), "little")
    return hash


def value(block):
    return [block % 2**32, (block >> 32) % 2**32]


def add(*values):
    return [sum(v[i] for v in values) % 2**32 for i in range(2)]


def times(factor, v):
    return [factor * x % 2**32 for x in v]


def word(v):
    return (v[0] | v[1] << 32).to_bytes(8, "little")


def deal(hash, width, alpha, payload, seeds):
    """The key: of each level the lost side's seeds and both sides' correction bits, and what makes left values add up as they must."""
    s, t, key = [x & SEED for x in seeds], [0, 1], b""
    for level in range(width):
        bit = alpha >> (width - 1 - level) & 1
        sides = [[hash(x | side) for side in (0, 1)] for x in s]
        left = [value(hash(x | 2)) for x in s]
        lost = 1 - bit
        seed = (sides[0][lost] ^ sides[1][lost]) & SEED
        correct = [(sides[0][0] ^ sides[1][0] ^ bit ^ 1) & 1, (sides[0][1] ^ sides[1][1] ^ bit) & 1]
        sign = -1 if t[1] else 1
        want = payload if bit else [0, 0]
        key += (seed | correct[0] | correct[1] << 1).to_bytes(16, "little")
        key += word(times(sign, add(left[1], times(-1, left[0]), want)))
        for b in range(2):
            child = sides[b][bit]
            s[b] = child & SEED ^ (seed if t[b] else 0)
            t[b] = child & 1 ^ (t[b] & correct[bit])
    last = [value(hash(x | 2)) for x in s]
    return key + word(times(-1 if t[1] else 1, add(last[1], times(-1, last[0]), payload)))


def answer(hash, width, key, server, seed, x):
    """One server's share at x, down its path alone."""
    s, t, total = seed & SEED, server, [0, 0]
    for level in range(width):
        part = key[24 * level:24 * level + 24]
        corrections, own = int.from_bytes(part[:16], "little"), int.from_bytes(part[16:], "little")
        side = x >> (width - 1 - level) & 1
        if side == 0:
            total = add(total, value(hash(s | 2)), times(t, value(own)))
        child = hash(s | side)
        s, t = child & SEED ^ (corrections & SEED if t else 0), child & 1 ^ (t & corrections >> side & 1)
    total = add(total, value(hash(s | 2)), times(t, value(int.from_bytes(key[-8:], "little"))))
    return times(-1 if server else 1, total)


def case(width, alpha, payload):
    cipher = rng.randbytes(16)
    hash, seeds = hasher(cipher), [rng.getrandbits(128) for _ in range(2)]
    key = deal(hash, width, alpha, payload, seeds)
    numbers = sorted({0, alpha, max(alpha - 1, 0), min(alpha + 1, 2**width - 1), 2**width - 1}
                     | {rng.getrandbits(width) for _ in range(6)})
    answers = [[answer(hash, width, key, server, seeds[server], x) for x in numbers] for server in range(2)]
    for x, one, two in zip(numbers, *answers):
        assert add(one, two) == (payload if x <= alpha else [0, 0])
    return {
        "width": width, "alpha": alpha, "payload": payload, "cipher": cipher.hex(),
        "seeds": [x.to_bytes(16, "little").hex() for x in seeds], "key": key.hex(), "numbers": numbers,
        "answers": answers,
    }


cases = [case(16, 0, [1, 0]), case(16, 2**16 - 1, [0, 1]), case(16, 0x5AA5, [0, 1]), case(16, rng.getrandbits(16), [2**32 - 1, 7]),
         case(32, 2**31, [1, 0]), case(32, rng.getrandbits(32), [0, 1]), case(32, 2**32 - 1, [3, 2**31])]
print(json.dumps({"cases": cases}, indent=1))
