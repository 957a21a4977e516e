import EventLogs
import Records

/// A record of `consortium.sealed`, decoded once. Nothing of it is believed yet.
struct SealedRecord {
    enum Body {
        case activation(WireModelActivation)
        case transaction(WireSealedTransaction, headerBytes: [UInt8], WireSealedHeader)
        /// Neither, or a transaction without a readable header.
        case unreadable
    }

    let record: LogRecord
    let body: Body

    init(_ record: LogRecord) {
        self.record = record
        switch WireSealedRecord(decoding: record.value ?? [])?.body {
        case .activation(let activation): body = .activation(activation)
        case .transaction(let sealed):
            let bytes = Array(sealed.header)
            body = WireSealedHeader(decoding: bytes).map { .transaction(sealed, headerBytes: bytes, $0) } ?? .unreadable
        case nil: body = .unreadable
        }
    }

    var activation: WireModelActivation? {
        if case .activation(let activation) = body { activation } else { nil }
    }

    /// Whose transaction it says it is; nil where it says nothing readable.
    var claim: (member: MemberID, source: SourcePosition)? {
        guard case .transaction(_, _, let header) = body, let member = MemberID(header.member) else { return nil }
        return (member, SourcePosition(header.source))
    }
}
