import Foundation
package import Keys
package import Records

/// Why a party computes nothing for an order. Codes are for ever.
package enum ReplayCode: String, Sendable, Hashable, CaseIterable {
    /// The party keeps no rows, or not these any more.
    case rowsGone = "rows_gone"
    /// Its rows have no such transaction.
    case unknownRow = "unknown_row"
    /// It has not the model any more, or the model reads other features than the row has.
    case modelGone = "model_gone"
    /// Another model was in force there.
    case otherModel = "other_model"
    case expired
}

/// What one party says to an order to compute a decision again.
package struct ReplayAnswer: Sendable, Hashable {
    package enum Word: Sendable, Hashable {
        case refused(ReplayCode)
        /// Its share of the score, sealed to the auditor, with bits of the ring and steps, 0 for an exact score.
        case share(encapsulated: [UInt8], ciphertext: [UInt8], ringBits: Int, steps: Int)
    }

    package let party: PartyID
    /// The order's digest.
    package let order: Digest32
    package let word: Word

    private static let schema: UInt32 = 1
    private static let context = "cordon/replay/answer/v1"
    /// HPKE's info of a share.
    private static let info = Array("cordon/replay/share/v1".utf8)

    package init(party: PartyID, order: Digest32, word: Word) {
        self.party = party
        self.order = order
        self.word = word
    }

    /// Seals a share to the auditor, bound to order and party.
    package init(
        party: PartyID, to order: ReplayOrder, share: [UInt8], ringBits: Int, steps: Int
    ) throws(HPKEError) {
        let digest = order.digest
        let sealed = try order.auditor.seal(share, info: Self.info, associated: Self.associated(digest, party))
        self.init(
            party: party, order: digest,
            word: .share(
                encapsulated: sealed.encapsulated, ciphertext: sealed.ciphertext, ringBits: ringBits, steps: steps))
    }

    private static func associated(_ order: Digest32, _ party: PartyID) -> [UInt8] {
        order.bytes + [UInt8(party.rawValue)]
    }

    /// The share, for the auditor; nil where the party refused.
    package func open(_ key: borrowing HPKEPrivateKey) throws(HPKEError) -> [UInt8]? {
        guard case .share(let encapsulated, let ciphertext, _, _) = word else { return nil }
        return try key.open(
            ciphertext, encapsulated: encapsulated, info: Self.info, associated: Self.associated(order, party))
    }

    /// The record's message, signed by the party.
    package func signed(consortium: String, key: borrowing SigningKey) throws(SigningError) -> WireReplayAnswer {
        var body = WireReplayAnswerBody()
        body.schema = Self.schema
        body.consortium = consortium
        body.party = UInt32(party.rawValue)
        body.orderDigest = Data(order.bytes)
        switch word {
        case .refused(let code): body.refusal = code.rawValue
        case .share(let encapsulated, let ciphertext, let ringBits, let steps):
            body.encapsulated = Data(encapsulated)
            body.ciphertext = Data(ciphertext)
            body.ringBits = UInt32(ringBits)
            body.steps = UInt32(steps)
        }
        var wire = WireReplayAnswer()
        wire.body = Data(body.encoded)
        wire.signature = Data(try key.sign(Array(wire.body), context: Self.context))
        return wire
    }

    /// Checks an answer.
    package init(verifying wire: WireReplayAnswer, terms: SyncTerms) throws(ReplayRefusal) {
        guard let body = WireReplayAnswerBody(decoding: Array(wire.body)), body.schema == Self.schema,
            let party = PartyID(rawValue: Int(body.party)), let order = Digest32(body.orderDigest)
        else { throw .malformed }
        guard body.consortium == terms.consortium else { throw .otherConsortium }
        guard let key = terms.parties[party],
            key.verifies(Array(wire.signature), over: Array(wire.body), context: Self.context)
        else { throw .notSigned(.party(party)) }
        let word: Word
        if body.refusal.isEmpty {
            word = .share(
                encapsulated: Array(body.encapsulated), ciphertext: Array(body.ciphertext),
                ringBits: Int(body.ringBits), steps: Int(body.steps))
        } else {
            guard let code = ReplayCode(rawValue: body.refusal) else { throw .malformed }
            word = .refused(code)
        }
        self.init(party: party, order: order, word: word)
    }
}

extension ReplayCode: CustomStringConvertible {
    package var description: String {
        switch self {
        case .rowsGone: "the party keeps no rows, or not these any more (`--rows`)"
        case .unknownRow: "the party's rows have no such transaction"
        case .modelGone: "the party has not the model any more, or it reads other features than the row has"
        case .otherModel: "another model was in force at the transaction"
        case .expired: "the order expired before all three parties had answered"
        }
    }
}
