import EventLogs
import Formats
import Manifests
import Model
import PipelineFiles
import Policy
import Records
import Sealing

/// The judge of a run: holds what is in the log at its end against what an undisturbed pipeline says, in the clear.
///
/// * Each accepted transaction has one decision, and nothing else has any.
/// * Each score is the clear model's, bit for bit, of the member's own features and of what was counted before its batch; where
///   scores are rounded it is the highest score at or below that from which a step of the calibration begins.
/// * No transaction is scored twice, and parties refuse nothing but repeats within a batch, and what is sealed under keys of a
///   closed epoch.
/// * Rejected records are on `<member>.rejected` with their code, and no others.
/// * Where reasons are opened, each alert's are wanted once, and those that are told are the scorecard's in the clear, of a
///   transaction's values and of which entities enough members knew before its batch.
/// * The rows that parties keep are shares of what was scored and said, once each, and the same at all three.
/// * Every label is counted, whatever was lost or refused of it on its way.
/// * Nothing is scored of a member that takes no part in the epoch that it is sealed under, and nothing else is refused for that.
///   Of a member that left all that was scored is decided, and nothing else.
/// * Every rotation of keys comes to its end, and nobody has keys of a closed epoch any more.
/// * No position went back, and no mask was used for two messages.
struct Oracle {
    private let consortium: SimulatedConsortium
    private let members: [ExpectedMember]
    private let history: ConsortiumHistory
    /// The numbers of members that take part at the end.
    private let present: [Int]
    /// What is wrong, in words.
    private(set) var findings: [String] = []
    /// Offsets of label records that are refused for one before them.
    private var gaps: Set<Int64> = []
    /// Offsets of label records with an event that a log held back: the parties do not know it yet, and say so.
    private var early: Set<Int64> = []
    /// Whether something came behind its epoch's closing: it is sealed again, maybe behind labels of it.
    private var hasLate = false
    private var rows: ExpectedRows
    private var reasons: ExpectedReasons

    init(_ consortium: SimulatedConsortium) {
        self.consortium = consortium
        rows = ExpectedRows(
            specs: [consortium.terms.spec] + (consortium.terms.next.map { [$0.binned] } ?? []))
        reasons = ExpectedReasons(consortium.terms)
        members = consortium.sent.map(ExpectedMember.init)
        history = consortium.people.history
        present = consortium.people.present
    }

    /// Whether members that left have a decision on all that was scored of theirs.
    static func areScoresDecided(_ consortium: SimulatedConsortium) -> Bool {
        let left = consortium.people.known.filter { !consortium.people.present.contains($0) }
        guard !left.isEmpty else { return true }
        var oracle = Oracle(consortium)
        let (scores, _) = oracle.replayBatches()
        return left.allSatisfy {
            consortium.records(Topics.decisions(Terms.member($0))).count >= scores[$0].count
        }
    }

    /// The offsets of what members that left had accepted and were told nothing of, by member.
    static func untold(in consortium: SimulatedConsortium) -> [Int: [Int64]] {
        Dictionary(
            uniqueKeysWithValues: consortium.people.left.map { member in
                let told = Set(consortium.decided(of: member) + consortium.leftBehind(of: member))
                let accepted = ExpectedMember(consortium.sent[member]).accepted.keys
                return (member, accepted.filter { !told.contains($0) }.sorted())
            })
    }

    /// - Parameter settled: whether members that left are to be told of all that they sent.
    static func findings(in consortium: SimulatedConsortium, settled: Bool = false) -> [String] {
        var oracle = Oracle(consortium)
        if settled {
            oracle.findings += untold(in: consortium).sorted { $0.key < $1.key }.compactMap { member, offsets in
                offsets.isEmpty ? nil : "bank-\(member), which left, was told nothing of \(offsets.count) transactions"
            }
        }
        let (scores, labelled) = oracle.replayBatches()
        for member in consortium.people.known {
            oracle.checkDecisions(of: member, scores[member])
            oracle.checkRejections(of: member, settled)
            if oracle.present.contains(member), let last = oracle.members[member].labels.keys.max(),
                labelled[member] < last
            {
                oracle.findings.append("labels of bank-\(member) are not counted: those of record \(last)")
            }
        }
        if !consortium.records(Topics.rejected).isEmpty { oracle.findings.append("records of nobody were rejected") }
        return oracle.findings + oracle.rows.findings(in: consortium) + oracle.reasons.findings(in: consortium, settled)
            + consortium.faults
    }

    // MARK: Scores

