package import EventLogs
import Foundation
import Keys
import Records
package import Telemetry
import ThreeParty
package import Tokens

/// How a key generation ended.
package enum KeyGenerationOutcome: Sendable, Hashable {
    /// Three parties have found this key; this one's share is in its store.
    case key(TokenPublicKey)
    case failed(KeyGenerationFailure)
}

/// A party's part in making a token key over `consortium.tokenkeys`, on a thread of its own until it ends:
///
///     read to the end → verify → take → publish the next step → … → keep the share
///
/// Its only state is a seed: the rest is read from the log again after a restart, and what was published is published in the
/// same bytes. An epoch that this party has a share of is never dealt again.
package final class KeyGenerationStage {
    private let id: KeyGenerationID
    private let party: PartyID
    private let channel: KeyRecordChannel
    private let store: TokenKeyStore
    private let log: any EventLog
    private let metrics: Metrics
    private let reader: any LogReader
    private var machine: DistributedKeyGeneration?
    private var outcome: KeyGenerationOutcome?
    /// What was appended and may not have been read back yet.
    private var published: Set<[UInt8]> = []
    /// This party's manifest as the log has it, and whether every reader of now has a tag in it.
    private var manifest: (body: WireTokenKeyBody, isComplete: Bool)?
    private var hasAnnounced = false

    private static let topic = TopicPartition(Topics.tokenKeys)

    /// - Parameters:
    ///   - channel: the party's.
    ///   - generator: draws the seed, where the store has none: the key is as good as it.
    package init(
        id: KeyGenerationID, channel: KeyRecordChannel, store: consuming TokenKeyStore, log: any EventLog,
        metrics: Metrics, using generator: inout some RandomNumberGenerator
    ) throws {
        precondition(channel.party == store.party, "channel and store of one party")
        self.id = id
        party = store.party
        self.channel = channel
        self.log = log
        self.metrics = metrics
        if let share = try store.share(consortium: id.consortium, epoch: id.epoch) {
            outcome = .key(share.publicKey)
        } else {
            machine = try DistributedKeyGeneration(id: id, party: party, seed: store.seed(of: id, using: &generator))
        }
        self.store = store
        reader = try log.reader(at: [Position(Self.topic, try log.earliest(of: Self.topic))])
    }

    /// Works until the key generation ends or `stop` says so; nil where that was first.
    package func run(until stop: () -> Bool) throws -> KeyGenerationOutcome? {
        while !stop() {
            do {
                if let outcome = try turn(timeout: .milliseconds(200)) { return outcome }
            } catch let error as LogError where error.mayRetry {
                metrics.add(1, to: "cordon_log_errors_total")
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
        return nil
    }

    /// Takes what is in the log, waiting up to `timeout` for something new, and publishes what follows from it; the outcome,
    /// where that is reached.
    package func turn(timeout: Duration) throws -> KeyGenerationOutcome? {
        if let outcome {
            try announce(outcome)
            return outcome
        }
        try read()
        if try publish() {
            try read()
        } else {
            for record in try reader.next(limit: 256, timeout: timeout) { take(record) }
            try read()
        }
        _ = try publish()
        try settle()
        return outcome
    }

    /// To the end of the log.
    private func read() throws(LogError) {
        while true {
            let records = try reader.available(limit: 256)
            if records.isEmpty { return }
            for record in records { take(record) }
        }
    }

    private func take(_ record: LogRecord) {
        do throws(RecordFault) {
            let (sender, body) = try channel.verified(record.value ?? [])
            machine?.receive(body, from: sender)
            if sender == party, case .manifest = body.step, body.consortium == id.consortium,
                body.tokenEpoch == id.epoch.number
            {
                manifest = (body, channel.isComplete(record.value ?? [], body))
            }
        } catch {
            metrics.add(1, to: "cordon_token_key_records_dropped_total", Metrics.Label("reason", error.code))
        }
    }

    /// Whether something was appended.
    private func publish() throws -> Bool {
        guard let body = try machine?.next() else { return false }
        let value = try channel.record(body)
        guard !published.contains(value) else { return false }
        try log.append([NewRecord(Self.topic, key: Self.key(body), value: value)])
        published.insert(value)
        return true
    }

    /// Publishes a key that was there already once more, where members have come since who can't tell that this party made it.
    private func announce(_ outcome: KeyGenerationOutcome) throws {
        guard case .key(let publicKey) = outcome, !hasAnnounced else { return }
        try read()
        if manifest?.isComplete != true {
            let body = manifest?.body ?? DistributedKeyGeneration.manifest(publicKey, of: id, by: party)
            try log.append([NewRecord(Self.topic, key: Self.key(body), value: channel.record(body))])
        }
        hasAnnounced = true
    }

    /// Ends the key generation where it has an end. What failed has told the others why.
    private func settle() throws {
        if let failure = machine?.failure {
            outcome = .failed(failure)
        } else if machine?.isComplete == true, let share = machine.take()?.finish() {
            try store.keep(share, of: id)
            outcome = .key(share.publicKey)
        }
    }

    /// Compaction keeps one record of each step.
    private static func key(_ body: WireTokenKeyBody) -> [UInt8] {
        let step =
            switch body.step {
            case .commitment: "commitment"
            case .dealing: "dealing"
            case .complaint: "complaint"
            case .manifest: "manifest"
            case nil: ""
            }
        return Array("\(body.tokenEpoch)/\(body.attempt)/\(body.party)/\(step)".utf8)
    }
}
