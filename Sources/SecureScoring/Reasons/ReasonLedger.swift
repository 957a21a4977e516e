package import EventLogs
package import Records
package import Sealing

/// What members have asked of reasons: a function of `consortium.reasons` and of the log's times, so the same at all parties that
/// have come as far. No clock.
package struct ReasonLedger: Sendable {
    private struct Asked {
        /// Of the log, in days since 1970.
        var day: Int64
        /// Choices that were taken that day.
        var used: Int
        /// The highest order of the member's requests.
        var order: UInt64
    }

    private static let table = "reasons-asked"
    private let state: any StateStore
    private var asked: [MemberID: Asked] = [:]
    /// Members of whom the state has not what was taken last, since it could not be written.
    private var unwritten: Set<MemberID> = []

    package init(_ state: any StateStore) throws(LogError) {
        self.state = state
        var asked: [MemberID: Asked] = [:]
        do {
            try state.scan(Self.table) { entry in
                guard let member = MemberID(String(decoding: entry.key, as: UTF8.self)), entry.value.count == 24 else {
                    return
                }
                asked[member] = Asked(
                    day: Int64(bigEndianBytes: entry.value[..<8]),
                    used: Int(Int64(bigEndianBytes: entry.value[8..<16])),
                    order: UInt64(bigEndianBytes: entry.value[16...]))
            }
        } catch let error as LogError { throw error } catch { throw .corrupted(reason: "\(error)") }
        self.asked = asked
    }

    private static func day(_ timestamp: Int64) -> Int64 { timestamp / 1_000_000 / EventTime.day }

    /// Whether a request has not been taken before, nor one behind it.
    package func isNew(_ request: ReasonRequest) -> Bool {
        asked[request.member].map { request.order > $0.order } ?? true
    }

    /// Whether a member may have a request of this time answered.
    ///
    /// - Parameter timestamp: by the log's clock, in microseconds since 1970.
    package func allows(_ request: ReasonRequest, at timestamp: Int64, _ limits: ReasonLimits) -> Bool {
        let used = asked[request.member].flatMap { $0.day == Self.day(timestamp) ? $0.used : nil } ?? 0
        return used + ReasonRequest.choices <= limits.daily
    }

    /// Takes a request, whatever becomes of it, and says how far the topic is read: in one commit.
    ///
    /// - Parameters:
    ///   - request: nil for a record that is not the member's own.
    ///   - counts: whether its choices count.
    package mutating func take(
        _ request: ReasonRequest?, at position: Position, _ timestamp: Int64, counts: Bool
    ) throws(LogError) {
        if let request, isNew(request) {
            let day = Self.day(timestamp)
            var one = asked[request.member] ?? Asked(day: day, used: 0, order: 0)
            if one.day != day { (one.day, one.used) = (day, 0) }
            if counts { one.used += ReasonRequest.choices }
            one.order = request.order
            asked[request.member] = one
            unwritten.insert(request.member)
        }
        let writes = unwritten.sorted().compactMap { member in asked[member].map { Self.write($0, of: member) } }
        try state.commit(writes, positions: [Position(position.partition, position.offset + 1)])
        unwritten = []
    }

    private static func write(_ one: Asked, of member: MemberID) -> StateWrite {
        .put(
            table: table,
            StateEntry(
                key: Array(member.name.utf8),
                value: one.day.bigEndianBytes + Int64(one.used).bigEndianBytes + one.order.bigEndianBytes, order: 0))
    }
}
