package import Records

/// Turns shared counts into shared thermometer bits, by one lookup of a shared one-hot each (DESIGN sections 4.3 and 4.5).
///
/// A count is c = c_0 + c_1 + c_2 modulo the size of the lookup's domain. The table, [c >= threshold], is public, so one term
/// suffices: for term `k`, servers `k` and `k - 1` know c_k, and the client `k + 1` knows the other two components and deals XOR
/// shares of the one-hot of their sum: server `k` has the pairwise stream, server `k - 1` gets the difference, a bit a place. Each
/// server rotates its share by c_k and takes, for each threshold, the parity of all that is at or above it; the two parities are
/// XOR shares of the bit. Masked by a zero-share and passed on to the previous party, they are the replicated components that
/// `BitShares` holds.
///
/// Term `k` of lookup `n` of a batch is n mod 3, so each party is client of a third of them.
///
/// A deal begins with a byte for each lookup, the exponent of its domain or 0 where the client refused the transaction: a server
/// that refused it can't know the domain, and passes over its one-hot.
///
/// Cost: two messages that wait for one another. A lookup and party: (domain / 8 + 1) / 3 bytes to the next party and a
/// transaction's `bits` / 8 bytes to the previous one; AES for 32 bytes, or for the domain where that is wider, two times in three.
package struct CountLookup: Sendable {
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

    /// Bytes of what the previous party dealt, by the domains at its beginning.
    ///
    /// - Parameter refused: whether the previous party refused a transaction.
    /// - Returns: nil where it says another domain than this party has for a transaction that both can use.
    func dealtBytes(
        _ deal: ArraySlice<UInt8>, _ queries: CountQueries, refused: (Int) -> Bool
    ) -> Int? {
        let count = lookups(of: party.previous, transactions: queries.transactions)
        guard deal.count >= count else { return nil }
        var bytes = count
        var place = deal.startIndex
        for lookup in 0..<queries.transactions * shape.lookups where Self.client(lookup) == party.previous {
            let event = lookup / shape.lookups
            let domain = CountDomain(exponent: deal[place])
            guard (domain == nil) == refused(event), domain != nil || deal[place] == 0,
                domain == nil || queries.refusals[event] != 0 || domain == queries.domains[lookup]
            else { return nil }
            bytes += domain?.oneHotBytes ?? 0
            place += 1
        }
        return bytes
    }

    /// The client's part: the stream with the one bit flipped that the two components it knows point at.
    ///
    /// Where that bit lies depends on the sum of two components that are uniformly random to this party, whatever the count
    /// is; so memory access tells nothing of it.
    ///
    /// - Parameter stream: in common with the previous party.
    /// - Returns: for the next party: domains, then one-hots, in order of the lookups. Transactions that this party refused have
    ///   none and use no mask.
    package func deal(_ queries: CountQueries, stream: inout CounterStream) -> [UInt8] {
        precondition(queries.shape == shape)
        let count = lookups(of: party, transactions: queries.transactions)
        let own = (0..<queries.transactions * shape.lookups).lazy.filter { role($0) == .client }
        var out: [UInt8] = []
        out.reserveCapacity(own.reduce(count) { $0 + (queries.domain(ofTaken: $1)?.oneHotBytes ?? 0) })
        for lookup in own { out.append(queries.domain(ofTaken: lookup)?.exponent ?? 0) }
        var common = OneHotStream(count: count)
        for lookup in own {
            let domain = queries.domain(ofTaken: lookup)
            common.next(&stream, domain) { share in
                let known = Int(queries.shares[lookup].first &+ queries.shares[lookup].second) & (share.count * 8 - 1)
                share[known >> 3] ^= 1 << UInt8(known & 7)
                out.append(contentsOf: share)
            }
        }
        return out
    }

    /// A server's part, and a client's, which is zero: XOR shares of every thermometer bit, masked.
    ///
    /// Running time and memory access depend on the thresholds and on c_k, of which the first are public among the parties
    /// and the second is uniformly random to this party.
    ///
    /// - Parameters:
    ///   - deal: what the previous party dealt, of the length that `dealtBytes` says.
    ///   - stream: in common with the next party, from its beginning.
    ///   - zeroShare: `bytes` a transaction; the three parties' XOR to zero.
    /// - Returns: `bytes` a transaction. Those of a transaction that any party refused are zero and use no mask.
    package func answer(
        _ queries: CountQueries, refusals: [AgreedRefusal?], deal: [UInt8], stream: inout CounterStream,
        zeroShare: [UInt8]
    ) -> [UInt8] {
        let transactions = queries.transactions
        precondition(queries.shape == shape && refusals.count == transactions)
        precondition(zeroShare.count == transactions * shape.bytes)
        var out = [UInt8](repeating: 0, count: transactions * shape.bytes)
        var common = OneHotStream(count: lookups(of: party.next, transactions: transactions))
        var parities = SuffixParities()
        var exponent = 0
        var dealt = lookups(of: party.previous, transactions: transactions)
        deal.withUnsafeBytes { deal in
            out.withUnsafeMutableBufferPointer { out in
                for event in 0..<transactions {
                    let row = UnsafeMutableBufferPointer(
                        rebasing: out[event * shape.bytes..<(event + 1) * shape.bytes])
                    for slot in 0..<shape.lookups {
                        let lookup = event * shape.lookups + slot
                        let share = queries.shares[lookup]
                        switch role(lookup) {
                        case .client: continue
                        case .streamServer:
                            let domain = refusals[event] == nil ? queries.domains[lookup] : nil
                            common.next(&stream, domain) { parities.read(UnsafeRawBufferPointer($0)) }
                            if domain == nil { continue }
                            parities.pick(queries, event, slot, rotation: share.first, into: row)
                        case .dealtServer:
                            let bytes = CountDomain(exponent: deal[exponent])?.oneHotBytes ?? 0
                            let oneHot = UnsafeRawBufferPointer(rebasing: deal[dealt..<dealt + bytes])
                            (exponent, dealt) = (exponent + 1, dealt + bytes)
                            if refusals[event] != nil { continue }
                            parities.read(oneHot)
                            parities.pick(queries, event, slot, rotation: share.second, into: row)
                        }
                    }
                    if refusals[event] == nil {
                        for byte in row.indices { row[byte] ^= zeroShare[event * shape.bytes + byte] }
                    }
                }
            }
        }
        return out
    }
}
