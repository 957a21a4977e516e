package import Records
package import Secrets

/// What a stream of pairwise randomness is for. Protocols declare theirs (`LinkProtocol.labels`); no two uses share a label, so
/// no mask serves twice.
package struct StepLabel: Hashable, Sendable {
    /// The text that a stream's key is derived from; with another text all masks are others.
    package let text: String

    package init(_ text: String) { self.text = text }
}

/// Correlated randomness without communication: AES-128-CTR under a key that a pair of parties shares, keyed again for
/// each (digest, step). It is never a counter in memory, so a plan that runs again after a crash gives the same bytes,
/// and a plan over anything else gives unrelated ones (DESIGN section 4.1).
package struct PairwisePRF: ~Copyable, Sendable {
    private let key: SecretKey

    /// Takes the secret that two neighbouring parties share. Both ends draw the same bytes for one label and digest.
    package init(_ key: consuming SecretKey) { self.key = key }

    /// The pseudo-random bytes for a step of the batch with this digest, from their beginning.
    package borrowing func stream(_ label: StepLabel, digest: Digest32) -> CounterStream {
        CounterStream(stepKey(label, digest))
    }

    /// The first `count` of those bytes.
    package borrowing func bytes(_ label: StepLabel, digest: Digest32, count: Int) -> [UInt8] {
        CounterStream.bytes(of: stepKey(label, digest), count: count)
    }

    /// The AES key and the first counter of one stream, from the pair's key, the label and the digest.
    private borrowing func stepKey(_ label: StepLabel, _ digest: Digest32) -> SecretKey {
        key.derive([Array(label.text.utf8), digest.bytes])
    }
}

/// The keys that a party shares with its neighbours. Component key `k_i` is known to parties `i - 1` and `i`.
package struct PairKeys: ~Copyable, Sendable {
    package let withPrevious: PairwisePRF
    package let withNext: PairwisePRF

    package init(withPrevious: consuming SecretKey, withNext: consuming SecretKey) {
        self.withPrevious = PairwisePRF(withPrevious)
        self.withNext = PairwisePRF(withNext)
    }
}

/// A party's pairwise keys, by epoch.
package typealias PairKeyring = EpochKeyring<PairKeys>
