package import EventLogs
import Records

/// A record of `consortium.sealed`, decoded once. Nothing of it is believed yet. A class, since a batch hands its records on from
/// step to step, and each copy of so many fields would count as many references.
package final class SealedRecord: Sendable {
    /// The content, as far as it can be read without a key.
    enum Body: Sendable {
        case activation(WireModelActivation)
        case epochActivation(WireEpochActivation)
        case epochClosing(WireEpochClosing)
        case specAnnouncement(WireSpecAnnouncement)
        case transaction(SealedTransaction)
        /// Neither, or a transaction without a readable header.
        case unreadable
    }

    package let record: LogRecord
    let body: Body
    /// The place of the record in its member's topic; nil where its header names none that can be read.
    let claim: SourceClaim?

    package init(_ record: LogRecord) {
        self.record = record
        let bytes = record.value ?? []
        if let transaction = SealedTransaction(bytes) {
            body = .transaction(transaction)
            let header = transaction.header
            claim =
                if let member = header.member, let source = header.source {
                    SourceClaim(member: member, source: source, previous: header.previous)
                } else { nil }
        } else {
            claim = nil
            body =
                switch WireSealedRecord(decoding: bytes)?.body {
                case .activation(let activation): .activation(activation)
                case .epochActivation(let activation): .epochActivation(activation)
                case .epochClosing(let closing): .epochClosing(closing)
                case .specAnnouncement(let announcement): .specAnnouncement(announcement)
                case .transaction, nil: .unreadable
                }
        }
    }

    var offset: Int64 { record.position.offset }

    /// What its header says, unproven; nil where it is no transaction.
    var header: SealedHeader? {
        if case .transaction(let transaction) = body { transaction.header } else { nil }
    }

    var activation: WireModelActivation? {
        if case .activation(let activation) = body { activation } else { nil }
    }

    /// Whether it may switch the model, the epoch of keys, or the next spec, for what comes behind it. No batch spans such a
    /// record.
    package var isSwitch: Bool {
        switch body {
        case .activation, .epochActivation, .epochClosing, .specAnnouncement: true
        case .transaction, .unreadable: false
        }
    }

    /// The member that its header names, where that header is whole, or of another schema: whom a rejected record is for.
    var sender: MemberID? {
        guard case .transaction(let transaction) = body else { return nil }
        let header = transaction.header
        guard header.schema == SealedHeader.schema else { return header.member }
        guard header.event != nil, let source = header.source, source.offset >= 0 else { return nil }
        return header.member
    }
}