    /// The scores that the decided batches should have, by member and offset of its topic; and the last record whose labels are
    /// taken, by member.
    private mutating func replayBatches() -> (scores: [[Int64: Int64]], labelled: [Int64]) {
        let sealed = consortium.records(Topics.sealed)
        let labels = consortium.records(Topics.labels)
        var counts = ExpectedCounts(limit: consortium.terms.roster.countLimit)
        var scores = [[Int64: Int64]](repeating: [:], count: members.count)
        var taken = [Int64](repeating: -1, count: members.count)
        var (nextSealed, nextLabel): (Int64, Int64) = (0, 0)
        let next = consortium.terms.next.map { consortium.models(of: $0.binned) } ?? []
        for record in consortium.records(Topics.batches) {
            guard let decision = WireBatchDecision(decoding: record.value ?? []) else {
                findings.append("what is no decision is on \(Topics.batches)")
                continue
            }
            // Decisions that a predecessor's repeat, as the parties pass over them.
            guard decision.first >= nextSealed, decision.labelsFirst == nextLabel else { continue }
            (nextSealed, nextLabel) = (decision.end, decision.labelsEnd)
            let (repeated, late) = refused(
                decision,
                decision.labelsEnd > decision.labelsFirst
                    ? labels[Int(decision.labelsFirst)..<Int(decision.labelsEnd)].map(Header.init)
                    : sealed[Int(decision.first)..<Int(decision.end)].filter {
                        !decision.repeats.contains($0.position.offset)
                    }.map(Header.init))
            if decision.labelsEnd > decision.labelsFirst {
                let records = labels[Int(decision.labelsFirst)..<Int(decision.labelsEnd)]
                for (place, record) in records.enumerated() where !late.contains(place) {
                    label(record, end: decision.labelsEnd, &counts, &taken)
                }
            } else {
                let range = decision.first..<decision.end
                let model = next.contains(Array(decision.modelDigest)) ? consortium.terms.next : nil
                score(
                    sealed[Int(range.lowerBound)..<Int(range.upperBound)].filter {
                        !decision.repeats.contains($0.position.offset)
                    }, in: range, by: model ?? consortium.terms.model, repeated, late, &counts, &scores)
            }
        }
        return (scores, taken)
    }

    /// Whose a record is, and under a session of which epoch it is sealed.
    private struct Header {
        var member: MemberID?
        var epoch: UInt32 = 0

        init(_ record: LogRecord) {
            if let sealed = SealedTransaction(record.value ?? []) {
                (member, epoch) = (sealed.header.member, sealed.header.sessionEpoch)
            } else if let label = LabelRecord(record.value ?? []) {
                (member, epoch) = (label.header.member, label.header.sessionEpoch)
            }
        }
    }

    private func hasLeft(_ header: Header) -> Bool {
        header.member.map { history.standing(of: $0, in: KeyEpoch(header.epoch)) } == .left
    }

    /// The places in a batch that the parties refused: repeats within it, and what came behind its epoch's closing or behind its
    /// member's leaving.
    ///
    /// - Parameter headers: of the batch's records.
    private mutating func refused(
        _ decision: WireBatchDecision, _ headers: [Header]
    ) -> (repeated: Set<Int>, late: Set<Int>) {
        var (repeated, late): (Set<Int>, Set<Int>) = ([], [])
        for codes in decision.refusals {
            for (place, code) in codes.enumerated() where code != 0 {
                switch code {
                case Refusal.repeated.rawValue: repeated.insert(place)
                case Refusal.epochClosed.rawValue:
                    late.insert(place)
                    hasLate = true
                case Refusal.memberLeft.rawValue where headers.indices.contains(place) && hasLeft(headers[place]):
                    late.insert(place)
                    hasLate = true
                default: findings.append("the parties refused records")
                }
            }
        }
        for (place, header) in headers.enumerated() where hasLeft(header) && !late.contains(place) {
            findings.append("a record of \(header.member?.name ?? "nobody") was used, which had left")
        }
        return (repeated.subtracting(late), late)
    }

    /// Scores a batch's transactions by what was counted before, then counts them.
    private mutating func score(
        _ records: [LogRecord], in range: Range<Int64>, by model: ClearModel, _ repeated: Set<Int>, _ late: Set<Int>,
        _ counts: inout ExpectedCounts, _ scores: inout [[Int64: Int64]]
    ) {
        var batch: [(member: Int, transaction: Transaction)] = []
        // A repeat within a batch has its first's score, and is counted with it.
        var seen: Set<[Int64]> = []
        for (place, record) in records.enumerated() where !late.contains(place) {
            guard let sealed = SealedTransaction(record.value ?? []), let source = sealed.header.source else {
                continue
            }
            guard let member = number(of: sealed.header.member), let payment = members[member].accepted[source.offset]
            else {
                findings.append("a record was scored that should not have been sealed")
                continue
            }
            let isFirst = seen.insert([Int64(member), source.offset]).inserted
            if isFirst == repeated.contains(place) {
                findings.append("\(payment.transaction.id) of bank-\(member) is scored twice, or refused for nothing")
            }
            guard isFirst else { continue }
            let values = values(of: payment, counts)
            rows.add(payment.transaction.id, of: member, in: range, values: values)
            reasons.add(payment, at: source.offset, of: member, by: model, values, counts)
            let score = opened(model.score(values: model.binned.id == consortium.terms.spec.id ? values[0] : values[1]))
            if scores[member].updateValue(score, forKey: source.offset) != nil {
                findings.append("\(payment.transaction.id) of bank-\(member) is in two decided batches")
            }
            batch.append((member, payment.transaction))
        }
        for (member, transaction) in batch { counts.add(transaction, of: member) }
    }

