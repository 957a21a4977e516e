#!/usr/bin/env python3
"""Test vectors of the audit log's Merkle tree, by the definitions of RFC 9162 word for word, for Tests/Vectors/merkle-v1.

    python3 scripts/vectors/merkle_tree.py > Tests/Vectors/merkle-v1/tree.json

An independent computation of section 2.1: heads of every size (2.1.1), inclusion proofs of every entry in every size (2.1.3.1), and
consistency proofs between every two sizes (2.1.4.1). The first eight entries and their heads are those that implementations of
Certificate Transparency test with; the heads are held against what they publish. Hexadecimal throughout.
"""
import hashlib
import json

ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
PUBLISHED = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def sha(data):
    return hashlib.sha256(data).digest()


def split(n):
    """The largest power of two smaller than n."""
    k = 1
    while 2 * k < n:
        k *= 2
    return k


def head(d):
    if not d:
        return sha(b"")
    if len(d) == 1:
        return sha(b"\x00" + d[0])
    k = split(len(d))
    return sha(b"\x01" + head(d[:k]) + head(d[k:]))


def path(m, d):
    if len(d) == 1:
        return []
    k = split(len(d))
    return path(m, d[:k]) + [head(d[k:])] if m < k else path(m - k, d[k:]) + [head(d[:k])]


def subproof(m, d, b):
    if m == len(d):
        return [] if b else [head(d)]
    k = split(len(d))
    if m <= k:
        return subproof(m, d[:k], b) + [head(d[k:])]
    return subproof(m - k, d[k:], False) + [head(d[:k])]


def main():
    entries = [bytes.fromhex(e) for e in ENTRIES]
    entries += [sha(b"entry %d" % i)[: 1 + i % 32] for i in range(8, 23)]
    heads = [head(entries[:n]).hex() for n in range(len(entries) + 1)]
    for n, published in PUBLISHED.items():
        assert heads[n] == published, n
    inclusion = [
        {"index": m, "size": n, "path": [h.hex() for h in path(m, entries[:n])]}
        for n in range(1, len(entries) + 1) for m in range(n)
    ]
    consistency = [
        {"old": m, "new": n, "path": [h.hex() for h in subproof(m, entries[:n], True)]}
        for n in range(1, len(entries) + 1) for m in range(1, n)
    ]
    print(json.dumps({
        "entries": [e.hex() for e in entries], "heads": heads, "inclusion": inclusion, "consistency": consistency,
    }, indent=None, separators=(",", ":")).replace('{"index"', '\n{"index"').replace('{"old"', '\n{"old"'))


if __name__ == "__main__":
    main()
