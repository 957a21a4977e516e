import Foundation
package import Keys
package import Records

/// What somebody says on `consortium.sync`.
package enum SyncStatement: Sendable, Hashable {
    case order(SyncOrder)
    case report(PartyReport)
    case approval(SyncApproval)
    case decision(SyncDecision)
    case verdict(MemberVerdict)

    /// The version of the layout.
    static let schema: UInt32 = 1

    /// Whether an author of this kind may say this at all.
    func belongs(to author: SyncAuthor) -> Bool {
        switch (self, author) {
        case (.order, .coordinator), (.decision, .coordinator), (.report, .party), (.approval, .operator),
            (.verdict, .member):
            true
        default: false
        }
    }

    /// A record's value: the statement, signed.
    ///
    /// - Parameters:
    ///   - author: whose key it is, and may say this.
    ///   - consortium: its name in the roster.
    package func record(
        by author: SyncAuthor, consortium: String, key: borrowing SigningKey
    ) throws(SigningError) -> [UInt8] {
        precondition(belongs(to: author), "\(author) does not say this")
        let wire = wire(consortium)
        let body = wire.encoded
        var record = WireSyncRecord()
        record.body = Data(body)
        record.author = author.description
        let context = wire.said.map(Self.context) ?? ""
        record.signature = Data(try key.sign(Self.signed(body, by: author.description), context: context))
        return record.encoded
    }

    private func wire(_ consortium: String) -> WireSyncBody {
        var body = WireSyncBody()
        body.schema = Self.schema
        body.consortium = consortium
        switch self {
        case .order(let order): body.order = order.wire
        case .report(let report): body.report = report.wire
        case .approval(let approval): body.approval = approval.wire
        case .decision(let decision): body.decision = decision.wire
        case .verdict(let verdict): body.verdict = verdict.wire
        }
        return body
    }

    init(_ wire: WireSyncBody) throws(SyncMistake) {
        switch wire.said {
        case .order(let order): self = .order(try SyncOrder(order))
        case .report(let report): self = .report(try PartyReport(report))
        case .approval(let approval): self = .approval(try SyncApproval(approval))
        case .decision(let decision): self = .decision(try SyncDecision(decision))
        case .verdict(let verdict): self = .verdict(try MemberVerdict(verdict))
        case nil: throw .encoding
        }
    }

    /// The signed bytes: the author's length (8, big-endian), the author, the body.
    static func signed(_ body: [UInt8], by author: String) -> [UInt8] {
        UInt64(author.utf8.count).bigEndianBytes + Array(author.utf8) + body
    }

    /// What a signature is for: another purpose for each kind of statement.
    static func context(_ said: WireSyncBody.OneOf_Said) -> String {
        switch said {
        case .order: "cordon/sync/order/v1"
        case .report: "cordon/sync/report/v1"
        case .approval: "cordon/sync/approval/v1"
        case .decision: "cordon/sync/decision/v1"
        case .verdict: "cordon/sync/verdict/v1"
        }
    }
}

/// A record of `consortium.sync` that its author signed.
package struct SyncMessage: Sendable, Hashable {
    package let author: SyncAuthor
    package let statement: SyncStatement
    /// Of author and body: two records of one digest say the same. Orders are named by it.
    package let digest: Digest32

    /// Reads and checks a record: its form, whose consortium it is of, its author, the signature, and then what it says.
    ///
    /// - Throws: `tooLong`, `malformed`, `otherConsortium`, `unknownAuthor`, `wrongAuthor`, `badSignature`, in this order; but what
    ///   is wrong with what a record says is only told of one that its author signed.
    package init(verifying record: [UInt8], terms: SyncTerms) throws(SyncRefusal) {
        guard record.count <= SyncBounds.recordBytes else { throw .tooLong(record.count) }
        guard let wire = WireSyncRecord(decoding: record), let body = WireSyncBody(decoding: Array(wire.body)),
            body.schema == SyncStatement.schema, let said = body.said
        else { throw .malformed(.encoding) }
        guard body.consortium == terms.consortium else { throw .otherConsortium }
        guard let author = SyncAuthor(wire.author), let key = terms.key(of: author) else { throw .unknownAuthor }
        let signed = SyncStatement.signed(Array(wire.body), by: wire.author)
        guard key.verifies(Array(wire.signature), over: signed, context: SyncStatement.context(said)) else {
            throw .badSignature(author)
        }
        let statement: SyncStatement
        do throws(SyncMistake) { statement = try SyncStatement(body) } catch { throw .malformed(error) }
        guard statement.belongs(to: author) else { throw .wrongAuthor(author) }
        self.author = author
        self.statement = statement
        digest = Digest32(of: [Array("cordon/sync/record/v1".utf8), Array(wire.author.utf8), Array(wire.body)])
    }
}
