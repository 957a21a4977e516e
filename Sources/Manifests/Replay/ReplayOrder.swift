import Foundation
package import Keys
package import Records

/// The order that the three parties compute one decision again, for an auditor who learns that score alone.
///
/// It counts with the signatures of the coordinator, of the member whose decision it is, and of as many operators as have to
/// approve of a model.
package struct ReplayOrder: Sendable, Hashable {
    package var consortium: String
    package var member: MemberID
    /// The place of the sealed record in `consortium.sealed`.
    package var partition: Int
    package var offset: Int64
    package var event: EventID
    /// What the parties agreed on of the batch that it was scored in, and the model, as the decision's receipt has them.
    package var agreed: Digest32
    package var model: Digest32
    /// What shares are sealed to.
    package var auditor: HPKEPublicKey
    /// Seconds since 1970, by the log's clock.
    package var expires: Int64

    package init(
        consortium: String, member: MemberID, partition: Int, offset: Int64, event: EventID, agreed: Digest32,
        model: Digest32, auditor: HPKEPublicKey, expires: Int64
    ) {
        self.consortium = consortium
        self.member = member
        self.partition = partition
        self.offset = offset
        self.event = event
        self.agreed = agreed
        self.model = model
        self.auditor = auditor
        self.expires = expires
    }

    private static let schema: UInt32 = 1
    private static let context = "cordon/replay/order/v1"

    /// The bytes that are signed.
    package var body: [UInt8] {
        var wire = WireReplayOrderBody()
        wire.schema = Self.schema
        wire.consortium = consortium
        wire.member = member.name
        wire.partition = UInt32(partition)
        wire.offset = offset
        wire.eventID = Data(event.bytes)
        wire.agreedDigest = Data(agreed.bytes)
        wire.modelDigest = Data(model.bytes)
        wire.auditor = Data(auditor.bytes)
        wire.expires = expires
        return wire.encoded
    }

    /// By which answers name it.
    package var digest: Digest32 { Digest32(of: [Array("cordon/replay/order/v1".utf8), body]) }

    /// Nil where the bytes are no body in exactly that form.
    package init?(body: [UInt8]) {
        guard let wire = WireReplayOrderBody(decoding: body), wire.schema == Self.schema,
            let member = MemberID(wire.member), let event = EventID(Array(wire.eventID)),
            let agreed = Digest32(wire.agreedDigest), let model = Digest32(wire.modelDigest),
            let auditor = try? HPKEPublicKey(bytes: Array(wire.auditor)), wire.offset >= 0
        else { return nil }
        self.init(
            consortium: wire.consortium, member: member, partition: Int(wire.partition), offset: wire.offset,
            event: event, agreed: agreed, model: model, auditor: auditor, expires: wire.expires)
        guard self.body == body else { return nil }
    }

    /// One author's signature.
    package func signature(by author: SyncAuthor, key: borrowing SigningKey) throws(SigningError) -> WireReplaySignature
    {
        var wire = WireReplaySignature()
        wire.author = author.description
        wire.signature = Data(try key.sign(body, context: Self.context))
        return wire
    }

    /// Checks an order with its signatures. Signatures of others, and a second one of somebody, count for nothing.
    ///
    /// - Throws: the first thing that is wrong, in the order of `ReplayRefusal`.
    package init(verifying wire: WireReplayOrder, terms: SyncTerms) throws(ReplayRefusal) {
        guard let order = ReplayOrder(body: Array(wire.body)) else { throw .malformed }
        guard order.consortium == terms.consortium else { throw .otherConsortium }
        guard terms.opened.contains(.replays) else { throw .notAgreed }
        guard terms.members[order.member] != nil else { throw .unknownMember }
        let signers = Set(
            wire.signatures.compactMap { signature -> SyncAuthor? in
                guard let author = SyncAuthor(signature.author), let key = terms.key(of: author),
                    key.verifies(Array(signature.signature), over: Array(wire.body), context: Self.context)
                else { return nil }
                return author
            })
        guard signers.contains(.coordinator) else { throw .notSigned(.coordinator) }
        guard signers.contains(.member(order.member)) else { throw .notSigned(.member(order.member)) }
        let operators = signers.filter { if case .operator = $0 { true } else { false } }.count
        guard operators >= terms.approvals else { throw .approvals(operators, least: terms.approvals) }
        self = order
    }
}

/// Why an order, or an answer, counts for nothing.
package enum ReplayRefusal: Error, Sendable, Hashable {
    case malformed
    case otherConsortium
    /// The agreement does not name decisions that are computed again among what is opened.
    case notAgreed
    case unknownMember
    case notSigned(SyncAuthor)
    /// So many operators signed, of those whose approval it takes.
    case approvals(Int, least: Int)
}

extension ReplayRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed: "it is no order to compute a decision again, and no answer to one"
        case .otherConsortium: "it is of another consortium than the roster's"
        case .notAgreed: "not_agreed: the agreement does not say that decisions are opened to an auditor"
        case .unknownMember: "the member that it names takes no part"
        case .notSigned(let author): "\(author) did not sign it"
        case .approvals(let count, let least): "\(count) operators signed it, and the agreement wants \(least)"
        }
    }
}
