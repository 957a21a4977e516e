"""Makes Tests/Vectors/training-v1/forests.json: forests that the rule of docs/TRAINING.md gives for small invented rows.

    pip install numpy
    python scripts/vectors/training_rule.py > Tests/Vectors/training-v1/forests.json

Follows the page with Python's own whole numbers and fractions, row by row. NumPy draws the rows, from fixed seeds. Bits of
rows are packed from the lowest on; a coin is the 32 bytes that candidates are drawn from.
"""
import hashlib
import json
from fractions import Fraction
from math import floor, isqrt

import numpy as np

MILLION = 1_000_000
STANDARD = dict(trees=8, stages=[1, 1, 1, 1], group=4, candidates=8, fraction=11, rate=150_000, prior=20, weightBits=4, tableBits=24, clip=3_000)


def nearest(value):
    """To the nearest whole number, a half up."""
    return floor(value + Fraction(1, 2))


def weights(q, rule):
    q = min(max(q, rule["clip"]), MILLION - rule["clip"])
    # The largest a with a - 1/2 <= 2^t / sqrt(q (1 - q)), found by squares.
    square = Fraction(4 ** rule["weightBits"] * MILLION * MILLION, q * (MILLION - q))
    a = isqrt(floor(square)) + 2
    while Fraction(2 * a - 1, 2) ** 2 > square:
        a -= 1
    return a, nearest(Fraction(a * q, MILLION))


def draw(coin, tree, level, bits, count):
    left = list(range(bits))
    for i in range(count):
        digest = hashlib.sha256(coin + tree.to_bytes(2, "big") + bytes([level, i // 8])).digest()
        j = i + int.from_bytes(digest[i % 8 * 4:][:4], "big") % (bits - i)
        left[i], left[j] = left[j], left[i]
    return left[:count]


def train(x, y, frequencies, coin, rule):
    """x: rows of 0/1 lists."""
    rows, bits, one = len(x), len(x[0]), 2 ** rule["fraction"]
    base = nearest(Fraction(sum(y) * one, rows))
    residual = [one * label - base for label in y]
    conditions, leaves = [], []
    for first in range(0, rule["trees"], rule["group"]):
        lower = [0] * rows
        for tree in range(first, first + rule["group"]):
            path, chosen = [()] * rows, []
            for together in rule["stages"]:
                each = rule["candidates"]
                drawn = draw(coin, tree, len(chosen), bits, min(bits, each * together))
                picked = []
                for part in range(together):
                    best = None
                    for bit in drawn[part * each:(part + 1) * each]:
                        a, c = weights(frequencies[bit], rule)
                        nodes = {}
                        for r in range(rows):
                            nodes[path[r]] = nodes.get(path[r], 0) + residual[r] * (a * x[r][bit] - c)
                        score = sum(u * u for u in nodes.values())
                        if best is None or score > best[0]:
                            best = (score, bit)
                    picked.append(best[1])
                path = [path[r] + tuple(x[r][bit] for bit in picked) for r in range(rows)]
                chosen += picked
            values = []
            for leaf in range(2 ** len(chosen)):
                at = tuple(leaf >> level & 1 for level in range(len(chosen)))
                inside = [r for r in range(rows) if path[r] == at]
                reciprocal = nearest(Fraction(rule["rate"] * 2 ** rule["tableBits"], MILLION * (len(inside) + rule["prior"])))
                value = nearest(Fraction(sum(residual[r] for r in inside) * reciprocal, 2 ** rule["tableBits"]))
                values.append(value)
                for r in inside:
                    lower[r] += value
            conditions.append(chosen)
            leaves.append(values)
        residual = [r - l for r, l in zip(residual, lower)]
    leaves[0] = [value + base for value in leaves[0]]
    return conditions, leaves


def case(name, seed, rows, bits, frauds=0.1, scale=1.0, **changes):
    rng = np.random.default_rng(seed)
    rule = STANDARD | changes
    # Thermometers of four features: within a quarter of the bits, a set bit has all before it set.
    level = rng.random((rows, 4))
    edges = np.sort(rng.random(bits)) ** 2
    x = np.stack([level[:, b % 4] >= edges[b] for b in range(bits)], 1).astype(int)
    likely = frauds + (0.6 if frauds < 1 else 0) * ((level[:, 0] > 0.8) & (level[:, 1] < 0.5)) * (frauds > 0)
    y = (rng.random(rows) < likely).astype(int)
    population = (rng.random((997, 4))[:, np.arange(bits) % 4] >= edges).mean(0)
    frequencies = [int(q) for q in np.round(population * scale * MILLION)]
    coin = hashlib.sha256(name.encode()).digest()
    conditions, leaves = train(x.tolist(), y.tolist(), frequencies, coin, rule)
    return dict(name=name, rule=rule, coin=coin.hex(), bits=bits, frequencies=frequencies, fraud=y.tolist(),
                rows=[np.packbits(row.astype(np.uint8), bitorder="little").tobytes().hex() for row in x], conditions=conditions, leaves=leaves)


cases = [
    case("standard rule, fewer trees and candidates", 1, 150, 40),
    case("residuals after every tree", 2, 90, 24, group=1),
    case("two conditions at once", 3, 90, 24, stages=[2, 2]),
    case("a stage's last condition has fewer candidates", 4, 60, 10, stages=[1, 3], candidates=4),
    case("all bits are candidates, and six levels", 5, 100, 12, stages=[1] * 6, candidates=12, trees=4),
    case("coarse units, so that leaves are mostly rounding", 6, 120, 16, fraction=3, tableBits=8, weightBits=0),
    case("large steps", 7, 80, 16, rate=500_000, prior=1, group=2),
    case("frequencies far from the rows'", 8, 80, 16, scale=0.01),
    case("no row is a fraud", 9, 40, 16, frauds=0, trees=4),
    case("all rows are frauds", 10, 40, 16, frauds=1, trees=4),
    case("one row", 11, 1, 16, trees=4),
    case("65 rows, one more than a word", 12, 65, 33, trees=4),
]
print("[\n" + ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases) + "\n]")
