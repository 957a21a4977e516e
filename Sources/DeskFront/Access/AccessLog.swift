package import Audit
import Crypto
package import Desk
package import Keys
import Manifests
package import Records
package import Secrets

/// Who looked at what, asked for which change, signed in, or was turned away: a desk's audit log, hash-chained and under heads that
/// the desk signs. An entry is on the disk before its page is shown; where it can't be, nothing is shown.
package final class AccessLog: Sendable {
    /// Why something is not shown.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
    }

    private let log: AuditLog
    private let storage: any AuditStorage
    private let names: SecretKey

    /// Opens a log, or begins one.
    ///
    /// - Parameters:
    ///   - key: signs heads, and is the desk's alone.
    ///   - names: what names that somebody looked for are hashed under.
    /// - Throws: `AuditFault` where what is stored is not what the desk wrote, `AuditStorageError`.
    package init(
        member: MemberID, key: consuming SigningKey, names: consuming SecretKey, storage: any AuditStorage,
        clock: any WallClock
    ) throws {
        let own = key.verifyingKey
        self.names = names
        self.storage = storage
        log = try AuditLog(
            consortium: Self.consortium(of: member), role: .member(member), key: key, storage: storage, clock: clock,
            keys: { $0 == .member(member) ? own : nil })
    }

    /// What stands in heads where other logs have the consortium's name: no head of a desk counts there.
    package static func consortium(of member: MemberID) -> String { "desk of \(member)" }

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
        log.write(AuditEvent(kind, fields))
        if let trouble = log.trouble { throw Failure(description: "\(trouble)") }
    }

    /// Signs a head over what is under none yet; to be called once a second or so.
    package func sign() throws(Failure) {
        _ = log.sign()
        if let trouble = log.trouble { throw Failure(description: "\(trouble)") }
    }

    package var count: Int { log.count }

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

        func has(_ entry: AuditEntry) -> Bool {
            let fields = entry.event.fields
            return (kinds.isEmpty || kinds.contains(entry.event.kind)) && (actor.map { $0 == fields[.actor] } ?? true)
                && (item.map { $0 == fields[.item] } ?? true)
                && (lookedFor.map { $0 == fields[.lookedFor] } ?? true)
                && since <= entry.microseconds && entry.microseconds < until
                && (before.map { entry.number < $0 } ?? true)
        }
    }

    /// The newest entries of a search, the newest first.
    ///
    /// - Returns: up to `limit` entries, and whether there are more.
    package func entries(_ search: Search, limit: Int) throws -> (entries: [AuditEntry], isMore: Bool) {
        var found: [AuditEntry] = []
        try storage.read { bytes in
            guard var frames = AuditFrames(bytes) else { return }
            while case .frame(let frame, _) = frames.next() {
                guard case .entry(let payload) = frame, let entry = AuditEntry(payload), search.has(entry) else {
                    continue
                }
                found.append(entry)
                // Twice as many as are shown are kept, so that the rest goes seldom.
                if found.count > 2 * limit + 1 { found.removeFirst(found.count - limit - 1) }
            }
        }
        return (Array(found.suffix(limit).reversed()), found.count > limit)
    }
}
