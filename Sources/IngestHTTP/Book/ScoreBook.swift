package import EventLogs
package import Policy

/// What the front knows of transactions: which it was given, which are decided, who waits. A pure state machine; time is
/// handed in, in seconds.
///
/// It is a memory, not a source of truth: that is the log. What it has forgotten is sent into the log once more, and the
/// stream drops a repeat or rejects a conflict.
package struct ScoreBook: Sendable {
    /// A waiting request, as its owner numbers it.
    package typealias Waiter = UInt64

    /// How a transaction ended.
    package enum Outcome: Sendable {
        case decided(CloudEvent)
        /// Decided where another writer had put it before: the same transaction, or another one under its id.
        case elsewhere(CloudEvent)
        case rejected(code: String, field: String?)
    }

    /// What to do with a transaction that was handed in.
    package enum Admission: Sendable {
        /// It is new: append it, then say where it stands, and wait.
        case append
        /// It is on its way already: wait.
        case wait
        case known(Outcome)
        /// Another transaction has this id.
        case conflict
        /// The idempotency key came with another body.
        case keyReused
    }

    /// An idempotency key, as one client gave it.
    package struct Key: Hashable, Sendable {
        package var client: String
        package var value: String

        package init(client: String, value: String) {
            self.client = client
            self.value = value
        }
    }

    private struct Entry: Sendable {
        var fingerprint: Fingerprint
        var position: Position?
        /// The end that is the same for whoever asks again: a decision, or that the parties refuse it.
        var end: Outcome?
        var waiters: [Waiter] = []
    }

    /// Ids by their bytes: two spellings that Unicode calls equivalent are two transactions.
    private typealias ID = [UInt8]

    private var own: RecentMap<ID, Entry>
    /// Decisions of transactions that came into the log by other ways, as the log's bytes.
    private var heard: RecentMap<ID, [UInt8]>
    /// The body that each key came with first.
    private var keys: RecentMap<Key, Fingerprint>
    private var positions: RecentMap<Position, ID>
    /// Rejections of records that are not known to be ours yet.
    private var rejections: RecentMap<Position, (code: String, field: String?, wasTaken: Bool)>

    /// - Parameters:
    ///   - capacity: most transactions that are remembered, of each kind.
    ///   - age: seconds for which they are.
    package init(capacity: Int, age: Int64) {
        own = RecentMap(capacity: capacity, age: age)
        heard = RecentMap(capacity: capacity, age: age)
        keys = RecentMap(capacity: capacity, age: age)
        positions = RecentMap(capacity: capacity, age: age)
        rejections = RecentMap(capacity: min(capacity, 4096), age: 60)
    }

    /// A transaction came in with a request.
    package mutating func admit(
        _ id: String, _ fingerprint: Fingerprint, key: (Key, body: Fingerprint)? = nil, at now: Int64
    ) -> Admission {
        let id = Array(id.utf8)
        if let (key, body) = key, let known = keys[key], known != body { return .keyReused }
        if let entry = own[id], entry.fingerprint != fingerprint { return .conflict }
        if let (key, body) = key, keys[key] == nil { keys.put(body, for: key, at: now) }
        if let entry = own[id] {
            return entry.end.map { .known($0) } ?? .wait
        }
        if let event = heard[id].flatMap({ CloudEvent(json: $0) }) { return .known(.elsewhere(event)) }
        own.put(Entry(fingerprint: fingerprint), for: id, at: now)
        return .append
    }

    /// The record of a transaction is in the log; returns how it ended, where that is known already, and for whom.
    package mutating func appended(_ id: String, _ position: Position, at now: Int64) -> (Outcome, [Waiter])? {
        let id = Array(id.utf8)
        guard own[id] != nil else { return nil }
        positions.put(id, for: position, at: now)
        own.update(id) { $0.position = position }
        if let (code, field, wasTaken) = rejections.remove(position) {
            return rejected(position, code, field, wasTaken: wasTaken, at: now)
        }
        guard let early = heard.remove(id), let event = CloudEvent(json: early) else { return nil }
        return settle(id, event, early, at: now)
    }

    /// It is not in the log, and will not be by this request.
    package mutating func failed(_ id: String) -> [Waiter] { own.remove(Array(id.utf8))?.waiters ?? [] }

    /// The record of a decision came; returns how a transaction ended, and who waits for it.
    ///
    /// - Parameter id: the record's key, which is the transaction's id.
    package mutating func decided(_ id: [UInt8], _ record: [UInt8], at now: Int64) -> (Outcome, [Waiter])? {
        // Where it stands in the log has not come back yet: `appended` looks here.
        guard own[id]?.position != nil, let event = CloudEvent(json: record) else {
            heard.put(record, for: id, at: now)
            return nil
        }
        return settle(id, event, record, at: now)
    }

    private mutating func settle(
        _ id: ID, _ event: CloudEvent, _ record: [UInt8], at now: Int64
    ) -> (Outcome, [Waiter])? {
        guard let entry = own[id], let position = entry.position, entry.end == nil else { return nil }
        let source = event.data.source
        if source.partition == position.partition.partition, source.offset == position.offset {
            own.update(id) {
                $0.end = .decided(event)
                $0.waiters = []
            }
            return (.decided(event), entry.waiters)
        }
        own.remove(id)
        heard.put(record, for: id, at: now)
        return (.elsewhere(event), entry.waiters)
    }

    /// A record was rejected by the stream.
    ///
    /// - Parameter wasTaken: whether the parties refused what the agent had taken: then the agent drops whatever comes under its
    ///   id, and the answer stays. Else it is forgotten after this, so that a right one may come under its id.
    package mutating func rejected(
        _ position: Position, _ code: String, _ field: String?, wasTaken: Bool = false, at now: Int64
    ) -> (Outcome, [Waiter])? {
        guard let id = positions.remove(position) else {
            rejections.put((code, field, wasTaken), for: position, at: now)
            return nil
        }
        guard let entry = own[id], entry.end == nil else { return nil }
        let outcome = Outcome.rejected(code: code, field: field)
        if wasTaken {
            own.update(id) {
                $0.end = outcome
                $0.waiters = []
            }
        } else {
            own.remove(id)
        }
        return (outcome, entry.waiters)
    }

    /// Somebody waits for a transaction that is on its way.
    package mutating func wait(_ id: String, _ waiter: Waiter) {
        own.update(Array(id.utf8)) { $0.waiters.append(waiter) }
    }

    package mutating func leave(_ id: String, _ waiter: Waiter) {
        own.update(Array(id.utf8)) { $0.waiters.removeAll { $0 == waiter } }
    }

    /// Whether the transaction is known to be in the log.
    package func isRecorded(_ id: String) -> Bool { own[Array(id.utf8)]?.position != nil }
}
