import EventLogs
import Records
import SecureScoring
import Support
import Testing
import ThreeParty
import Tokens

@Suite("A batch's plan")
struct BatchPlanTests {
    /// All that a plan is made of, so that each part can be another.
    private struct Parts {
        var partition = 3
        var range: Range<Int64> = 5..<8
        var labels: Range<Int64> = 0..<0
        var repeats: [Int64] = [6]
        var values: [[UInt8]] = [[1, 2], [3]]
        var times: [Int64] = [700, 800]
        var model = Digest32(of: [[1]])
        var counted = Digest32(of: [[2]])
        var shares = Digest32(of: [[3]])
        var nextSpec: Digest32? = Digest32(of: [[4]])
        var epoch = KeyEpoch(9)

        var plan: BatchPlan {
            let records = zip(values, times).enumerated().map { place, record in
                LogRecord(
                    position: Position(TopicPartition(Topics.sealed), Int64(place)), key: nil, value: record.0,
                    headers: [],
                    timestamp: record.1)
            }
            return BatchPlan(
                partition: partition, range: range, labels: labels, repeats: repeats, records: records, model: model,
                counted: counted, shares: shares, nextSpec: nextSpec, epoch: epoch)
        }
    }

    @Test("has another digest with any part of it another")
    func parts() {
        let changes: [(inout Parts) -> Void] = [
            { _ in }, { $0.partition = 4 }, { $0.range = 4..<8 }, { $0.range = 5..<9 }, { $0.labels = 5..<5 },
            { $0.labels = 0..<1 }, { $0.repeats = [] }, { $0.repeats = [7] }, { $0.repeats = [6, 7] },
            { $0.values[0] = [1, 3] }, { $0.values = [[1], [2, 3]] }, { $0.values = [[1, 2, 3], []] },
            { $0.values = [[3], [1, 2]] }, { $0.times[1] = 801 }, { $0.times = [800, 700] },
            { ($0.values, $0.times) = ([[1, 2]], [700]) }, { $0.model = .zero }, { $0.counted = .zero },
            { ($0.model, $0.counted) = ($0.counted, $0.model) }, { $0.shares = .zero },
            { $0.shares = Digest32(of: [[9]]) }, { $0.nextSpec = nil }, { $0.nextSpec = .zero },
            { ($0.shares, $0.nextSpec) = (.zero, $0.shares) }, { $0.epoch = KeyEpoch(1) },
        ]
        var digests: Set<Digest32> = []
        for (place, change) in changes.enumerated() {
            var parts = Parts()
            change(&parts)
            #expect(digests.insert(parts.plan.digest).inserted, "change \(place)")
            #expect(parts.plan.digest == parts.plan.digest && parts.plan == parts.plan)
        }
    }

    @Test(
        "is named whole by its proposal: with any part another the proposal is another, but for records and their times"
    )
    func proposed() {
        let plan = Parts().plan
        let proposal = PlanProposal(plan, decisions: 77)
        #expect(
            proposal.partition == 3 && proposal.range == 5..<8 && proposal.labels == 0..<0 && proposal.repeats == [6])
        #expect(proposal.model == plan.model && proposal.counted == plan.counted && proposal.shares == plan.shares)
        #expect(proposal.epoch == KeyEpoch(9) && proposal.tokenKeys == plan.tokenKeys && proposal.decisions == 77)
        // Every byte means something: a changed one is none, or is another proposal.
        let bytes = proposal.encoded
        #expect(PlanProposal(decoding: bytes) == proposal)
        for place in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[place] ^= 1 << UInt8(bit)
                let read = PlanProposal(decoding: changed)
                #expect(read != proposal && (read == nil || read?.encoded == changed), "bit \(bit) of byte \(place)")
            }
        }
    }

    @Test("without shares that were refreshed, and without a next spec, hangs on neither")
    func absent() {
        var parts = Parts()
        (parts.shares, parts.nextSpec) = (.zero, nil)
        let plan = parts.plan
        let records = zip(parts.values, parts.times).map { value, time in
            LogRecord(
                position: Position(TopicPartition(Topics.sealed), 0), key: nil, value: value, headers: [],
                timestamp: time)
        }
        let old = BatchPlan(
            partition: 3, range: 5..<8, repeats: [6], records: records, model: parts.model, counted: parts.counted,
            epoch: KeyEpoch(9))
        #expect(plan.digest == old.digest)
        #expect(SharesInForce.dealt.digest == .zero)
    }

    @Test("that is given up is told in a sentence of its own, with who it was")
    func aborts() {
        let aborts: [BatchAbort] = [
            .peerMissing(.one), .peerSilent([.one]), .peerSilent([.one, .two]),
            .peerDisagrees(.one, step: "lookupDeal"),
            .peerAborted(.one), .protocolViolation(.one, step: "lookupDeal"), .logBehind, .countsBehind,
            .tokenKeyDiffers(TokenEpoch(4)), .sharesDiffer(ShareGeneration(5)),
            .keyEpochDiffers(KeyEpoch(6), own: KeyEpoch(7)), .epochNotAgreed(KeyEpoch(8)),
        ]
        let said = aborts.map { "\($0)" }
        #expect(Set(said).count == said.count && said.allSatisfy { !$0.hasSuffix(".") })
        for (abort, words) in zip(
            said,
            [
                ["party-1"], ["party-1"], ["party-1 and party-2"], ["party-1", "lookupDeal"], ["party-1"],
                ["party-1", "lookupDeal"], [], [], ["4", "party-0"], ["5"], ["epoch 6", "epoch 7"], ["epoch 8"],
            ])
        {
            for word in words { #expect(abort.contains(word), "\(abort)") }
        }
    }

    @Test("that can't be computed is told in a sentence of its own, with what is to be done")
    func errors() {
        let partition = TopicPartition(Topics.sealed, 2)
        let errors: [ScoringError] = [
            .noModel(partition), .modelNotDealt(.zero), .countsOfAnotherSpec, .countsOfOtherTerms,
            .countsOverPartitions,
            .countsOfLostEpoch(3), .countsDamaged, .notOpenedAgain(partition, 44), .noShare(.zero, ShareGeneration(5)),
            .countsOfLostGeneration(ShareGeneration(6)), .noEpochKeys(KeyEpoch(7)),
        ]
        let said = errors.map { "\($0)" }
        #expect(Set(said).count == said.count && said.allSatisfy { !$0.hasSuffix(".") })
        for (place, word) in [
            (0, "\(partition)"), (5, "epoch 3"), (7, "44"), (8, "generation 5"), (9, "generation 6"), (10, "epoch 7"),
        ] {
            #expect(said[place].contains(word), "\(said[place])")
        }
    }
}
