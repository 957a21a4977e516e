package import EventLogs
package import Records
package import Telemetry
package import Tokens

/// The token keys that three parties agree on, as a member reads them from `consortium.tokenkeys`. Used by one thread.
package final class PublishedTokenKeys {
    private struct Attempt: Hashable {
        var epoch: UInt64
        var attempt: UInt32
    }

    private let consortium: String
    private let channel: KeyRecordChannel
    private let metrics: Metrics
    private let reader: any LogReader
    /// The first of each party counts.
    private var manifests: [Attempt: [PartyID: TokenPublicKey]] = [:]
    /// By epoch. The first that was complete stays, as it does for the parties.
    private var keys: [TokenEpoch: TokenPublicKey] = [:]

    /// - Parameter channel: the member's.
    package init(
        consortium: String, channel: KeyRecordChannel, log: any EventLog, metrics: Metrics
    ) throws(LogError) {
        self.consortium = consortium
        self.channel = channel
        self.metrics = metrics
        let topic = TopicPartition(Topics.tokenKeys)
        reader = try log.reader(at: [Position(topic, try log.earliest(of: topic))])
    }

    /// Reads what was published since.
    package func refresh() throws(LogError) {
        while true {
            let records = try reader.available(limit: 256)
            if records.isEmpty { return }
            for record in records { apply(record.value ?? []) }
        }
    }

    /// The newest epoch that has a key.
    package var newest: (epoch: TokenEpoch, key: TokenPublicKey)? {
        keys.max { $0.key < $1.key }.map { (epoch: $0.key, key: $0.value) }
    }

    /// The key that three parties published for an epoch, alike; nil where there is none.
    package func key(of epoch: TokenEpoch) -> TokenPublicKey? { keys[epoch] }

    /// Parties that published another key than two others did, or all where no two agree: the epoch's key is not to be had of
    /// them.
    package func dissenters(of epoch: TokenEpoch) -> Set<PartyID> {
        var found: Set<PartyID> = []
        for (attempt, published) in manifests where attempt.epoch == epoch.number {
            guard published.count == PartyID.allCases.count else { continue }
            for (party, key) in published where published.values.count(where: { $0.digest == key.digest }) == 1 {
                found.insert(party)
            }
        }
        return found
    }

    private func apply(_ value: [UInt8]) {
        do throws(RecordFault) {
            let (party, body) = try channel.verified(value)
            guard body.consortium == consortium, case .manifest(let manifest) = body.step else { return }
            let attempt = Attempt(epoch: body.tokenEpoch, attempt: body.attempt)
            guard manifests[attempt]?[party] == nil else { return }
            guard let key = try? TokenPublicKey(manifest) else { throw .unreadable }
            manifests[attempt, default: [:]][party] = key
            let published = manifests[attempt, default: [:]].values
            if keys[TokenEpoch(attempt.epoch)] == nil, published.count == PartyID.allCases.count,
                Set(published.map(\.digest)).count == 1
            {
                keys[TokenEpoch(attempt.epoch)] = key
            }
        } catch .misdirected {
            // The coordinator's orders, which are not for members.
        } catch {
            metrics.add(1, to: .tokenKeyRecordsDropped, Metrics.Label("reason", error.code))
        }
    }
}
