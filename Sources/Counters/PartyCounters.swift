package import Records
import ThreeParty

/// All that one party counts: events and confirmed frauds of tokens, and which events were labelled. The same records in the
/// same order lead to the same state, whatever was swept, stored or rotated in between.
///
/// Events and labels enter once all three parties have agreed to take them; a record that one refused enters at none.
package struct PartyCounters: Sendable {
    package private(set) var counters: TokenCounters
    private var ledger = LabelLedger()

    /// An event has at most this many tokens.
    package static let tokens = LabelLedger.tokens

    package init(spec: CounterSpec, now: EventTime) { counters = TokenCounters(spec: spec, now: now) }

    package var eventCount: Int { ledger.count }

    // MARK: Records

    /// Moves the time on; see `TokenCounters.advance`.
    package mutating func advance(to time: EventTime) { counters.advance(to: time) }

    /// Counts an event of each of its tokens.
    ///
    /// - Parameter tokens: at most `PartyCounters.tokens`; one that is there twice counts once.
    package mutating func event(
        _ id: EventID, from member: MemberNumber, of tokens: [TokenKey], at time: EventTime
    ) -> EventOutcome {
        precondition(tokens.count <= Self.tokens, "whoever opens a box counts its tokens")
        if let refusal = counters.clock.refusal(time) { return refusal }
        guard !ledger.knows(id, counters.clock) else { return .known }
        var numbers = SIMD4<UInt32>(repeating: .max)
        for (at, token) in tokens.enumerated() where !tokens[..<at].contains(token) {
            let number = counters.number(adding: token)
            counters.count(number, member, at: time)
            numbers[at] = number
        }
        ledger.add(
            id, LabelLedger.Event(time: UInt32(time.seconds), member: member.value, label: nil, tokens: numbers),
            counters.clock)
        return .counted
    }

    /// Counts what a member says of one of its events, once.
    ///
    /// - Parameter position: of the member's sequence of labels; it only grows, and what was at or below the highest is a
    ///   repeat.
    package mutating func label(
        _ change: LabelChange, of id: EventID, from member: MemberNumber, position: UInt64
    ) -> LabelOutcome {
        switch ledger.take(member, position: position, of: id, change, counters.clock) {
        case .repeated: return .repeated
        case .refused(let error): return .refused(error)
        case .counts(let effect):
            for token in effect.tokens { _ = counters.label(token, eventAt: effect.time, effect.change) }
            return .counted
        }
    }

    /// Looks at the next `limit` tokens and at up to `limit` events, and drops what is in no window any more.
    package mutating func sweep(_ limit: Int) {
        ledger.sweep(limit, counters.clock)
        counters.sweep(limit)
    }

    // MARK: Rotation; see `TokenCounters`

    package mutating func beginRotation() throws(TokenCounters.RotationError) { try counters.beginRotation() }

    package mutating func unmoved(_ limit: Int) -> [TokenKey] { counters.unmoved(limit) }

    package mutating func rekey(
        _ slice: some Sequence<(from: TokenKey, to: TokenKey)>
    ) throws(TokenCounters.RotationError) { try counters.rekey(slice) }

    package mutating func finishRotation() throws(TokenCounters.RotationError) { try counters.finishRotation() }

    package mutating func renew(_ limit: Int) -> Bool { counters.renew(limit) }

    // MARK: Rows

    /// What a store writes as one with the position in the log. Rows that are nil are deleted.
    package struct Changes: Sendable {
        package var header: [UInt8]
        package var tokens: [(number: UInt32, row: [UInt8]?)]
        package var events: [(id: EventID, row: [UInt8]?)]
    }

    package enum RowError: Error, Sendable, Hashable {
        case tokens(TokenCounters.RowError)
        case events
    }

    private static let counterHeaderBytes = 30

    package mutating func takeChanges() -> Changes {
        Changes(header: counters.header + ledger.header, tokens: counters.takeChanges(), events: ledger.takeChanges())
    }

    package init(
        spec: CounterSpec, header: [UInt8], tokens: some Collection<(number: UInt32, row: [UInt8])>,
        events: some Collection<(id: EventID, row: [UInt8])>
    ) throws(RowError) {
        guard header.count > Self.counterHeaderBytes else { throw .tokens(.header) }
        do {
            counters = try TokenCounters(spec: spec, header: Array(header[..<Self.counterHeaderBytes]), rows: tokens)
        } catch { throw .tokens(error) }
        let counters = counters
        guard
            let ledger = LabelLedger(
                header: header[Self.counterHeaderBytes...], rows: events, counters.clock,
                isToken: { counters.holds($0) })
        else { throw .events }
        self.ledger = ledger
    }

    /// All that can still be seen; see `TokenCounters.canonical`.
    package var canonical: (tokens: [(token: TokenKey, buckets: [UInt8])], events: [(id: EventID, row: [UInt8])]) {
        (counters.canonical, ledger.canonical(counters.clock) { counters.keys[Int($0)] })
    }
}

extension TokenCounters {
    func holds(_ number: UInt32) -> Bool { Int(number) < keys.count && keys[Int(number)] != .none }
}
