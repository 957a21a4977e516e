package import EventLogs
package import Records
package import ThreeParty

/// The generations of kept shares: that in which a party got them, and that to which they were refreshed since.
struct RowGenerations: Sendable, Hashable {
    /// In force when the batch was computed: no key up to this one was ever added.
    let born: ShareGeneration
    var now: ShareGeneration

    init(born: ShareGeneration) { (self.born, now) = (born, born) }

    static let byteCount = 8

    /// Two numbers (4 each, big-endian).
    var encoded: [UInt8] { born.number.bigEndianBytes + now.number.bigEndianBytes }

    /// Nil where they are less than they began as.
    init?(_ bytes: ArraySlice<UInt8>) {
        let born = ShareGeneration(UInt32(bigEndianBytes: bytes.prefix(4)))
        let now = ShareGeneration(UInt32(bigEndianBytes: bytes.dropFirst(4)))
        guard bytes.count == Self.byteCount, born <= now else { return nil }
        (self.born, self.now) = (born, now)
    }
}

/// The keys by which a party brings kept rows and labels from one generation to another. Bits are shared by XOR, so the same key
/// leads back: while it is there, rows can be had as they were in the generation before.
package struct RowRefresh: Sendable {
    private let party: PartyID
    /// Ascending.
    private let keys: [RefreshKey]

    /// - Parameter keys: all that the party has.
    package init(_ party: PartyID, _ keys: [RefreshKey]) {
        self.party = party
        self.keys = keys.sorted { $0.generation < $1.generation }
    }

    /// Of a party that has no keys.
    package static let none = RowRefresh(.zero, [])

    /// The keys between two generations, of which the newer one has to be there: keys before it go later than it does.
    ///
    /// - Throws: `otherGeneration` where it is not.
    private func way(
        from generations: RowGenerations, to target: ShareGeneration
    ) throws(RowWindowError) -> (keys: ArraySlice<RefreshKey>, end: ShareGeneration) {
        // What came later has nothing of the generations before.
        let end = max(target, generations.born)
        let (low, high) = (min(end, generations.now), max(end, generations.now))
        guard low < high else { return ([], end) }
        let keys = keys.filter { $0.generation > low && $0.generation <= high }
        guard keys.last?.generation == high else { throw .otherGeneration }
        return (keys[...], end)
    }

    /// Brings a batch's rows to a generation; false where they are of it.
    func bring(_ batch: inout RowBatch, to target: ShareGeneration) throws(RowWindowError) -> Bool {
        let (keys, end) = try way(from: batch.generations, to: target)
        guard !keys.isEmpty else { return false }
        let begin = batch.range.lowerBound.bigEndianBytes
        batch.refresh(to: end) { key, shares, isShadow in
            var name: [UInt8] = []
            key.write(to: &name)
            let object = Digest32(of: [
                Array((isShadow ? "cordon/rows/shadow/v1" : "cordon/rows/row/v1").utf8), begin, name,
            ])
            return refreshed(shares, by: keys, object)
        }
        return true
    }

    /// Brings labels to a generation; false where they are of it.
    func bring(_ labels: inout RowLabels, to target: ShareGeneration) throws(RowWindowError) -> Bool {
        let (keys, end) = try way(from: labels.generations, to: target)
        guard !keys.isEmpty else { return false }
        let begin = labels.range.lowerBound.bigEndianBytes
        // An event may have a label and its correction in one batch. Members' labels are erased all together.
        var seen: [RowKey: UInt32] = [:]
        labels.refresh(to: end) { key, bits in
            let number = seen[key, default: 0]
            seen[key] = number + 1
            var name: [UInt8] = []
            key.write(to: &name)
            let object = Digest32(of: [Array("cordon/rows/label/v1".utf8), begin, name, number.bigEndianBytes])
            let shares = refreshed(BitShares(first: [bits & 1], second: [bits >> 1 & 1]), by: keys, object)
            return shares.first[0] & 1 | (shares.second[0] & 1) << 1
        }
        return true
    }

    private func refreshed(_ shares: BitShares, by keys: ArraySlice<RefreshKey>, _ object: Digest32) -> BitShares {
        let last = keys.reduce(XORShares(first: shares.first, second: shares.second)) { shares, key in
            key.refreshed(shares, of: party, object: object, place: "bits")
        }
        return BitShares(first: last.first, second: last.second)
    }
}

extension ShareStore {
    /// What brings kept rows to another generation, by the keys that are here now.
    package func rowRefresh(of party: PartyID) throws(LogError) -> RowRefresh {
        var keys: [RefreshKey] = []
        for generation in try generations() {
            if let key = try key(of: generation) { keys.append(key) }
        }
        return RowRefresh(party, keys)
    }
}
