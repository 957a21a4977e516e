import Crypto
import CryptoExtras

/// What a stream of pairwise randomness is for. No two uses share a label, so no mask serves twice.
package enum StepLabel: String, Sendable {
    case conditionZeroShare = "cordon/step/1/zero-share"
    case lookupOneHot = "cordon/step/2/one-hot"
    case scoreZeroShare = "cordon/step/2/zero-share"
}

/// Correlated randomness without communication: AES-128-CTR under a key that a pair of parties shares, keyed again for
/// each (digest, step). It is never a counter in memory, so a plan that runs again after a crash gives the same bytes,
/// and a plan over anything else gives unrelated ones (DESIGN section 4.1).
package struct PairwisePRF: ~Copyable, Sendable {
    private let key: SecretKey

    package init(_ key: consuming SecretKey) { self.key = key }

    /// `count` pseudo-random bytes for a step of the batch with this digest.
    package borrowing func stream(_ label: StepLabel, digest: Digest32, count: Int) -> [UInt8] {
        let step = key.derive([Array(label.rawValue.utf8), digest.bytes], bytes: 16)
        return expand(step, count: count)
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

/// AES-128-CTR from counter zero under a key that is used for this one stream. Time depends on `count` only.
package func expand(_ key: borrowing SecretKey, count: Int) -> [UInt8] {
    guard count > 0 else { return [] }
    return key.lend { key in
        do {
            let nonce = try AES._CTR.Nonce(nonceBytes: [UInt8](repeating: 0, count: 16))
            return Array(try AES._CTR.encrypt([UInt8](repeating: 0, count: count), using: key, nonce: nonce))
        } catch {
            preconditionFailure("AES-CTR takes a 16-byte key and nonce; the caller gave another")
        }
    }
}