    /// What the member is to get of a score.
    private func opened(_ score: Int64) -> Int64 {
        guard consortium.terms.roster.roundsScores else { return score }
        let begins = consortium.terms.model.calibration.points.map(\.score)
        return begins.last { $0 <= score } ?? begins[0]
    }

    /// By spec, the values of its features.
    private func values(of payment: ExpectedMember.Payment, _ counts: ExpectedCounts) -> [[Double]] {
        let spec = consortium.terms.spec.spec
        let shared = spec.features.compactMap(\.shared).map {
            counts.value(of: $0, at: payment.transaction, bucket: spec.terms.bucket)
        }
        return [payment.own + shared] + (consortium.terms.next == nil ? [] : [Terms.nextOwn(payment.own) + shared])
    }

    private mutating func label(
        _ record: LogRecord, end: Int64, _ counts: inout ExpectedCounts, _ taken: inout [Int64]
    ) {
        guard let header = LabelRecord(record.value ?? [])?.header, let source = header.source,
            let member = number(of: header.member), let labels = members[member].labels[source.offset],
            labels.count == header.count
        else {
            findings.append("labels left that should not have")
            return
        }
        // A repeat, which is at or below what was taken; or one behind a record that has not come, which is refused.
        guard source.offset > taken[member] else { return }
        guard header.previous?.offset ?? -1 <= taken[member] else {
            gaps.insert(record.position.offset)
            return
        }
        taken[member] = source.offset
        for label in labels {
            rows.label(label.id, of: member, fraud: label.fraud, end: end)
            if counts.label(label.id, of: member, fraud: label.fraud) { continue }
            guard !consortium.hasHeldBack, !hasLate else {
                early.insert(record.position.offset)
                continue
            }
            findings.append("the label of \(label.id) of bank-\(member) was counted before its event")
        }
    }

    private func number(of member: MemberID?) -> Int? { members.indices.first { Terms.member($0) == member } }

    // MARK: What members get

    private mutating func checkDecisions(of member: Int, _ scores: [Int64: Int64]) {
        let expected = members[member].accepted
        var decided: Set<Int64> = []
        for record in consortium.records(Topics.decisions(Terms.member(member))) {
            guard let event = CloudEvent(json: record.value ?? []),
                let payment = expected[event.data.source.offset]
            else {
                findings.append("bank-\(member) has a decision on what was not accepted")
                continue
            }
            let offset = event.data.source.offset
            if !decided.insert(offset).inserted {
                findings.append("\(payment.transaction.id) of bank-\(member) is decided twice")
            }
            if event.data.transaction != payment.transaction.id || event.data.rawScore != scores[offset] {
                findings.append(
                    "\(payment.transaction.id) of bank-\(member) is scored \(event.data.rawScore), not "
                        + (scores[offset].map { "\($0)" } ?? "at all"))
            }
        }
        for offset in consortium.leftBehind(of: member) where decided.contains(offset) {
            findings.append("record \(offset) of bank-\(member) is decided, and refused because it left")
        }
        let isPresent = present.contains(member)
        let missing = expected.keys.filter { (isPresent || scores[$0] != nil) && !decided.contains($0) }.sorted()
        if !missing.isEmpty { findings.append("bank-\(member) has no decision on \(missing.count) transactions") }
    }

    private mutating func checkRejections(of member: Int, _ settled: Bool) {
        let expected = members[member].rejected
        var found: Set<Int64> = []
        for record in consortium.records(Topics.rejected(Terms.member(member))) {
            if let wire = WireRejected(decoding: record.value ?? []), wire.stage == "counting",
                (wire.reason == "source_gap" ? gaps : wire.reason == "unknown_event" ? early : []).contains(wire.offset)
            {
                continue
            }
            // What comes behind a closing is told to its member, and sealed again.
            if let wire = WireRejected(decoding: record.value ?? []), ["scoring", "counting"].contains(wire.stage),
                wire.reason == "epoch_closed"
            {
                continue
            }
            if !present.contains(member), let wire = WireRejected(decoding: record.value ?? []),
                ["scoring", "counting", "decision"].contains(wire.stage), wire.reason == "member_left"
            {
                continue
            }
            guard let wire = WireRejected(decoding: record.value ?? []), wire.stage == "ingest",
                expected[wire.offset]?.rawValue == wire.reason
            else {
                let wire = WireRejected(decoding: record.value ?? [])
                findings.append(
                    "bank-\(member) has a record rejected as \(wire?.reason ?? "?") by \(wire?.stage ?? "?") that is not"
                )
                continue
            }
            found.insert(wire.offset)
        }
        let isTold = present.contains(member) || settled && consortium.people.left.contains(member)
        let missing = expected.keys.filter { isTold && !found.contains($0) }
        if !missing.isEmpty { findings.append("bank-\(member) was not told of \(missing.count) rejected records") }
    }
}
