package import Records

/// Turns shared counts into shared thermometer bits, by one lookup of a shared one-hot each (DESIGN sections 4.3 and 4.5).
///
/// A count is c = c_0 + c_1 + c_2 mod 1024. The table, [c >= threshold], is public, so one term suffices: for term `k`, servers
/// `k` and `k - 1` know c_k, and the client `k + 1` knows the other two components and deals XOR shares of the one-hot of
/// their sum: server `k` has the pairwise stream, server `k - 1` gets the difference, 128 bytes. Each server rotates its
/// share by c_k and takes, for each threshold, the parity of all that is at or above it; the two parities are XOR shares of
/// the bit. Masked by a zero-share and passed on to the previous party, they are the replicated components that `BitShares`
/// holds.
///
/// Term `k` of lookup `n` of a batch is n mod 3, so each party is client of a third of them.
///
/// Cost: two messages that wait for one another. A lookup and party: 128 / 3 bytes to the next party and a transaction's
/// `bits` / 8 bytes to the previous one; AES for 128 bytes two times in three.
///
/// - Important: a share can't saturate. Counts are read mod 1024: a caller guarantees that a window holds at most
///   `largestCount`, or 1,024 confirmed frauds look like none.
package struct CountLookup: Sendable {
    /// The size of the table: counts are read modulo this.
    package static let domain = 1024
    package static let largestCount = domain - 1
    /// A one-hot share.
    package static let oneHotBytes = domain / 8

    private let party: PartyID
    private let shape: CountShape

    package init(party: PartyID, shape: CountShape) {
        self.party = party
        self.shape = shape
    }

    /// What a party is in a lookup.
    private enum Role {
        case client
        /// Knows c_k as its first component; has its one-hot share in common with the client.
        case streamServer
        /// Knows c_k as its second component; the client sent its one-hot share.
        case dealtServer
    }

    private func role(_ lookup: Int) -> Role {
        switch Self.client(lookup) {
        case party: .client
        case party.next: .streamServer
        default: .dealtServer
        }
    }

    /// The client of a batch's lookup by its number: 1, 2, 0, and so on.
    private static func client(_ lookup: Int) -> PartyID {
        switch lookup % 3 {
        case 0: .one
        case 1: .two
        default: .zero
        }
    }

    /// How many of a batch's lookups `client` deals.
    private func lookups(of client: PartyID, transactions: Int) -> Int {
        let all = transactions * shape.lookups
        return all / 3 + ((all - all % 3..<all).contains { Self.client($0) == client } ? 1 : 0)
    }

    /// Bytes of the one-hot shares that `client` deals in a batch.
    package func dealBytes(from client: PartyID, transactions: Int) -> Int {
        lookups(of: client, transactions: transactions) * Self.oneHotBytes
    }

    /// The client's part: the stream with the one bit flipped that the two components it knows point at.
    ///
    /// Where that bit lies depends on the sum of two components that are uniformly random to this party, whatever the count
    /// is; so memory access tells nothing of it.
    ///
    /// - Parameter stream: in common with the previous party.
    /// - Returns: `dealBytes` for the next party, in order of the lookups. Those of a transaction that this party refused are
    ///   zero and use no mask.
    package func deal(_ queries: CountQueries, stream: inout CounterStream) -> [UInt8] {
        precondition(queries.shape == shape)
        let bytes = dealBytes(from: party, transactions: queries.transactions)
        return [UInt8](unsafeUninitializedCapacity: bytes) { out, filled in
            stream.fill(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(out)[..<bytes]))
            var at = 0
            for lookup in 0..<queries.transactions * shape.lookups where role(lookup) == .client {
                if queries.refusals[lookup / shape.lookups] == 0 {
                    let known = Int(queries.shares[lookup].first &+ queries.shares[lookup].second) % Self.domain
                    out[at + known >> 3] ^= 1 << UInt8(known & 7)
                } else {
                    for byte in at..<at + Self.oneHotBytes { out[byte] = 0 }
                }
                at += Self.oneHotBytes
            }
            filled = bytes
        }
    }

    /// A server's part, and a client's, which is zero: XOR shares of every thermometer bit, masked.
    ///
    /// Running time and memory access depend on the thresholds and on c_k, of which the first are public among the parties
    /// and the second is uniformly random to this party.
    ///
    /// - Parameters:
    ///   - deal: what the previous party dealt.
    ///   - stream: in common with the next party, from its beginning.
    ///   - zeroShare: `bytes` a transaction; the three parties' XOR to zero.
    /// - Returns: `bytes` a transaction. Those of a transaction that any party refused are zero and use no mask.
    package func answer(
        _ queries: CountQueries, refusals: [AgreedRefusal?], deal: [UInt8], stream: inout CounterStream,
        zeroShare: [UInt8]
    ) -> [UInt8] {
        let transactions = queries.transactions
        precondition(queries.shape == shape && refusals.count == transactions)
        precondition(deal.count == dealBytes(from: party.previous, transactions: transactions))
        precondition(zeroShare.count == transactions * shape.bytes)
        var out = [UInt8](repeating: 0, count: transactions * shape.bytes)
        var common = StreamedOneHots(count: lookups(of: party.next, transactions: transactions))
        var parities = SuffixParities()
        var dealt = 0
        deal.withUnsafeBytes { deal in
            out.withUnsafeMutableBufferPointer { out in
                for event in 0..<transactions {
                    let bytes = UnsafeMutableBufferPointer(
                        rebasing: out[event * shape.bytes..<(event + 1) * shape.bytes])
                    for slot in 0..<shape.lookups {
                        let lookup = event * shape.lookups + slot
                        let share = queries.shares[lookup]
                        switch role(lookup) {
                        case .client: continue
                        case .streamServer:
                            common.next(&stream) { parities.read($0) }
                            if refusals[event] != nil { continue }
                            parities.pick(queries, event, slot, rotation: share.first, into: bytes)
                        case .dealtServer:
                            parities.read(UnsafeRawBufferPointer(rebasing: deal[dealt..<dealt + Self.oneHotBytes]))
                            dealt += Self.oneHotBytes
                            if refusals[event] != nil { continue }
                            parities.pick(queries, event, slot, rotation: share.second, into: bytes)
                        }
                    }
                    if refusals[event] == nil {
                        for byte in bytes.indices { bytes[byte] ^= zeroShare[event * shape.bytes + byte] }
                    }
                }
            }
        }
        return out
    }
}

