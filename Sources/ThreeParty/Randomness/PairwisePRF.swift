/// What a stream of pairwise randomness is for. No two uses share a label, so no mask serves twice.
package enum StepLabel: String, Sendable {
    case conditionZeroShare = "cordon/step/1/zero-share"
    case lookupOneHot = "cordon/step/2/one-hot"
    case scoreZeroShare = "cordon/step/2/zero-share"
    case countOneHot = "cordon/count/1/one-hot"
    case countZeroShare = "cordon/count/2/zero-share"
    case decisionTag = "cordon/decision/tag"
}

/// Correlated randomness without communication: AES-128-CTR under a key that a pair of parties shares, keyed again for
/// each (digest, step). It is never a counter in memory, so a plan that runs again after a crash gives the same bytes,
/// and a plan over anything else gives unrelated ones (DESIGN section 4.1).
package struct PairwisePRF: ~Copyable, Sendable {
    private let key: SecretKey

    package init(_ key: consuming SecretKey) { self.key = key }

    /// The pseudo-random bytes for a step of the batch with this digest, from their beginning.
    package borrowing func stream(_ label: StepLabel, digest: Digest32) -> CounterStream {
        CounterStream(stepKey(label, digest))
    }

    /// The first `count` of those bytes.
    package borrowing func bytes(_ label: StepLabel, digest: Digest32, count: Int) -> [UInt8] {
        CounterStream.bytes(of: stepKey(label, digest), count: count)
    }

    private borrowing func stepKey(_ label: StepLabel, _ digest: Digest32) -> SecretKey {
        key.derive([Array(label.rawValue.utf8), digest.bytes], bytes: 16)
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
