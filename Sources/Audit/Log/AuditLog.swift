package import Keys
package import Manifests
package import Records
import Synchronization

/// The audit log of a role, which the role alone writes: entries as things happen, and heads over them, signed by the role's
/// identity.
///
/// An entry is durable before `write` returns, and all entries of a head are before the head is signed; a head is durable before
/// anybody gets it. So no crash leaves a head that somebody has seen without its entries.
package final class AuditLog: AuditWriter {
    private struct State {
        var tree = MerkleTree()
        /// What is written or waits, of what is written once: a restart tells it again.
        var known: Set<MerkleHash> = []
        /// Events that could not be written yet.
        var waiting: [AuditEvent] = []
        var head: AuditHead?
        /// Its record.
        var headRecord: [UInt8]?
        var trail = AuditTrail()
        var seen: [SyncAuthor: SeenHead] = [:]
        /// When those were signed, by their roles' clocks.
        var seenTimes: [SyncAuthor: Int64] = [:]
        var ledger = HeadLedger()
        /// Forks whose heads are in the file: a head that shows one is seen again and again.
        var kept: Set<AuditFork> = []
        /// What others brought about in the hour, since 1970, that is.
        var refusals: (hour: Int64, count: Int) = (0, 0)
        var trouble: AuditStorageError?
    }

    private let consortium: String
    private let role: SyncAuthor
    private let key: SigningKey
    private let storage: any AuditStorage
    private let keys: @Sendable (SyncAuthor) -> VerifyingKey?
    private let clock: any WallClock
    private let state: Mutex<State>

    /// So many events are kept while nothing can be written; more are lost.
    private static let mostWaiting = 10_000
    /// So many refusals are written in an hour: whoever may write to a topic could fill the disk with more.
    package static let refusalsAnHour = 1_000

    /// Opens a log, or begins one: checks all that is stored, and cuts off what a crash left half written.
    ///
    /// - Parameters:
    ///   - key: the role's identity.
    ///   - keys: of the roster, the role's own as well.
    /// - Throws: `AuditFault` where what is stored is not what the role wrote, `AuditStorageError`.
    package init(
        consortium: String, role: SyncAuthor, key: consuming SigningKey, storage: any AuditStorage,
        clock: any WallClock,
        keys: @escaping @Sendable (SyncAuthor) -> VerifyingKey?
    ) throws {
        self.consortium = consortium
        self.role = role
        self.key = key
        self.storage = storage
        self.clock = clock
        self.keys = keys
        var verifier = AuditVerifier(consortium: consortium, role: role, keys: keys)
        var state = State()
        let stored = try storage.read { bytes -> (end: Int, isTorn: Bool)? in
            // A crash may have come before the first bytes were all written.
            guard !AuditFrames.magic.starts(with: bytes) else { return nil }
            return try verifier.follow(bytes) { if $0.event.kind.isOnce { state.known.insert($0.event.identity) } }
        }
        if let stored {
            if stored.isTorn { try storage.truncate(to: stored.end) }
        } else {
            try storage.truncate(to: 0)
            try storage.append(AuditFrames.magic)
        }
        state.tree = verifier.tree
        (state.head, state.headRecord) = (verifier.head, verifier.headRecord)
        state.trail = verifier.trail
        (state.seen, state.seenTimes) = (verifier.seen, verifier.seenTimes)
        state.ledger = verifier.ledger
        state.kept = Set(verifier.ledger.forks)
        self.state = Mutex(state)
    }

    /// Why the last write failed; nil where all that was told is written.
    package var trouble: AuditStorageError? { state.withLock { $0.trouble } }

    /// How many entries are written.
    package var count: Int { state.withLock { $0.tree.count } }

    /// How many entries are written, and the root of their tree.
    package var standing: SeenHead { state.withLock { SeenHead(size: $0.tree.count, root: $0.tree.root) } }

    /// Whether the newest head is over all that was told.
    package var isSigned: Bool {
        state.withLock { $0.waiting.isEmpty && $0.head?.standing.size ?? 0 == $0.tree.count }
    }

    package func write(_ event: AuditEvent) {
        state.withLock { state in
            guard !event.kind.isOnce || !state.known.contains(event.identity) else { return }
            guard state.waiting.count < Self.mostWaiting, let event = limited(event, &state) else { return }
            // What is left out is not known: it costs no memory, and is written where it is told again later.
            if event.kind.isOnce { state.known.insert(event.identity) }
            state.waiting.append(event)
            flush(&state)
        }
    }

    /// Signs a head where there are entries, or heads of others, that none is over.
    ///
    /// - Returns: its record, to be shown to others; nil where there is nothing new, or nothing can be written now (`trouble`).
    package func sign() -> [UInt8]? {
        state.withLock { state in
            flush(&state)
            let standing = SeenHead(size: state.tree.count, root: state.tree.root)
            let isNew =
                state.head.map { $0.standing != standing || $0.seen != state.seen }
                ?? (standing.size > 0 || !state.seen.isEmpty)
            guard state.waiting.isEmpty, isNew else { return nil }
            return signed(&state)
        }
    }

    /// Signs a head over all entries; nil where it can't be written.
    private func signed(_ state: inout State) -> [UInt8]? {
        let head = AuditHead(
            role: role, standing: SeenHead(size: state.tree.count, root: state.tree.root),
            microseconds: clock.microseconds, trail: state.trail.hash, seen: state.seen)
        let record: [UInt8]
        do throws(SigningError) {
            record = try head.record(consortium: consortium, key: key)
        } catch {
            state.trouble = .unsigned(error)
            return nil
        }
        guard append(.head(record), &state) != nil else { return nil }
        (state.head, state.headRecord) = (head, record)
        return record
    }

    /// Takes the head of another role, so that the next head of this one names it. One that is neither longer nor newer than the
    /// last from there is only held against it.
    ///
    /// - Parameter proof: that the log goes on from the newest head that was seen of it, where one is at hand.
    /// - Returns: the fork that it shows, if any.
    package func see(_ record: [UInt8], proof: ConsistencyProof? = nil) throws(AuditHeadRefusal) -> AuditFork? {
        let head = try AuditHead(verifying: record, consortium: consortium, keys: keys)
        guard head.role != role else { throw .unknownRole(role) }
        return state.withLock { state in
            let before = state.seen[head.role]
            let fork = state.ledger.apply(head.role, head.standing, proof: proof)
            // What shows a fork is kept, too, once: it is the evidence.
            let isNew =
                before.map { last in
                    head.standing.size > last.size
                        || head.standing != last && head.microseconds > state.seenTimes[head.role] ?? 0
                } ?? true
            let isEvidence = fork.map { !state.kept.contains($0) } ?? false
            guard isEvidence || isNew else { return fork }
            if append(.seen(record), &state) != nil {
                if let fork { state.kept.insert(fork) }
                state.seen[head.role] = head.standing
                state.seenTimes[head.role] = head.microseconds
            }
            return fork
        }
    }

    /// The newest heads of others that this log names, with when they were signed, in microseconds since 1970.
    package var seen: [SyncAuthor: (head: SeenHead, microseconds: Int64)] {
        state.withLock { state in
            state.seen.reduce(into: [:]) { $0[$1.key] = ($1.value, state.seenTimes[$1.key] ?? 0) }
        }
    }

    /// Whether a head is of this log: it was signed over so many of these entries.
    package func has(_ head: SeenHead) -> Bool {
        state.withLock { head.size <= $0.tree.count && $0.tree.root(of: head.size) == head.root }
    }

    /// The newest head as a record of `consortium.audit`, once everything is signed for; nil where there is no head, or none since
    /// the one that was shown before.
    ///
    /// - Parameter before: what was shown before; the proof begins there where it is of this log, and else with nothing, which
    ///   gives the role away.
    package func shown(after before: SeenHead?) -> [UInt8]? {
        _ = sign()
        return state.withLock { state in
            guard let head = state.head, let record = state.headRecord, head.standing != before else { return nil }
            let size = head.standing.size
            let old = before.flatMap {
                $0.size <= size && state.tree.root(of: $0.size) == $0.root ? $0.size : nil
            }
            let path = state.tree.consistency(from: old ?? 0, to: size).path
            return ShownHead(head: record, old: old ?? 0, path: path).encoded
        }
    }

    /// Writes an event, and signs a head right over it.
    ///
    /// - Returns: the entry, and the way from it to the head; nil where it can't be written now.
    package func seal(_ event: AuditEvent) -> SealedEntry? {
        state.withLock { state in
            flush(&state)
            guard state.waiting.isEmpty else { return nil }
            let entry = AuditEntry(
                role: role, number: state.tree.count, previous: state.tree.last, microseconds: clock.microseconds,
                event: event
            ).encoded
            guard let hash = append(.entry(entry), &state) else { return nil }
            state.tree.append(hash)
            guard let record = signed(&state) else { return nil }
            let size = state.tree.count
            return SealedEntry(entry: entry, path: state.tree.inclusion(of: size - 1, in: size).path, head: record)
        }
    }

    /// The event, or in place of the first refusal beyond an hour's that this is so; nil for those behind it.
    private func limited(_ event: AuditEvent, _ state: inout State) -> AuditEvent? {
        guard event.kind.isProvoked else { return event }
        let hour = clock.microseconds / 3_600_000_000
        if state.refusals.hour != hour { state.refusals = (hour, 0) }
        state.refusals.count += 1
        guard state.refusals.count > Self.refusalsAnHour else { return event }
        return state.refusals.count == Self.refusalsAnHour + 1
            ? AuditEvent(
                .refused, [.object: "more in this hour, which are not written", .count: "\(Self.refusalsAnHour)"]) : nil
    }

    /// Writes what waits, each entry on its own; stops where it fails.
    private func flush(_ state: inout State) {
        while let event = state.waiting.first {
            let entry = AuditEntry(
                role: role, number: state.tree.count, previous: state.tree.last, microseconds: clock.microseconds,
                event: event)
            guard let hash = append(.entry(entry.encoded), &state) else { return }
            state.waiting.removeFirst()
            state.tree.append(hash)
        }
    }

    /// Appends a frame; nil where that fails, and else the hash of what is in it.
    private func append(_ frame: AuditFrame, _ state: inout State) -> MerkleHash? {
        do throws(AuditStorageError) {
            try storage.append(frame.bytes)
            state.trouble = nil
            let hash = frame.hash
            state.trail.append(hash)
            return hash
        } catch {
            state.trouble = error
            return nil
        }
    }
}
