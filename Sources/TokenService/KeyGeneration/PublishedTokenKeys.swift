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
            for record in records { take(record.value ?? []) }
        }
    }

    /// The newest epoch that has a key.
    package var newest: (epoch: TokenEpoch, key: TokenPublicKey)? {
        for epoch in Set(manifests.keys.map(\.epoch)).sorted(by: >) {
            if let key = key(of: TokenEpoch(epoch)) { return (TokenEpoch(epoch), key) }
        }
        return nil
    }

    /// The key that three parties published for an epoch, alike; nil where there is none.
    package func key(of epoch: TokenEpoch) -> TokenPublicKey? {
        for attempt in attempts(of: epoch) {
            let keys = Array(manifests[attempt, default: [:]].values)
            if keys.count == PartyID.allCases.count, Set(keys.map(\.digest)).count == 1 { return keys[0] }
        }
        return nil
    }

    /// Parties that published another key than two others did, or all where no two agree: the epoch's key is not to be had of
    /// them.
    package func dissenters(of epoch: TokenEpoch) -> Set<PartyID> {
        var found: Set<PartyID> = []
        for attempt in attempts(of: epoch) {
            let published = manifests[attempt, default: [:]]
            guard published.count == PartyID.allCases.count else { continue }
            for (party, key) in published where published.values.count(where: { $0.digest == key.digest }) == 1 {
                found.insert(party)
            }
        }
        return found
    }

    private func attempts(of epoch: TokenEpoch) -> [Attempt] {
        manifests.keys.filter { $0.epoch == epoch.number }.sorted { $0.attempt < $1.attempt }
    }

    private func take(_ value: [UInt8]) {
        do throws(RecordFault) {
            let (party, body) = try channel.verified(value)
            guard body.consortium == consortium, case .manifest(let manifest) = body.step else { return }
            let attempt = Attempt(epoch: body.tokenEpoch, attempt: body.attempt)
            guard manifests[attempt]?[party] == nil else { return }
            guard let key = try? TokenPublicKey(manifest) else { throw .unreadable }
            manifests[attempt, default: [:]][party] = key
        } catch .misdirected {
            // The parties' own steps, which are not for members.
        } catch {
            metrics.add(1, to: "cordon_token_key_records_dropped_total", Metrics.Label("reason", error.code))
        }
    }
}
