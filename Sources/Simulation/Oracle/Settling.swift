import EventLogs
import Records
import Sealing

/// What a run waits for at its end, told from the log; each record is read once, however often is asked.
struct Settling {
    private let consortium: SimulatedConsortium
    private let isErased: Bool
    /// How many decisions there are to be, by member; none are waited for of those that left.
    private let decisions: [Int]
    /// The offsets of records that its agent is to reject, by member; none are waited for of those that left.
    private let rejected: [Set<Int64>]
    /// The last record whose labels are to leave, by member; -1 for none, and of those that left.
    private let lastLabels: [Int64]
    private var labels: [LabelHeader?] = []
    private var batches = 0
    private var lastBatch: WireBatchDecision?
    /// Offsets of labels that came behind their epoch's closing.
    private var late: Set<Int64> = []

    /// - Parameter erased: whether nobody is to have keys of a closed epoch any more, too.
    init(_ consortium: SimulatedConsortium, erased: Bool) {
        self.consortium = consortium
        isErased = erased
        let present = consortium.people.present
        let members = consortium.sent.enumerated().map {
            present.contains($0) ? ExpectedMember($1) : ExpectedMember([])
        }
        decisions = members.map(\.accepted.count)
        rejected = members.map { Set($0.rejected.keys) }
        lastLabels = members.map { $0.labels.keys.max() ?? -1 }
    }

    /// Whether members have so many decisions each and were told of all that was rejected, the leader has scored and counted all
    /// that is in the log, and rotations of keys are at their end.
    mutating func isDone() -> Bool {
        read()
        let sealed = TopicPartition(Topics.sealed)
        return consortium.isWaitingForKeys(erased: isErased) == nil
            && decisions.indices.allSatisfy {
                consortium.records(Topics.decisions(Terms.member($0))).count >= decisions[$0]
            }
            && consortium.broker.committed(sealed, group: PartyID.zero.name)
                == Int64(consortium.records(Topics.sealed).count)
            && lastBatch?.labelsEnd ?? 0 == Int64(labels.count) && areLabelsTold && areRejectionsTold
            && !(isErased
                && !(consortium.keysLeft().isEmpty && Oracle.untold(in: consortium).values.allSatisfy(\.isEmpty)))
    }

    private mutating func read() {
        labels += consortium.records(Topics.labels).dropFirst(labels.count).map { LabelRecord($0.value ?? [])?.header }
        let records = consortium.records(Topics.batches)
        for record in records.dropFirst(batches) {
            lastBatch = WireBatchDecision(decoding: record.value ?? [])
            guard let batch = lastBatch, batch.labelsEnd > batch.labelsFirst else { continue }
            for codes in batch.refusals {
                for (place, code) in codes.enumerated() where code == Refusal.epochClosed.rawValue {
                    late.insert(batch.labelsFirst + Int64(place))
                }
            }
        }
        batches = records.count
    }

    /// Whether every label that is to leave has come to the parties, each member's in order and not behind its epoch's closing.
    private var areLabelsTold: Bool {
        var taken = [Int64](repeating: -1, count: lastLabels.count)
        for (offset, header) in labels.enumerated() where !late.contains(Int64(offset)) {
            guard let header, let source = header.source?.offset,
                let member = taken.indices.first(where: { Terms.member($0) == header.member }),
                header.previous?.offset ?? -1 <= taken[member]
            else { continue }
            taken[member] = max(taken[member], source)
        }
        return zip(taken, lastLabels).allSatisfy { $0 >= $1 }
    }

    /// Whether every record that its member's agent is to reject is told: an agent that begins late has them before it as all
    /// others.
    private var areRejectionsTold: Bool {
        rejected.indices.allSatisfy { member in
            rejected[member].isEmpty
                || rejected[member].isSubset(
                    of: consortium.records(Topics.rejected(Terms.member(member))).compactMap {
                        WireRejected(decoding: $0.value ?? []).flatMap { $0.stage == "ingest" ? $0.offset : nil }
                    })
        }
    }
}