/// One-hot shares that come from a stream, a few at a time, so that they stay in the processor's cache.
private struct StreamedOneHots: ~Copyable {
    private static let piece = 64
    private let buffer: UnsafeMutableRawBufferPointer
    private var rest: Int
    private var at = 0
    private var filled = 0

    init(count: Int) {
        rest = count
        buffer = .allocate(byteCount: Self.piece * CountLookup.oneHotBytes, alignment: 64)
    }

    deinit { buffer.deallocate() }

    mutating func next(_ stream: inout CounterStream, _ body: (UnsafeRawBufferPointer) -> Void) {
        if at == filled {
            filled = min(rest, Self.piece) * CountLookup.oneHotBytes
            rest -= filled / CountLookup.oneHotBytes
            at = 0
            stream.fill(UnsafeMutableRawBufferPointer(rebasing: buffer[..<filled]))
        }
        body(UnsafeRawBufferPointer(rebasing: buffer[at..<at + CountLookup.oneHotBytes]))
        at += CountLookup.oneHotBytes
    }
}

/// For each place of a one-hot's share, the parity of the bits there and above.
private struct SuffixParities {
    private typealias Words = SIMD16<UInt64>

    private var words = Words.zero

    /// - Parameter share: `oneHotBytes`, place 0 in the least significant bit of the first byte.
    mutating func read(_ share: UnsafeRawBufferPointer) {
        var words = share.loadUnaligned(as: Words.self)
        #if _endian(big)
            for word in 0..<16 { words[word] = UInt64(littleEndian: words[word]) }
        #endif
        words ^= words &>> 1
        words ^= words &>> 2
        words ^= words &>> 4
        words ^= words &>> 8
        words ^= words &>> 16
        words ^= words &>> 32
        // The lowest bit is now the parity of its word: those of the words above carry into all of a word's bits.
        var above: UInt64 = 0
        for word in (0..<16).reversed() {
            let parity = words[word] & 1
            words[word] ^= 0 &- above
            above ^= parity
        }
        self.words = words
    }

    /// XORs this server's share of the thermometer bits of one lookup into `out`, a transaction's packed bits.
    ///
    /// Counts at or above a threshold are places from `threshold - rotation` up to `-rotation`, around the end of the ring.
    func pick(
        _ queries: CountQueries, _ event: Int, _ slot: Int, rotation: UInt16,
        into out: UnsafeMutableBufferPointer<UInt8>
    ) {
        let (shape, ring) = (queries.shape, UInt64(CountLookup.domain))
        let end = (0 &- UInt64(rotation)) & (ring - 1)
        withUnsafeBytes(of: words) { words in
            func parity(from place: UInt64) -> UInt64 {
                words.load(fromByteOffset: Int(place >> 6) * 8, as: UInt64.self) >> (place & 63) & 1
            }
            let (all, beyond) = (parity(from: 0), parity(from: end))
            let base = event * shape.bits
            for bit in shape.range(of: slot) {
                let threshold = UInt64(queries.thresholds[base + bit])
                guard threshold < ring else { continue }
                let begin = (threshold &+ end) & (ring - 1)
                let wraps = (end &- begin) >> 63
                // At 0, all of the ring: begin and end are one place, and what is between them would be nothing.
                let picked = threshold == 0 ? all : parity(from: begin) ^ beyond ^ (all & wraps)
                out[bit >> 3] ^= UInt8(truncatingIfNeeded: picked << UInt64(bit & 7))
            }
        }
    }
}
