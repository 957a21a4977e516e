package import Audit
import Crypto
package import Desk
package import Keys
import Manifests
package import Records
package import Secrets
import Synchronization

/// Who looked at what, asked for which change, signed in, or was turned away: a desk's audit log, hash-chained and under heads that
/// the desk signs. An entry is on the disk before its page is shown; where it can't be, nothing is shown.
///
/// It is in parts: a new one begins each month (UTC), and where one is full. Each is a log of its own, and its first entry names
/// the root of the part before. Entries are numbered through all parts.
package final class AccessLog: Sendable {
    /// Why something is not shown.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// How long parts get, and how long they stay.
    package struct Limits: Sendable {
        /// Entries of a part.
        package var entries = 1_000_000
        /// Days that a part stays behind its end; nil for ever.
        package var days: Int64?

        package init() {}
    }

    private struct State {
        var part: Int
        var log: AuditLog
        /// Entries of all parts before.
        var before: Int
        /// The month, since the year 0, of the part's first entry; nil where it has none.
        var month: Int64?
        /// When the oldest part ended, in microseconds since 1970; nil where there is one part alone.
        var oldestEnd: Int64?
    }

    private let member: MemberID
    private let key: @Sendable () throws -> SigningKey
    private let names: SecretKey
    private let parts: any AuditParts
    private let clock: any WallClock
    private let limits: Limits
    private let state: Mutex<State>

    /// Opens a log, or begins one.
    ///
    /// - Parameters:
    ///   - key: signs heads, and is the desk's alone; asked for at each part.
    ///   - names: what names that somebody looked for are hashed under.
    /// - Throws: `AuditFault` where what is stored is not what the desk wrote, `AuditStorageError`.
    package init(
        member: MemberID, names: consuming SecretKey, parts: any AuditParts, clock: any WallClock,
        limits: Limits = Limits(), key: @escaping @Sendable () throws -> SigningKey
    ) throws {
        self.member = member
        self.key = key
        self.names = names
        self.parts = parts
        self.clock = clock
        self.limits = limits
        let number = try parts.numbers().last ?? 1
        let log = try Self.open(number, parts, member, try key(), clock)
        state = Mutex(State(part: number, log: log, before: 0))
        try state.withLock { state in
            if number > 1, log.count == 0 { try goOn(&state) }
            let first = try parts.read(number) { AccessPart.first(in: $0) }
            state.before = first.map(AccessPart.before) ?? 0
            state.month = first.map { Self.month($0.microseconds) }
            state.oldestEnd = try oldestEnd()
        }
    }

    private static func open(
        _ number: Int, _ parts: any AuditParts, _ member: MemberID, _ key: consuming SigningKey, _ clock: any WallClock
    ) throws -> AuditLog {
        let own = key.verifyingKey
        return try AuditLog(
            consortium: AccessPart.consortium(of: member, part: number), role: .member(member), key: key,
            storage: try parts.storage(number), clock: clock, keys: { $0 == .member(member) ? own : nil })
    }

    private static func month(_ microseconds: Int64) -> Int64 {
        let date = EventTime(seconds: microseconds / 1_000_000).date
        return Int64(date.year) * 12 + Int64(date.month)
    }

    /// How somebody stands in entries.
    package static func text(_ actor: Actor) -> String { "\(actor.kind.rawValue):\(actor.name)" }

    /// The hash of a name that somebody looked for: who knows the name can find who did, and nobody else can read it.
    package func hash(_ name: QueueFilter.NamedEntity) -> String {
        names.derive([Array(name.kind.rawValue.utf8), Array(name.name.utf8)]).lend { key in
            key.withUnsafeBytes { hexadecimal(Array($0.prefix(16))) }
        }
    }

    /// - Parameters:
    ///   - route: as it is declared.
    ///   - place: what the address named.
    ///   - name: what a list was narrowed to.
    package func looked(
        _ actor: Actor, _ route: String, at place: String = "", for name: QueueFilter.NamedEntity? = nil,
        reason: String = ""
    ) throws(Failure) {
        try write(
            .looked, actor,
            [.route: route, .item: place, .lookedFor: name.map(hash) ?? "", .reason: reason])
    }

    package func changed(_ actor: Actor, _ route: String, at place: String = "") throws(Failure) {
        try write(.changed, actor, [.route: route, .item: place])
    }

    package func entered(_ actor: Actor, _ route: String) throws(Failure) {
        try write(.entered, actor, [.route: route])
    }

    /// Somebody who may not. That it can't be written keeps nothing from anybody.
    ///
    /// - Parameter actor: nil for one whom nobody knows.
    package func turnedAway(_ actor: Actor?, _ route: String, at place: String = "", _ code: String) {
        try? write(.turnedAway, actor, [.route: route, .item: place, .code: code])
    }

    private func write(_ kind: AuditKind, _ actor: Actor?, _ fields: [AuditField: String]) throws(Failure) {
        var fields = fields
        fields[.actor] = actor.map(Self.text) ?? "unknown"
        let trouble = state.withLock { state in
            state.log.write(AuditEvent(kind, fields))
            state.month = state.month ?? Self.month(clock.microseconds)
            return state.log.trouble
        }
        if let trouble { throw Failure(description: "\(trouble)") }
    }

    /// Signs a head over what is under none yet, begins the next part where its time has come, and removes what is too old; to be
    /// called once a second or so.
    package func sign() throws(Failure) {
        let trouble = state.withLock { state -> (any Error)? in
            _ = state.log.sign()
            if let trouble = state.log.trouble { return trouble }
            do {
                try turnOver(&state)
                try removeOld(&state)
            } catch { return error }
            return state.log.trouble
        }
        if let trouble { throw Failure(description: "\(trouble)") }
    }

    /// Entries of all parts, those that were removed as well.
    package var count: Int { state.withLock { $0.before + $0.log.count } }

    // MARK: Parts

    private func turnOver(_ state: inout State) throws {
        let isOver = state.month.map { $0 != Self.month(clock.microseconds) } ?? false
        guard state.log.isSigned, isOver || state.log.count >= limits.entries else { return }
        let next = try Self.open(state.part + 1, parts, member, try key(), clock)
        (state.part, state.log, state.month) = (state.part + 1, next, Self.month(clock.microseconds))
        try goOn(&state)
        state.oldestEnd = try oldestEnd()
    }

    /// Writes a part's first entry: where the log stands before it.
    private func goOn(_ state: inout State) throws {
        let last = state.part - 1
        let own = try key().verifyingKey
        var verifier = AuditVerifier(
            consortium: AccessPart.consortium(of: member, part: last), role: .member(member)
        ) { [member] in $0 == .member(member) ? own : nil }
        var first: AuditEntry?
        try parts.read(last) { try verifier.verify($0) { first = first ?? $0 } }
        state.before = (first.map(AccessPart.before) ?? 0) + verifier.tree.count
        state.log.write(AccessPart.continued(state.part, before: state.before, root: verifier.tree.root))
    }

    /// Removes parts that ended before the time that they stay. That one goes is an entry, first.
    private func removeOld(_ state: inout State) throws {
        guard let days = limits.days else { return }
        while let end = state.oldestEnd, end < clock.microseconds - days * 86_400_000_000 {
            guard let oldest = try parts.numbers().first, oldest < state.part else { return }
            state.log.write(AuditEvent(.erased, [.part: "\(oldest)"]))
            if let trouble = state.log.trouble { throw trouble }
            try parts.remove(oldest)
            state.oldestEnd = try oldestEnd()
        }
    }

    /// A part ends where the next one begins.
    private func oldestEnd() throws -> Int64? {
        let numbers = try parts.numbers()
        guard numbers.count > 1 else { return nil }
        return try parts.read(numbers[1]) { AccessPart.first(in: $0)?.microseconds }
    }

    // MARK: Reading

    /// Which entries somebody wants to see.
    package struct Search: Sendable, Hashable {
        package var kinds: Set<AuditKind> = []
        package var actor: String?
        package var item: String?
        /// A hash of a name.
        package var lookedFor: String?
        /// Microseconds since 1970: from, and below.
        package var since = Int64.min
        package var until = Int64.max
        /// Entries before this number; nil for the newest.
        package var before: Int?

        package init() {}

        func has(_ entry: AuditEntry, _ number: Int) -> Bool {
            let fields = entry.event.fields
            return (kinds.isEmpty || kinds.contains(entry.event.kind)) && (actor.map { $0 == fields[.actor] } ?? true)
                && (item.map { $0 == fields[.item] } ?? true)
                && (lookedFor.map { $0 == fields[.lookedFor] } ?? true)
                && since <= entry.microseconds && entry.microseconds < until
                && (before.map { number < $0 } ?? true)
        }
    }

    /// An entry with its number through all parts.
    package struct Found: Sendable, Hashable {
        package let number: Int
        package let entry: AuditEntry
    }

    /// The newest entries of a search, the newest first.
    ///
    /// - Returns: up to `limit` entries, and whether there are more.
    package func entries(_ search: Search, limit: Int) throws -> (entries: [Found], isMore: Bool) {
        var found: [Found] = []
        for part in try parts.numbers().reversed() where found.count <= limit {
            let (own, begins) = try parts.read(part) { try Self.entries(search, limit: limit - found.count, in: $0) }
            found += own.reversed()
            if begins < search.since { break }
        }
        return (Array(found.prefix(limit)), found.count > limit)
    }

    /// Those of a part, one more than the limit where there are more, in their order, and when the part begins.
    private static func entries(
        _ search: Search, limit: Int, in bytes: UnsafeRawBufferPointer
    ) throws -> (entries: [Found], begins: Int64) {
        var found: [Found] = []
        guard var frames = AuditFrames(bytes), let first = AccessPart.first(in: bytes) else { return ([], .max) }
        let before = AccessPart.before(first)
        while case .frame(let frame, _) = frames.next() {
            guard case .entry(let payload) = frame, let entry = AuditEntry(payload) else { continue }
            let number = before + entry.number
            guard search.has(entry, number) else { continue }
            found.append(Found(number: number, entry: entry))
            // Twice as many as are shown are kept, so that the rest goes seldom.
            if found.count > 2 * limit + 1 { found.removeFirst(found.count - limit - 1) }
        }
        return (Array(found.suffix(limit + 1)), first.microseconds)
    }
}
