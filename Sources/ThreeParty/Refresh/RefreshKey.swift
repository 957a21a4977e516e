import Crypto
package import Records
import Secrets

/// The key that a generation's sharings of zero are drawn under, the same at all three parties (docs/design/refresh.md).
///
/// Whoever has two components of a sharing of zero has the third. So a party that refreshes its shares knows the whole sharing,
/// however it comes about, and three parties lose nothing by a key of all three. What protects is that they erase it: beside a
/// share of before and another party's share of after, this key opens the value.
package final class RefreshKey: Sendable, Unprinted {
    package let generation: ShareGeneration
    /// What the generation hangs on (`RefreshSession.base`).
    package let base: Digest32
    /// The key's commitment, which may be public: parties with equal marks refresh alike.
    package let mark: Digest32
    private let key: SecretKey

    /// Bytes of a part of the key, and of the key.
    package static let keyBytes = 32

    /// - Parameter parts: of `keyBytes` each, in the order of the components whose holders drew them (`PairKeys.refreshPart`). One
    ///   that is unknown makes the key unknown.
    package convenience init(generation: ShareGeneration, base: Digest32, parts: [[UInt8]]) {
        precondition(parts.count == 3 && parts.allSatisfy { $0.count == Self.keyBytes }, "three parts of 32 bytes")
        let key = SecretKey(bytes: parts.joined()).derive([
            Array("cordon/refresh/key/v1".utf8), base.bytes, generation.number.bigEndianBytes,
        ])
        self.init(generation: generation, base: base, key: key)
    }

    private init(generation: ShareGeneration, base: Digest32, key: consuming SecretKey) {
        self.generation = generation
        self.base = base
        let commitment = key.derive([Array("cordon/refresh/mark/v1".utf8)])
        mark = Digest32(of: [
            Array("cordon/refresh/mark/v1".utf8), generation.number.bigEndianBytes, base.bytes,
            commitment.lend { $0.withUnsafeBytes { Array($0) } },
        ])
        self.key = key
    }

    // MARK: Keeping

    /// The generation's number (4, big-endian), its base (32) and the key (32): secret, for a state that is sealed.
    package var kept: [UInt8] {
        generation.number.bigEndianBytes + base.bytes + key.lend { $0.withUnsafeBytes { Array($0) } }
    }

    /// Nil for bytes that are no kept key.
    package convenience init?(kept bytes: [UInt8]) {
        guard bytes.count == 36 + Self.keyBytes, let base = Digest32(bytes[4..<36]) else { return nil }
        self.init(
            generation: ShareGeneration(UInt32(bigEndianBytes: bytes[..<4])), base: base,
            key: SecretKey(bytes: bytes[36...]))
    }

    // MARK: Sharings of zero

    /// The generation's shares of the same values as `shares`.
    ///
    /// - Parameters:
    ///   - object: what the values belong to, such as a model's digest.
    ///   - place: which of its vectors they are. No two vectors may have object and place in common.
    package func refreshed<E: RingElement, G: ShareGroup>(
        _ shares: Shares<E, G>, of party: PartyID, object: Digest32, place: String
    ) -> Shares<E, G> {
        let zeros = (0..<2).map { component in
            let key = key.derive([
                Array("cordon/refresh/zero/v1".utf8), object.bytes, Array(place.utf8), [UInt8(component)],
            ])
            return E.unpack(CounterStream.bytes(of: key, count: shares.count * E.byteCount))
        }
        func component(_ of: PartyID, added to: [E]) -> [E] {
            switch of {
            case .zero: to.indices.map { G.add(to[$0], zeros[0][$0]) }
            case .one: to.indices.map { G.add(to[$0], zeros[1][$0]) }
            case .two: to.indices.map { G.subtract(to[$0], G.add(zeros[0][$0], zeros[1][$0])) }
            }
        }
        return Shares(first: component(party, added: shares.first), second: component(party.next, added: shares.second))
    }

    /// The sharings of zero for counts of one kind.
    ///
    /// - Parameter kind: such as "token". No two kinds have a sharing in common.
    package func countZeros(_ kind: String, of party: PartyID) -> CountZeros {
        CountZeros(key.derive([Array("cordon/refresh/counts/v1".utf8), Array(kind.utf8)]), party: party)
    }
}
