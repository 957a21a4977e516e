import Foundation
package import Keys
package import Records

/// What somebody says on `consortium.agreement`.
package enum AgreementStatement: Sendable, Hashable {
    case epochOrder(EpochOrder)
    case partyOffer(PartyOffer)
    case memberOffer(MemberOffer)
    case epochManifest(EpochManifest)
    case epochReady(EpochReady)
    case epochPlaces(EpochPlaces)
    case epochErased(EpochErased)
    case proposal(AgreementProposal)
    case signature(AgreementSignature)

    /// The version of the layout.
    static let schema: UInt32 = 1

    /// Whether an author of this kind may say this at all.
    func belongs(to author: SyncAuthor) -> Bool {
        switch (self, author) {
        // Whoever takes part, and who comes, says what it likes of the agreement; whether it counts is for the history.
        case (.proposal, _), (.signature, _): true
        case (.epochOrder, .coordinator), (.epochManifest, .coordinator), (.epochPlaces, .coordinator),
            (.partyOffer, .party), (.epochReady, .party), (.memberOffer, .member), (.epochErased, .party),
            (.epochErased, .member):
            true
        default: false
        }
    }

    /// What a signature is for: another purpose for each kind of statement.
    var context: String {
        switch self {
        case .epochOrder: "cordon/agreement/epoch-order/v1"
        case .partyOffer: "cordon/agreement/party-offer/v1"
        case .memberOffer: "cordon/agreement/member-offer/v1"
        case .epochManifest: "cordon/agreement/epoch-manifest/v1"
        case .epochReady: "cordon/agreement/epoch-ready/v1"
        case .epochPlaces: "cordon/agreement/epoch-places/v1"
        case .epochErased: "cordon/agreement/epoch-erased/v1"
        case .proposal: "cordon/agreement/proposal/v1"
        case .signature: "cordon/agreement/signature/v1"
        }
    }

    init(_ wire: WireAgreementBody) throws(AgreementMistake) {
        switch wire.said {
        case .epochOrder(let order): self = .epochOrder(try EpochOrder(order))
        case .partyOffer(let offer): self = .partyOffer(try PartyOffer(offer))
        case .memberOffer(let offer): self = .memberOffer(try MemberOffer(offer))
        case .epochManifest(let manifest): self = .epochManifest(try EpochManifest(manifest))
        case .epochReady(let ready): self = .epochReady(try EpochReady(ready))
        case .epochPlaces(let places): self = .epochPlaces(try EpochPlaces(places))
        case .epochErased(let erased): self = .epochErased(try EpochErased(erased))
        case .proposal(let proposal): self = .proposal(try AgreementProposal(proposal))
        case .signature(let signature): self = .signature(try AgreementSignature(signature))
        case nil: throw .encoding
        }
    }

    private func wire(_ consortium: String) -> WireAgreementBody {
        var body = WireAgreementBody()
        body.schema = Self.schema
        body.consortium = consortium
        switch self {
        case .epochOrder(let order): body.epochOrder = order.wire
        case .partyOffer(let offer): body.partyOffer = offer.wire
        case .memberOffer(let offer): body.memberOffer = offer.wire
        case .epochManifest(let manifest): body.epochManifest = manifest.wire
        case .epochReady(let ready): body.epochReady = ready.wire
        case .epochPlaces(let places): body.epochPlaces = places.wire
        case .epochErased(let erased): body.epochErased = erased.wire
        case .proposal(let proposal): body.proposal = proposal.wire
        case .signature(let signature): body.signature = signature.wire
        }
        return body
    }

    /// A record's value: the statement, signed.
    ///
    /// - Parameters:
    ///   - author: whose key it is, and may say this.
    ///   - consortium: its name in the roster.
    package func record(
        by author: SyncAuthor, consortium: String, key: borrowing SigningKey
    ) throws(SigningError) -> [UInt8] {
        try signed(author, consortium, key).encoded
    }

    /// The same of a statement that brings a new identity, which signs it as well.
    package func record(
        by author: SyncAuthor, consortium: String, key: borrowing SigningKey, new: borrowing SigningKey
    ) throws(SigningError) -> [UInt8] {
        var record = try signed(author, consortium, key)
        record.newSignature = Data(
            try new.sign(Self.signed(Array(record.body), by: record.author), context: context + "/new"))
        return record.encoded
    }

    private func signed(
        _ author: SyncAuthor, _ consortium: String, _ key: borrowing SigningKey
    ) throws(SigningError) -> WireAgreementRecord {
        precondition(belongs(to: author), "\(author) does not say this")
        let body = wire(consortium).encoded
        var record = WireAgreementRecord()
        record.body = Data(body)
        record.author = author.description
        record.signature = Data(try key.sign(Self.signed(body, by: record.author), context: context))
        return record
    }

    /// The signed bytes: the author's length (8, big-endian), the author, the body.
    static func signed(_ body: [UInt8], by author: String) -> [UInt8] {
        UInt64(author.utf8.count).bigEndianBytes + Array(author.utf8) + body
    }
}

