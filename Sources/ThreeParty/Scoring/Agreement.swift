package import Records

/// What a batch's parties have agreed on once each knows what every one refused, and what every one sent: randomness after that
/// hangs on `digest`, so a run with other refusals, or with another frame, shares no mask with this one (DESIGN section 4.1).
package struct Agreement: Sendable {
    /// Nil for each transaction that is scored.
    package let refusals: [AgreedRefusal?]
    package let digest: Digest32
    /// What each party refused, in the order of parties: one byte a record.
    package let codes: [[UInt8]]
    /// What the three found together of records that nobody refused (`CheckFailure`): one byte a record.
    package let found: [UInt8]
    /// The digest of the first round's three frames. With plan and codes it is all that `digest` is computed from.
    package let transcript: Digest32
    /// By record, whether its bits of a second spec are kept; nil where there is none. No part of `digest`, since nothing that is
    /// computed hangs on it; the frames that it follows from are.
    package let shadow: [Bool]?

    /// - Parameters:
    ///   - codes: one byte a record and party; 0 where it was accepted.
    ///   - found: one byte a record; 0 where a party refused it.
    package init(
        plan: Digest32, codes: (zero: [UInt8], one: [UInt8], two: [UInt8]), found: [UInt8], transcript: Digest32,
        shadow: [Bool]? = nil
    ) {
        self.shadow = shadow
        precondition([codes.one.count, codes.two.count, found.count].allSatisfy { $0 == codes.zero.count })
        self.codes = [codes.zero, codes.one, codes.two]
        self.found = found
        self.transcript = transcript
        refusals = codes.zero.indices.map { record in
            for (party, code) in [
                (PartyID.zero, codes.zero[record]), (.one, codes.one[record]), (.two, codes.two[record]),
            ]
            where code != 0 {
                return AgreedRefusal(party: party, code: code)
            }
            return found[record] == 0 ? nil : AgreedRefusal(party: nil, code: found[record])
        }
        digest = Digest32(
            of: [
                Array("cordon/agreed/v2".utf8), plan.bytes, codes.zero, codes.one, codes.two, found,
                transcript.bytes,
            ])
    }
}
