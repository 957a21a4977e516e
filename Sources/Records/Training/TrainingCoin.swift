import Crypto

/// What a party adds to the public coin: 32 random bytes, which stay with it until all three commitments are known.
package struct CoinContribution: Sendable, Hashable {
    package let bytes: [UInt8]

    /// Nil unless there are 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// What the party says before anyone opens: bound to plan and party, so that no party's word serves another.
    package func commitment(of party: PartyID, plan: Digest32) -> Digest32 {
        Digest32(of: [Array("cordon/train/coin-commitment/v1".utf8), plan.bytes, [UInt8(party.rawValue)], bytes])
    }
}

extension CoinContribution: CustomStringConvertible, CustomReflectable {
    /// Its length; the bytes are nobody's before they are opened.
    package var description: String { "CoinContribution of 32 bytes" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The public coin of one training: what no party could choose, since each committed to its part before it saw another's.
package struct TrainingCoin: Sendable, Hashable {
    package let digest: Digest32

    /// Why three contributions make no coin.
    package enum Invalid: Error, Sendable, Hashable {
        /// What the party opened is not what it had committed to.
        case opening(PartyID)
    }

    /// Opens the coin.
    ///
    /// - Parameters:
    ///   - plan: the digest of the training plan.
    ///   - contributions: of parties 0, 1 and 2.
    ///   - commitments: likewise, all of which were known before any contribution was.
    package init(
        plan: Digest32, contributions: (CoinContribution, CoinContribution, CoinContribution),
        commitments: (Digest32, Digest32, Digest32)
    ) throws(Invalid) {
        let opened = [contributions.0, contributions.1, contributions.2]
        let committed = [commitments.0, commitments.1, commitments.2]
        for party in PartyID.allCases
        where opened[party.rawValue].commitment(of: party, plan: plan) != committed[party.rawValue] {
            throw .opening(party)
        }
        digest = Digest32(of: [Array("cordon/train/coin/v1".utf8), plan.bytes] + opened.map(\.bytes))
    }

    /// The coin of a training that no parties take part in: one seed gives one model.
    package init(seed: UInt64) {
        digest = Digest32(of: [Array("cordon/train/seeded-coin/v1".utf8), seed.bigEndianBytes])
    }

    /// A coin that was opened before, as it stands in a manifest.
    package init(digest: Digest32) { self.digest = digest }

    /// Words of 32 bits: those of SHA-256(coin, tree, level, block) for block 0, 1, ..., big-endian. Tree takes two bytes, level
    /// and block one each, so at most 2,048 words can be had.
    package func words(tree: Int, level: Int, count: Int) -> [UInt32] {
        var words: [UInt32] = []
        words.reserveCapacity(count + 7)
        for block in 0..<(count + 7) / 8 {
            let message = digest.bytes + UInt16(tree).bigEndianBytes + [UInt8(level), UInt8(block)]
            let hash = Array(SHA256.hash(data: message))
            for at in stride(from: 0, to: 32, by: 4) { words.append(UInt32(bigEndianBytes: hash[at..<at + 4])) }
        }
        return Array(words.prefix(count))
    }

    /// The thermometer bits that one stage of a tree chooses among, all different: the first steps of a Fisher-Yates
    /// shuffle by the coin's words (Knuth, "The Art of Computer Programming", 3.4.2, algorithm P).
    ///
    /// A remainder modulo `bits - i` is likelier than another by less than `bits` / 2^32.
    ///
    /// - Parameters:
    ///   - tree: of the forest, from 0.
    ///   - level: the first of the stage's levels, from 0.
    ///   - bits: thermometer bits of a row.
    ///   - count: how many to draw, at most `bits` and 2,048.
    package func draw(tree: Int, level: Int, bits: Int, count: Int) -> [Int] {
        var order = Array(0..<bits)
        for (place, word) in words(tree: tree, level: level, count: count).enumerated() {
            order.swapAt(place, place + Int(word) % (bits - place))
        }
        return Array(order.prefix(count))
    }

    /// Where the coin puts a row among others: rows of small places stay where not all can.
    ///
    /// - Parameter offset: of the row's record in the log.
    package func place(of offset: Int64) -> UInt64 {
        UInt64(
            bigEndianBytes: Digest32(of: [Array("cordon/train/row/v1".utf8), digest.bytes, offset.bigEndianBytes]).bytes
                .prefix(8))
    }
}

extension TrainingCoin.Invalid: CustomStringConvertible {
    package var description: String {
        switch self {
        case .opening(let party): "\(party) opened another coin than it had committed to: the training ends here"
        }
    }
}