/// A record of `consortium.agreement`, read. Who signed it is for the reader to ask, who knows whose key counts: that changes with
/// what was said before.
package struct AgreementMessage: Sendable, Hashable {
    package let author: SyncAuthor
    package let statement: AgreementStatement
    /// Of author and body: two records of one digest say the same.
    package let digest: Digest32
    private let signed: [UInt8]
    private let signature: [UInt8]
    private let newSignature: [UInt8]

    /// Reads a record: its form, whose consortium it is of, its author, what it says.
    ///
    /// - Parameter consortium: its name in the roster.
    package init(reading record: [UInt8], consortium: String) throws(AgreementMistake) {
        guard record.count <= AgreementBounds.recordBytes else { throw .tooLong(record.count) }
        guard let wire = WireAgreementRecord(decoding: record),
            let body = WireAgreementBody(decoding: Array(wire.body)), body.schema == AgreementStatement.schema
        else { throw .encoding }
        guard body.consortium == consortium else { throw .otherConsortium }
        guard let author = SyncAuthor(wire.author) else { throw .author }
        statement = try AgreementStatement(body)
        guard statement.belongs(to: author) else { throw .author }
        self.author = author
        signed = AgreementStatement.signed(Array(wire.body), by: wire.author)
        signature = Array(wire.signature)
        newSignature = Array(wire.newSignature)
        digest = Digest32(of: [Array("cordon/agreement/record/v1".utf8), Array(wire.author.utf8), Array(wire.body)])
    }

    /// Whether the author's key is this one.
    package func isSigned(by key: VerifyingKey) -> Bool {
        key.verifies(signature, over: signed, context: statement.context)
    }

    /// Whether the new identity that the statement brings is this one.
    package func isSigned(byNew key: VerifyingKey) -> Bool {
        key.verifies(newSignature, over: signed, context: statement.context + "/new")
    }
}

extension AgreementStatement: CustomStringConvertible {
    /// What is said, in a line.
    package var description: String {
        switch self {
        case .epochOrder(let order):
            "keys of epoch \(order.epoch) are ordered, attempt \(order.attempt), of \(order.suite), by the agreement "
                + "\(order.agreement)"
        case .partyOffer(let offer): "offers keys of epoch \(offer.epoch), attempt \(offer.attempt)"
        case .memberOffer(let offer): "offers keys from epoch \(offer.epoch) on"
        case .epochManifest(let manifest):
            "the keys of epoch \(manifest.epoch), attempt \(manifest.attempt), are \(manifest.keys)"
        case .epochReady(let ready):
            "is ready for epoch \(ready.epoch), attempt \(ready.attempt), with keys \(ready.keys)"
        case .epochPlaces(let places):
            "epoch \(places.epoch) \(places.kind == .activation ? "begins" : "ends") at offset "
                + places.offsets.map { "\($0)" }.joined(separator: ", ")
        case .epochErased(let erased):
            "has erased \(erased.keys.isEmpty ? "nothing" : erased.keys.joined(separator: ", ")) of epoch \(erased.epoch)"
        case .proposal(let proposal): "proposes version \(proposal.agreement.version) of the agreement"
        case .signature(let signature): "signs version \(signature.version) of the agreement, \(signature.digest)"
        }
    }
}
