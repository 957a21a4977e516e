import EventLogs
import Records

/// A record of `consortium.sealed`, decoded once. Nothing of it is believed yet.
struct SealedRecord {
    enum Body {
        case activation(WireModelActivation)
        case transaction(SealedTransaction)
        /// Neither, or a transaction without a readable header.
        case unreadable
    }

    let record: LogRecord
    let body: Body

    init(_ record: LogRecord) {
        self.record = record
        let bytes = record.value ?? []
        if let transaction = SealedTransaction(bytes) {
            body = .transaction(transaction)
        } else if case .activation(let activation)? = WireSealedRecord(decoding: bytes)?.body {
            body = .activation(activation)
        } else {
            body = .unreadable
        }
    }

    var offset: Int64 { record.position.offset }

    var activation: WireModelActivation? {
        if case .activation(let activation) = body { activation } else { nil }
    }

    /// Whose transaction it says it is; nil where it says nothing readable.
    var claim: (member: MemberID, source: SourcePosition)? {
        guard case .transaction(let transaction) = body, let member = transaction.header.member,
            let source = transaction.header.source
        else { return nil }
        return (member, source)
    }
}
