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
    /// How many of each member's rejected records were read, and the offsets of those that its agent rejected.
    private var readRejected: [Int]
    private var told: [Set<Int64>]
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
        readRejected = members.map { _ in 0 }
        told = members.map { _ in [] }
        lastLabels = members.map { $0.labels.keys.max() ?? -1 }
    }

    /// Whether members have so many decisions each and were told of all that was rejected, the leader has scored and counted all
    /// that is in the log, and rotations of keys are at their end.
    mutating func isDone() -> Bool {
        read()
        let sealed = TopicPartition(Topics.sealed)
        // What costs little comes first: this is asked every tenth of a second.
        return decisions.indices.allSatisfy {
            consortium.records(Topics.decisions(Terms.member($0))).count >= decisions[$0]
        }
            && consortium.broker.committed(sealed, group: PartyID.zero.name)
                == Int64(consortium.records(Topics.sealed).count)
            && lastBatch?.labelsEnd ?? 0 == Int64(labels.count) && areLabelsTold
            && zip(rejected, told).allSatisfy { $0.isSubset(of: $1) }
            && consortium.isWaitingForKeys(erased: isErased) == nil
            && !(isErased
                && !(Oracle.untold(in: consortium).values.allSatisfy(\.isEmpty) && !consortium.hasKeysLeft))
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
        for member in rejected.indices where !rejected[member].isEmpty {
            let records = consortium.records(Topics.rejected(Terms.member(member)))
            for record in records.dropFirst(readRejected[member]) {
                guard let wire = WireRejected(decoding: record.value ?? []), wire.stage == "ingest" else { continue }
                told[member].insert(wire.offset)
            }
            readRejected[member] = records.count
        }
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
}
