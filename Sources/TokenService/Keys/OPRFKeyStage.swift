package import EventLogs
package import Keys
import Manifests
import Records
package import Stages
package import Telemetry
package import Tokens

/// The stage of a party that makes the token key with the two others over `consortium.tokenkeys`, and rotates it when the
/// coordinator orders that:
///
///     read to the end → verify → apply → store what was found → publish the next step → … → put in force
///
/// Its only state are seeds and keys: the rest is read from the log again after a restart, and what was published is
/// published in the same bytes. Used by one thread.
package final class OPRFKeyStage: Stage {
    /// An attempt at a key. A class, since a ceremony can't be copied.
    private final class Attempt {
        var ceremony: KeyCeremony
        var isReported = false

        init(_ ceremony: consuming KeyCeremony) { self.ceremony = ceremony }
    }

    private let consortium: String
    private let party: PartyID
    private let firstAttempt: UInt32
    private let coordinator: VerifyingKey
    private let channel: KeyRecordChannel
    private let store: OPRFKeyStore
    private let updates: TokenUpdates
    private let log: any EventLog
    private let clock: any StageClock
    private let metrics: Metrics
    private var generator: any RandomNumberGenerator & Sendable
    private let reader: any LogReader

    /// The newest epoch whose key is in force; nil before there is one.
    package private(set) var newest: TokenEpoch?
    /// Attempts at the key after that, in the order of their numbers. This party works at the last; one before it may still be
    /// completed by what others had published, and then counts. Whoever reads the log finds the same one to be the
    /// first.
    private var attempts: [Attempt] = []
    /// This party's manifests as the log has them.
    private var manifests: [WireTokenKeyBody] = []
    private var hasAnnounced = false
    /// Bodies of records that were appended and may not have been read back yet.
    private var published: Set<[UInt8]> = []
    private var events: [TokenKeyEvent] = []
    /// A turn that failed may have taken half of a record.
    private var isInterrupted = false
    private var forgetting = Throttle(.seconds(600))

    private static let topic = TopicPartition(Topics.tokenKeys)
    /// The time that a factor is kept after its key came in force: longer than records with tokens of the epoch before are
    /// read again.
    package static let keep = Duration.seconds(45 * 86_400)

    /// - Parameters:
    ///   - firstAttempt: at the first key, the same at all three parties; orders number the attempts at later ones.
    ///   - channel: the party's.
    ///   - updates: what the store held (`OPRFKeyStore.updates`).
    ///   - generator: draws seeds: keys are as good as it.
    package init(
        consortium: String, firstAttempt: UInt32, coordinator: VerifyingKey, channel: KeyRecordChannel,
        store: consuming OPRFKeyStore, updates: TokenUpdates, log: any EventLog, clock: any StageClock,
        metrics: Metrics, generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) throws {
        precondition(channel.party == store.party, "channel and store of one party")
        self.consortium = consortium
        self.firstAttempt = firstAttempt
        self.coordinator = coordinator
        self.channel = channel
        party = store.party
        self.store = store
        self.updates = updates
        self.log = log
        self.clock = clock
        self.metrics = metrics
        self.generator = generator
        reader = try log.reader(at: [Position(Self.topic, try log.earliest(of: Self.topic))])
        try begin()
        if let newest { events.append(.inForce(newest, try share(newest).publicKey)) }
    }

    /// Reads the log to its end, waiting for something new until `moment` where there is nothing to publish, and publishes what
    /// follows from it.
    package func turn(until moment: Moment) throws -> Turn {
        if isInterrupted {
            try reader.seek(to: Position(Self.topic, try log.earliest(of: Self.topic)))
            try begin()
        }
        isInterrupted = true
        var hasWorked = try read()
        if try publish() {
            hasWorked = true
        } else if case let patience = clock.left(until: moment), patience > .zero {
            for record in try reader.next(limit: 256, timeout: patience) {
                try apply(record)
                hasWorked = true
            }
        }
        if try read() { hasWorked = true }
        if try publish() { hasWorked = true }
        try announce()
        report()
        try forgetOld()
        isInterrupted = false
        return hasWorked ? .worked : .idle
    }

    /// The events since the last call.
    package func takeEvents() -> [TokenKeyEvent] {
        defer { events = [] }
        return events
    }

    /// Begins from what is stored; the log is to be read from its beginning.
    private func begin() throws {
        newest = try store.newest()
        attempts = []
        manifests = []
        if newest == nil {
            let id = KeyGenerationID(consortium: consortium, epoch: .first, attempt: firstAttempt)
            attempts = [Attempt(try KeyCeremony(id: id, party: party, seed: store.seed(of: id, using: &generator)))]
        }
    }

    private func share(_ epoch: TokenEpoch) throws -> TokenKeyShare {
        guard let share = try store.share(consortium: consortium, epoch: epoch) else {
            throw LogError.corrupted(reason: "the party's share of token key \(epoch.number) is gone")
        }
        return share
    }

    // MARK: Receiving

    /// Reads to the end of the log; false where it stood there.
    private func read() throws -> Bool {
        var hasRead = false
        while true {
            let records = try reader.available(limit: 256)
            if records.isEmpty { return hasRead }
            hasRead = true
            for record in records { try apply(record) }
        }
    }

    /// The content of an authentic record.
    private enum Word {
        case order(RotationOrder)
        case step(WireTokenKeyBody, by: PartyID)
    }

    private func apply(_ record: LogRecord) throws {
        let value = record.value ?? []
        let word: Word
        do throws(RecordFault) {
            word = try verified(value)
        } catch {
            metrics.add(1, to: .tokenKeyRecordsDropped, Metrics.Label("reason", error.code))
            return
        }
        switch word {
        case .order(let order): try begin(order)
        case .step(let body, let sender):
            if sender == party, case .manifest = body.step, body.consortium == consortium {
                manifests.append(body)
            }
            try apply(body, by: sender)
        }
    }

    private func verified(_ value: [UInt8]) throws(RecordFault) -> Word {
        guard value.count <= KeyRecordChannel.byteLimit else { throw .oversized }
        guard let record = WireTokenKeyRecord(decoding: value), record.hasRotation else {
            let (sender, body) = try channel.verified(value)
            return .step(body, by: sender)
        }
        guard
            let order = RotationOrder(verifying: record.rotation, consortium: consortium, coordinator: coordinator)
        else { throw .notAuthentic }
        return .order(order)
    }

    private func apply(_ body: WireTokenKeyBody, by sender: PartyID) throws {
        for attempt in attempts {
            attempt.ceremony.receive(body, from: sender)
            if let key = attempt.ceremony.takeKey() { try prepare(key, of: attempt.ceremony.id) }
            if attempt.ceremony.isComplete {
                try putInForce(attempt.ceremony.id)
                return
            }
        }
    }

    /// Begins an attempt. An order is for the epoch after the newest: others were done, or came from who had not seen what is in
    /// force. A higher number ends an attempt that failed, or stands still.
    private func begin(_ order: RotationOrder) throws {
        guard let newest, order.epoch == newest.next.number,
            order.attempt > attempts.last?.ceremony.id.attempt ?? 0
        else { return }
        let id = KeyGenerationID(consortium: consortium, epoch: newest.next, attempt: order.attempt)
        let seed = try store.seed(of: id, using: &generator)
        attempts.append(Attempt(try KeyCeremony(id: id, rotating: share(newest), seed: seed)))
        events.append(.ordered(id))
    }

    /// Stores a key before the manifest says that it was found: once three have said so, others may use it.
    private func prepare(_ key: consuming NewTokenKey, of id: KeyGenerationID) throws {
        try store.prepare(key, of: id)
        if let update = key.takeUpdate() { updates.prepare(update) }
    }

    private func putInForce(_ id: KeyGenerationID) throws {
        try store.begin(id, at: clock.microseconds / 1_000_000)
        // Of this attempt, whichever was prepared last.
        if let before = id.epoch.previous, let update = try store.update(consortium: consortium, from: before) {
            updates.prepare(update)
        }
        let publicKey = try share(id.epoch).publicKey
        updates.begin(id.epoch, key: publicKey)
        newest = id.epoch
        attempts = []
        events.append(.inForce(id.epoch, publicKey))
    }

    // MARK: Publishing

    /// Publishes this party's next step; false where there is none.
    private func publish() throws -> Bool {
        guard let body = try attempts.last?.ceremony.next() else { return false }
        let bytes = body.encoded
        guard !published.contains(bytes) else { return false }
        try append(body)
        published.insert(bytes)
        return true
    }

    private func append(_ body: WireTokenKeyBody) throws {
        try log.append([NewRecord(Self.topic, key: Self.key(body), value: try channel.record(body))])
    }

    /// Publishes the key that is in force once more, where the log does not have it of this party.
    private func announce() throws {
        guard let newest, !hasAnnounced else { return }
        let publicKey = try share(newest).publicKey
        if !manifests.contains(where: { $0.tokenEpoch == newest.number && $0.manifest == publicKey.wire }) {
            var body = WireTokenKeyBody(KeyGenerationID(consortium: consortium, epoch: newest), by: party)
            body.manifest = publicKey.wire
            try append(body)
        }
        hasAnnounced = true
    }

    /// Reports an attempt that failed; the others were told why by its complaint.
    private func report() {
        guard let attempt = attempts.last, let failure = attempt.ceremony.failure, !attempt.isReported else { return }
        attempt.isReported = true
        events.append(.failed(attempt.ceremony.id, failure))
    }

    private func forgetOld() throws {
        guard forgetting.isDue(at: clock.now) else { return }
        let bound = clock.microseconds / 1_000_000 - Int64(Self.keep / .seconds(1))
        for epoch in try store.forgetUpdates(before: bound) { updates.forget(from: epoch) }
    }

    /// The key of a step's record: compaction keeps one record of each step.
    private static func key(_ body: WireTokenKeyBody) -> [UInt8] {
        let step =
            switch body.step {
            case .commitment: "commitment"
            case .dealing: "dealing"
            case .contribution: "contribution"
            case .complaint: "complaint"
            case .manifest: "manifest"
            case nil: ""
            }
        return Array("\(body.tokenEpoch)/\(body.attempt)/\(body.party)/\(step)".utf8)
    }
}
