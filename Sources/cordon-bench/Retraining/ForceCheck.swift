import EventLogs
import LocalConsortium
import Manifests
import Model
import PipelineFiles
import Policy
import Records
import Terminal

/// Which model each transaction was to be scored by, from where it stands among the activations of `consortium.sealed`, held
/// against which one it was scored by.
struct ForceCheck {
    let log: any EventLog
    let roster: Roster
    let load: PipelineLoad

    /// A place in a member's own topic.
    private struct Place: Hashable {
        var member: MemberID
        var source: SourcePosition
    }

    /// Transactions by the model's version.
    typealias Counts = [String: Int]

    /// - Parameters:
    ///   - sent: the first so many transactions of the load were.
    ///   - models: in the clear, by the digest of the manifest.
    ///   - rows: features of transactions, by number.
    /// - Throws: `Failure` where one was scored by another model than was in force, or got another score than that model's in the
    ///   clear.
    func run(sent: Int, models: [Digest32: ClearModel], rows: [FeatureRow]) throws -> Counts {
        let (places, activations) = try positions()
        var counts: Counts = [:]
        var (unknown, elsewhere, different) = (0, 0, 0)
        for member in roster.members.map(\.id) {
            try each(Topics.decisions(member)) { record in
                guard let event = record.value.flatMap({ CloudEvent(json: $0) }),
                    let number = load.number(of: event.data.transaction, member), number < sent,
                    let offset = places[Place(member: member, source: event.data.source.position)],
                    let digest = activations.last(where: { $0.offset < offset })?.model, let model = models[digest]
                else {
                    unknown += 1
                    return
                }
                if event.data.modelVersion != model.version { elsewhere += 1 }
                if event.data.rawScore != model.score(values: rows[number].values) { different += 1 }
                counts[model.version, default: 0] += 1
            }
        }
        let all = counts.values.reduce(0, +)
        guard unknown == 0, elsewhere == 0, different == 0, all == sent else {
            throw Failure(
                """
                of \(sent) transactions \(all) were decided in a place that is known, and \(unknown) decisions in none; \(elsewhere) \
                were scored by another model than was in force, \(different) scores differ from that model's in the clear: nothing is \
                reported
                """)
        }
        return counts
    }

    /// Where transactions stand, and from where on which model is in force.
    private func positions() throws -> (places: [Place: Int64], activations: [(offset: Int64, model: Digest32)]) {
        var places: [Place: Int64] = [:]
        var (activations, sequence): ([(offset: Int64, model: Digest32)], UInt64) = ([], 0)
        try each(Topics.sealed) { record in
            let (offset, value) = (record.position.offset, record.value ?? [])
            if let header = SealedTransaction(value)?.header, let member = header.member, let source = header.source {
                let place = Place(member: member, source: source)
                // The first counts, should a record come twice.
                if places[place] == nil { places[place] = offset }
            } else if case .activation(let wire)? = WireSealedRecord(decoding: value)?.body {
                let activation = try ModelActivation(
                    verifying: wire, consortium: roster.consortium, partition: 0, coordinator: roster.coordinator)
                guard activation.sequence > sequence else { return }
                sequence = activation.sequence
                activations.append((offset, activation.model))
            }
        }
        return (places, activations)
    }

    private func each(_ topic: String, _ body: (LogRecord) throws -> Void) throws {
        let reader = try log.reader(at: [Position(TopicPartition(topic), 0)])
        while case let records = try reader.available(limit: 4096), !records.isEmpty { try records.forEach(body) }
    }
}
