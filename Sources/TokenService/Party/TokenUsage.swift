import EventLogs
import Records
import Tokens

/// What a party keeps of requests beside its position: how far each member's rate is used, and which batches were charged
/// within the window. Both change in the transaction that the position changes in, so a batch that is read again after a crash
/// is charged once.
struct TokenUsage {
    private static let rates = "token-rates"

    private let state: any StateStore

    init(state: any StateStore) { self.state = state }

    private static func batches(_ member: MemberID) -> String { "token-batches/\(member)" }

    /// - Throws: `LogError.corrupted` for an entry of another form.
    func levels() throws -> [MemberID: RateLevel] {
        var found: [MemberID: RateLevel] = [:]
        try state.scan(Self.rates) { entry in
            guard let member = MemberID(String(decoding: entry.key, as: UTF8.self)), entry.value.count == 8 else {
                throw LogError.corrupted(reason: "the party's state holds a malformed token rate")
            }
            let bits = UInt64(bigEndianBytes: entry.value)
            found[member] = RateLevel(thousandths: Int64(bitPattern: bits), time: entry.order)
        }
        return found
    }

    func isCharged(_ member: MemberID, _ batch: TokenBatchID) throws(LogError) -> Bool {
        try state.value(Self.batches(member), batch.bytes) != nil
    }

    static func write(_ level: RateLevel, of member: MemberID) -> StateWrite {
        let bytes = level.thousandths.bigEndianBytes
        return .put(table: rates, StateEntry(key: Array(member.name.utf8), value: bytes, order: level.time))
    }

    static func write(_ batch: TokenBatchID, of member: MemberID) -> StateWrite {
        .put(table: batches(member), StateEntry(key: batch.bytes, value: [1], order: batch.time))
    }

    /// Forgets batches that are too old to be charged again.
    func forget(_ member: MemberID, before time: Int64) throws(LogError) {
        try state.removeAll(in: Self.batches(member), below: time)
    }
}
