package import Records

/// The making of a generation's key at one party: a function of frames, which are two small messages from each peer.
///
/// Each pair of parties draws one part of the key from what it alone shares. Every party lacks one part, that of the two others,
/// and asks both of them for it. What they say must be the same. Parts are functions of keys and base, so a party that starts anew,
/// or asks twice, comes to the same key, and attempts need no number.
package struct RefreshSession: ~Copyable {
    package let party: PartyID
    package let generation: ShareGeneration
    package let base: Digest32
    private let keys: PairKeys
    private var heard: [PartyID: [UInt8]] = [:]

    /// The digest of what a generation hangs on. No two generations have one, so no part is drawn twice.
    ///
    /// - Parameter order: the digest of what orders it: the same at all parties.
    package static func base(consortium: String, generation: ShareGeneration, order: Digest32) -> Digest32 {
        Digest32(of: [
            Array("cordon/refresh/base/v1".utf8), Array(consortium.utf8), generation.number.bigEndianBytes, order.bytes,
        ])
    }

    /// - Parameter keys: that the party shares with its neighbours, for refreshes of this generation alone.
    package init(party: PartyID, generation: ShareGeneration, base: Digest32, keys: consuming PairKeys) {
        self.party = party
        self.generation = generation
        self.base = base
        self.keys = keys
    }

    /// The peers whose word is missing.
    package var missing: [PartyID] { [party.next, party.previous].filter { heard[$0] == nil } }

    /// What asks a peer for its part.
    package borrowing func ask() -> Frame { frame(.refreshAsk, []) }

    /// Takes a frame. Frames of other generations are passed over: their sender comes to this one, or this party to theirs.
    ///
    /// - Returns: the answer to its sender, where it asks.
    package mutating func receive(_ frame: Frame) throws(RefreshError) -> Frame? {
        guard frame.batch == UInt64(generation.number), frame.kind == .refreshAsk || frame.kind == .refreshPart else {
            return nil
        }
        guard frame.digest == base else { throw .otherBase(frame.sender) }
        switch frame.kind {
        case .refreshAsk:
            // The next party has components i + 1 and i + 2, and lacks this one's first.
            let part = keys.refreshPart(ofNext: frame.sender == party.previous, base: base)
            return self.frame(.refreshPart, part)
        default:
            guard frame.payload.count == RefreshKey.keyBytes else { throw .malformed(frame.sender) }
            heard[frame.sender] = frame.payload
            return nil
        }
    }

    /// The generation's key; nil where a peer's word is missing.
    ///
    /// - Throws: `partsDiffer` where the two others say different things: one of them does not follow the protocol, or has other
    ///   keys.
    package borrowing func key() throws(RefreshError) -> RefreshKey? {
        guard let next = heard[party.next], let previous = heard[party.previous] else { return nil }
        guard next == previous else { throw .partsDiffer }
        var parts = [[UInt8]](repeating: next, count: 3)
        parts[party.rawValue] = keys.refreshPart(ofNext: false, base: base)
        parts[party.next.rawValue] = keys.refreshPart(ofNext: true, base: base)
        return RefreshKey(generation: generation, base: base, parts: parts)
    }

    private borrowing func frame(_ kind: Frame.Kind, _ payload: [UInt8]) -> Frame {
        Frame(
            kind: kind, sender: party, stream: .refresh, batch: UInt64(generation.number), digest: base,
            payload: payload)
    }
}

/// Why a generation can't be made as things stand.
package enum RefreshError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A peer makes this generation by another order.
    case otherBase(PartyID)
    /// A peer's part has another length.
    case malformed(PartyID)
    /// The two others say different things of the one part that they have in common.
    case partsDiffer

    package var description: String {
        switch self {
        case .otherBase(let peer): "\(peer) refreshes by another order"
        case .malformed(let peer): "\(peer) sent something that is no part of a key"
        case .partsDiffer: "the two other parties say different things of the part of a key that they have in common"
        }
    }
}
