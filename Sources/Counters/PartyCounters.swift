package import Records
package import ThreeParty

/// All that one party counts: events and confirmed frauds of tokens, and which events were labelled. The same records in the
/// same batches lead to the same state, whatever was swept, stored or rotated in between.
///
/// Events and labels enter once all three parties have agreed to take them; a record that one refused enters at none. The
/// time is taken from the events, within what the log says of when it took their records; both are in the agreed plan.
package struct PartyCounters: Sendable {
    /// The counts of tokens, to be read while scoring.
    package internal(set) var counters: TokenCounters
    var ledger = LabelLedger()
    var waiting = WaitingLabels()
    private var history = HistoryDays()
    /// Whether rows were read of which some are of an older generation: nothing is done with them before `resumeRefresh`.
    package internal(set) var needsRefreshKey = false
    private var times = MemberTimes()
    private let members: Int

    /// An event has at most this many tokens.
    package static let tokens = LabelLedger.tokens

    /// - Parameter members: of the consortium now, 1 ... 64; it may change from one start to the next.
    package init(spec: CounterSpec, members: Int) {
        precondition((1...MemberNumber.limit).contains(members), "a consortium has 1 to 64 members")
        counters = TokenCounters(spec: spec)
        self.members = members
    }

    /// Events that the ledger holds, of which some may be in no window any more.
    package var eventCount: Int { ledger.count }

    /// Whether a token has state, so that its bytes were found to be a curve point before. It depends on what was swept:
    /// nothing that is counted may hang on it.
    package func knows(_ token: CountedEntity) -> Bool { counters.number(of: token) != nil }

    // MARK: Records

    /// Moves the time on after a batch, to the median of what members have come to by their events that were counted, and never
    /// past the log's time; in a consortium of one member, to what that one has. It never goes back.
    ///
    /// So no minority of the members that send moves it or holds it up. And whoever does: it is never past the log's time, and
    /// never behind the newest event by more than the reach. So where events are sent as they happen, none is late or misses a
    /// bucket of its windows, whatever other members say. The first event of all sets the time by itself, within the same bounds.
    ///
    /// - Parameter logged: when the log took the batch's last record.
    package mutating func settle(logged: EventTime) {
        guard let time = times.median(members: members, since: counters.clock.oldestSeconds) else { return }
        counters.advance(to: min(time, logged))
        let oldest = counters.clock.oldestSeconds
        waiting.expire(before: oldest)
        history.expire(before: oldest)
    }

    /// Seconds that an event may be ahead of the time at which the log took its record.
    package static let ahead = EventTime.day

    /// Counts an event of each of its tokens.
    ///
    /// - Parameters:
    ///   - tokens: at most `PartyCounters.tokens`; one that is there twice counts once.
    ///   - time: what the member says.
    ///   - logged: when the log took the record that brings the event.
    ///   - limit: of an event of the member's history, how many of a day may count; nil of a transaction.
    /// - Returns: `early`, `late`, `known` or `beyond`, in that order, where nothing was counted. An event without tokens is
    ///   counted too: its id is known from then on, and its member's time moves. What its member said of it before counts, too.
    package mutating func event(
        _ id: EventID, from member: MemberNumber, of tokens: [CountedEntity], at time: EventTime, logged: EventTime,
        limit: Int? = nil
    ) -> EventOutcome {
        precondition(tokens.count <= Self.tokens, "whoever opens a box counts its tokens")
        if time.seconds > CounterClock.end || time > logged && time.seconds - logged.seconds > Self.ahead {
            return .early
        }
        guard !counters.clock.isLate(time) else { return .late }
        let key = EventKey(member, id)
        guard !ledger.knows(key, counters.clock) else { return .known }
        if let limit {
            guard history.count(member, time) < limit else { return .beyond }
            history.add(member, time)
        }
        counters.begin(at: min(time, logged))
        counters.follow(time)
        times.note(member, time)
        var numbers = SIMD4<UInt32>(repeating: .max)
        for (at, token) in tokens.enumerated() where !tokens[..<at].contains(token) {
            let number = counters.number(adding: token)
            let counted = counters.count(number, member, at: time, origin: Self.origin(key, slot: at))
            if case .labelled = counted { numbers[at] = number }
        }
        ledger.add(
            key,
            LabelLedger.Event(
                time: UInt32(time.seconds), label: .zero, tokens: numbers, mark: ledger.shares.mark), counters.clock)
        if !waiting.isEmpty, let word = waiting.take(key) { _ = label(word, of: id, from: member) }
        return .counted
    }

    /// What an event gives the row of its token with this place in it: no member finds two events that give the same.
    private static func origin(_ key: EventKey, slot: Int) -> UInt128 {
        let digest = Digest32(of: [Array("cordon/counted/row/v1".utf8), key.bytes, [UInt8(slot)]])
        return UInt128(bigEndianBytes: digest.bytes[..<16])
    }

    /// Whether a member's event of this id is counted, and in a window still.
    package func knows(_ id: EventID, from member: MemberNumber) -> Bool {
        ledger.knows(EventKey(member, id), counters.clock)
    }

    /// A member has fewer partitions of transactions than this.
    package static let sourcePartitions = Int(LabelLedger.Source.partitions)

    /// The highest position of a member's label records; nil where none was taken.
    package func labelPosition(from member: MemberNumber, partition: UInt32) -> UInt64? {
        ledger.position(member, partition)
    }

    /// Takes a label record's position; false for a repeat, whose labels are left out.
    ///
    /// - Parameters:
    ///   - partition: of the member's transactions; one from 4,096 on is no partition, and false.
    ///   - position: of the record in the member's partition. It only grows, so what is at or below the highest was taken.
    package mutating func takesLabels(from member: MemberNumber, partition: UInt32, position: UInt64) -> Bool {
        ledger.takes(member, partition, position)
    }

    /// Counts what a member says of one of its events, in place of what it said before.
    ///
    /// - Parameters:
    ///   - outcome: this party's components of 1 for a confirmed fraud, of 0 for a legitimate event or for a word
    ///     that is taken back: a party can't tell these from each other.
    ///   - logged: when the log took the record, where the word waits for an event that has not come.
    package mutating func label(
        _ outcome: CountShare, of id: EventID, from member: MemberNumber, waitingSince logged: EventTime? = nil
    ) -> LabelOutcome {
        switch ledger.take(EventKey(member, id), outcome, counters.clock) {
        case .refused(let error):
            if let logged { waiting.put(EventKey(member, id), outcome, logged: logged) }
            return .refused(error)
        case .counts(let effect):
            for place in effect.tokens.indices where effect.tokens[place] != .max {
                _ = counters.label(effect.tokens[place], member, eventAt: effect.time, effect.change)
            }
            return .counted
        }
    }

    /// Looks at the next `limit` tokens and at up to `limit` events, and drops what is in no window any more.
    package mutating func sweep(_ limit: Int) {
        ledger.sweep(limit, counters.clock)
        counters.sweep(limit)
    }

    // MARK: Rotation; see `TokenCounters`

    package var isRotating: Bool { counters.rotation != nil }

    /// Whether rows of the last rotation still bear former keys.
    package var isRenewing: Bool { counters.renewed < counters.renewable }

    /// The present key of a token that is known by its next one.
    package func present(ofNext token: CountedEntity) -> CountedEntity? { counters.present(ofNext: token) }

    /// Begins to give tokens their next keys, while events still name them by the present ones.
    ///
    /// - Throws: `underWay`.
    package mutating func beginRotation() throws(TokenCounters.RotationError) { try counters.beginRotation() }

    /// Up to `limit` present keys whose next ones are to be computed and handed to `rekey`.
    package mutating func unmoved(_ limit: Int) -> [CountedEntity] { counters.unmoved(limit) }

    /// Takes next keys of tokens. A repeated slice changes nothing.
    ///
    /// - Throws: `notUnderWay`; `taken` where a next key is another token's, after which the slice's earlier pairs
    ///   stand.
    package mutating func rekey(
        _ slice: some Sequence<(from: CountedEntity, to: CountedEntity)>
    ) throws(TokenCounters.RotationError) { try counters.rekey(slice) }

    /// Makes the next keys the present ones.
    ///
    /// - Throws: `notUnderWay`; `unmoved`, with how many tokens have no next key.
    package mutating func finishRotation() throws(TokenCounters.RotationError) { try counters.finishRotation() }

    /// Has the next `limit` rows written under present keys alone; false when none is left.
    package mutating func renew(_ limit: Int) -> Bool { counters.renew(limit) }

    // MARK: Rows

    /// What a store writes as one with the position in the log.
    package struct Changes: Sendable {
        package var header: [UInt8]
        /// Rows that are nil are deleted.
        package var tokens: TokenRows
        package var events: [EventRow]
        /// Seconds since 1970: of an event from before nothing is known any more.
        package var oldest: Int64
    }

    /// Which part of what a store held can't be read.
    package enum RowError: Error, Sendable, Hashable {
        case tokens(TokenCounters.RowError)
        case times
        case history
        case waiting
        case events
    }

    /// How many events the next `takeChanges` has.
    package var changedEvents: Int { ledger.changes }

    /// What a store has to write to stand where this does, if it wrote all that earlier calls gave.
    package mutating func takeChanges() -> Changes {
        Changes(
            header: counters.header + times.header + history.header + waiting.header + ledger.header,
            tokens: counters.takeChanges(),
            events: ledger.takeChanges(), oldest: counters.clock.oldestSeconds)
    }

    /// What a store's header and rows hold, in any order.
    package init(
        spec: CounterSpec, members: Int, header: [UInt8], tokens: some Collection<(number: UInt32, row: [UInt8])>,
        events: some Collection<(key: EventKey, row: [UInt8])>
    ) throws(RowError) {
        self.init(spec: spec, members: members)
        let counters: TokenCounters
        do {
            counters = try TokenCounters(
                spec: spec, header: Array(header.prefix(TokenCounters.headerBytes)), rows: tokens)
        } catch { throw .tokens(error) }
        let isRefreshing = header[TokenCounters.headerBytes - 1] == 1
        var rest = header.dropFirst(TokenCounters.headerBytes)
        guard let times = MemberTimes(taking: &rest) else { throw .times }
        guard let history = HistoryDays(taking: &rest) else { throw .history }
        guard let waiting = WaitingLabels(taking: &rest) else { throw .waiting }
        guard
            let ledger = LabelLedger(
                header: rest, rows: events, counters.clock, generation: counters.shares.current,
                isRefreshing: isRefreshing, isToken: { counters.holds($0) })
        else { throw .events }
        (self.counters, self.times, self.ledger, needsRefreshKey) = (counters, times, ledger, isRefreshing)
        (self.history, self.waiting) = (history, waiting)
    }

    /// All that can still be seen; see `TokenCounters.canonical`.
    package var canonical: (tokens: [(token: CountedEntity, buckets: [UInt8])], events: [(key: EventKey, row: [UInt8])])
    {
        var settled = self
        if !needsRefreshKey { settled.finishRefresh() }
        return (
            settled.counters.canonical,
            settled.ledger.canonical(counters.clock) { settled.counters.keys[Int($0)] }
        )
    }
}

extension TokenCounters {
    func holds(_ number: UInt32) -> Bool { Int(number) < keys.count && keys[Int(number)] != .none }
}

extension PartyCounters.RowError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tokens(let error): "\(error)"
        case .times: "the times of partitions can't be read"
        case .history: "the days of members' histories can't be read"
        case .waiting: "the labels of events that have not come can't be read"
        case .events: "the rows of events can't be read"
        }
    }
}
