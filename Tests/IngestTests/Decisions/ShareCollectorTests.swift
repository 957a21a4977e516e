import Foundation
import Ingest
import Records
import Sealing
import Support
import Testing

@Suite("A share collector")
struct ShareCollectorTests {
    private let sessions: Sessions
    private var collector: ShareCollector

    init() throws {
        sessions = try Sessions()
        collector = ShareCollector(member: sessions.member, sessions: sessions.find)
    }

    private mutating func receive(_ bytes: [UInt8], at offset: Int64 = 0) throws -> [Answer] {
        try collector.receive(bytes, offset: offset)
    }

    @Test("adds the shares of one plan to the scores, positive and negative, in both rings")
    mutating func adds() throws {
        let small: [Int64: Int64] = [3: 0, 4: -1, 9: 32_767, 12: -32_768]
        let large: [Int64: Int64] = [20: 2_147_483_647, 21: -2_147_483_648, 22: -5]
        for (plan, scores) in [
            (Plan(1, small, in: UInt16.self), small), (Plan(2, large, in: UInt32.self), large),
        ] {
            #expect(try receive(plan.bytes(.two, sessions)).isEmpty)
            #expect(try receive(plan.bytes(.zero, sessions)).isEmpty)
            let opened = try receive(plan.bytes(.one, sessions))
            #expect(
                Dictionary(uniqueKeysWithValues: opened.map { ($0.source.offset, $0.value) })
                    == scores.mapValues { .exact($0) })
            #expect(opened.allSatisfy { $0.score?.model == plan.model && $0.score?.modelVersion == "v1" })
        }
        #expect(collector.oldest == nil)
    }

    @Test("keeps the transactions of two sessions apart, of which a batch holds some each while keys are rotated")
    mutating func twoEpochs() throws {
        let next = try Sessions(epoch: 2)
        collector = ShareCollector(member: sessions.member) { [sessions] party, epoch in
            sessions.find(party, epoch) ?? next.find(party, epoch)
        }
        let (before, after) = (Plan(1, [3: 7, 4: 8], in: UInt16.self), Plan(1, [5: 9], in: UInt16.self))
        var opened: [Answer] = []
        for party in PartyID.allCases {
            opened += try receive(before.bytes(party, sessions), at: 10)
            opened += try receive(after.bytes(party, next), at: 11)
        }
        #expect(opened.map(\.source.offset) == [3, 4, 5] && opened.map(\.value) == [.exact(7), .exact(8), .exact(9)])
        #expect(collector.oldest == nil)
        // Half of one session's is no half of the other's.
        #expect(try receive(before.bytes(.zero, sessions), at: 20).isEmpty)
        #expect(try receive(after.bytes(.one, next), at: 21).isEmpty)
        #expect(collector.oldest == 20)
    }

    @Test("opens the steps of rounded scores", arguments: [1, 2, 8, 9, 10, 18, 300])
    mutating func steps(count: Int) throws {
        let scores: [Int64: Int] = [2: 0, 5: count - 1, 7: count / 2, 8: 0]
        let plan = Plan(1, steps: scores, of: count)
        #expect(try receive(plan.bytes(.one, sessions)).isEmpty)
        #expect(try receive(plan.bytes(.two, sessions)).isEmpty)
        let opened = try receive(plan.bytes(.zero, sessions))
        #expect(
            Dictionary(uniqueKeysWithValues: opened.map { ($0.source.offset, $0.value) })
                == scores.mapValues { .step($0, of: count) })
    }

    @Test("never adds a party's exact score to the others' rounded ones, nor steps of two numbers")
    mutating func mixedForms() throws {
        let plan = Plan(1, steps: [1: 3, 2: 4], of: 18)
        #expect(try receive(plan.bytes(.zero, sessions)).isEmpty)
        for steps: UInt32 in [0, 17, 26, .max] {
            let other = plan.record(.one, sessions) { $0.steps = steps }
            #expect(throws: ShareCollector.Refused.malformed) { try receive(other.encoded) }
        }
        // As many bytes, and another number of steps.
        let near = plan.record(.one, sessions) { $0.steps = 16 }
        #expect(throws: ShareCollector.Refused.malformed) { try receive(near.encoded) }
        #expect(try receive(plan.bytes(.one, sessions)).isEmpty)
        #expect(try receive(plan.bytes(.two, sessions)).map(\.value) == [.step(3, of: 18), .step(4, of: 18)])
    }

    @Test("gives no score where shares give no step, and takes the plan's next run")
    mutating func noStep() throws {
        for place in 0..<6 {
            var plan = Plan(1, steps: [1: 3, 2: 4], of: 18)
            plan.shares[.two]?[place] ^= 0x80
            _ = try receive(plan.bytes(.zero, sessions))
            _ = try receive(plan.bytes(.one, sessions))
            #expect(throws: ShareCollector.Refused.noStep) { try receive(plan.bytes(.two, sessions)) }
            #expect(collector.oldest == nil)
        }
        let plan = Plan(1, steps: [1: 3, 2: 4], of: 18)
        for party in [PartyID.zero, .one] { _ = try receive(plan.bytes(party, sessions)) }
        #expect(try receive(plan.bytes(.two, sessions)).count == 2)
    }

    @Test("says where the first share of a score stood")
    mutating func firstOffset() throws {
        let plan = Plan(1, [1: 42, 2: 43], in: UInt16.self)
        _ = try receive(plan.bytes(.two, sessions), at: 5)
        _ = try receive(plan.bytes(.zero, sessions), at: 9)
        #expect(try receive(plan.bytes(.one, sessions), at: 12).map(\.firstOffset) == [5, 5])
    }

    @Test("never adds shares of two plans, in whatever order they come")
    mutating func neverMixes() throws {
        let scores: [Int64: Int64] = [5: 100, 6: -7]
        let records = (1...3 as ClosedRange<UInt8>).flatMap { name in
            let plan = Plan(name, scores, in: UInt16.self)
            return PartyID.allCases.map { plan.bytes($0, sessions) }
        }
        for seed in 1...20 as ClosedRange<UInt64> {
            var generator = SplitMix64(state: seed)
            var complete = 0
            for (offset, bytes) in records.shuffled(using: &generator).enumerated() {
                let opened = try receive(bytes, at: Int64(offset))
                if !opened.isEmpty {
                    complete += 1
                    #expect(opened.map(\.value) == [.exact(100), .exact(-7)], "seed \(seed)")
                }
            }
            #expect(complete == 3, "seed \(seed)")
        }
    }

    @Test("takes a party's repeat as the same record")
    mutating func repeats() throws {
        let plan = Plan(1, [1: 42], in: UInt16.self)
        for _ in 0..<5 { #expect(try receive(plan.bytes(.one, sessions), at: 7).isEmpty) }
        #expect(try receive(plan.bytes(.zero, sessions), at: 8).isEmpty)
        #expect(collector.oldest == 7)
        #expect(try receive(plan.bytes(.two, sessions), at: 9).map(\.value) == [.exact(42)])
        // A late repeat opens the plan again; it holds nothing back once its transactions are decided.
        #expect(try receive(plan.bytes(.one, sessions), at: 10).isEmpty)
        #expect(collector.oldest == 10)
        collector.forget { $0.offset == 1 }
        #expect(collector.oldest == nil)
    }

    @Test("keeps a plan while one of its transactions waits")
    mutating func keepsUndecided() throws {
        #expect(try receive(Plan(1, [1: 1, 2: 2], in: UInt16.self).bytes(.one, sessions), at: 3).isEmpty)
        collector.forget { $0.offset == 1 }
        #expect(collector.oldest == 3)
    }

    @Test("refuses a record with any byte changed")
    mutating func tampered() throws {
        let plan = Plan(1, [1: 42], in: UInt16.self)
        #expect(try receive(plan.bytes(.one, sessions)).isEmpty)
        #expect(try receive(plan.bytes(.two, sessions)).isEmpty)
        let record = plan.record(.zero, sessions)
        for at in record.box.indices {
            var changed = record
            changed.box[at] ^= 1
            #expect(throws: ShareCollector.Refused.notAuthentic) { try receive(changed.encoded) }
        }
        for at in record.header.indices {
            for flip in [1, 128] as [UInt8] {
                var changed = record
                changed.header[at] ^= flip
                #expect(throws: ShareCollector.Refused.self, "header byte \(at)") { try receive(changed.encoded) }
            }
        }
        #expect(try receive(record.encoded).map(\.value) == [.exact(42)])
    }

    @Test("refuses another member's record, another session's and another party's")
    mutating func foreign() throws {
        let plan = Plan(1, [1: 42], in: UInt16.self)
        let other = try Sessions("bank-b")
        #expect(throws: ShareCollector.Refused.malformed) { try receive(plan.bytes(.zero, other)) }
        let forged = plan.record(.zero, other) { $0.member = "bank-a" }
        #expect(throws: ShareCollector.Refused.notAuthentic) { try receive(forged.encoded) }
        let renewed = try Sessions("bank-a", epoch: 2)
        #expect(throws: ShareCollector.Refused.unknownSession) { try receive(plan.bytes(.zero, renewed)) }
        let party = plan.record(.zero, sessions) { $0.party = 1 }
        #expect(throws: ShareCollector.Refused.notAuthentic) { try receive(party.encoded) }
    }

    @Test("refuses what is no record of score shares")
    mutating func malformed() throws {
        let plan = Plan(1, [1: 42], in: UInt16.self)
        for change in [
            { $0.party = 3 }, { $0.party = .max }, { $0.planDigest = Data([1]) },
            { $0.modelDigest = Data() }, { $0.ringBits = 64 }, { $0.ringBits = 0 }, { $0.ringBits = 32 },
            { $0.sources = [] }, { $0.sources += $0.sources },
        ] as [(inout WireScoreHeader) -> Void] {
            let record = plan.record(.zero, sessions, change: change)
            #expect(throws: ShareCollector.Refused.malformed) { try receive(record.encoded) }
        }
        let newer = plan.record(.zero, sessions) { $0.schema = 2 }
        #expect(throws: ShareCollector.Refused.unreadable) { try receive(newer.encoded) }
        #expect(throws: ShareCollector.Refused.unreadable) { try receive(Array(newer.encoded.dropLast(3))) }
        #expect(throws: ShareCollector.Refused.unreadable) { try receive([]) }
        #expect(throws: ShareCollector.Refused.unreadable) { try receive([0xFF, 0xFF]) }
        #expect(collector.oldest == nil)
    }

    @Test("refuses a party that names other transactions or another model for the same plan")
    mutating func disagreement() throws {
        let plan = Plan(1, [1: 42, 2: 43], in: UInt16.self)
        #expect(try receive(plan.bytes(.zero, sessions)).isEmpty)
        let swapped = plan.record(.one, sessions) { $0.sources.reverse() }
        #expect(throws: ShareCollector.Refused.malformed) { try receive(swapped.encoded) }
        var other = plan
        other.model = Digest32(of: [[2]])
        #expect(throws: ShareCollector.Refused.malformed) { try receive(other.bytes(.one, sessions)) }
        #expect(try receive(plan.bytes(.one, sessions)).isEmpty)
        #expect(try receive(plan.bytes(.two, sessions)).map(\.value) == [.exact(42), .exact(43)])
    }

    @Test("says what is refused where all three parties do, with its code and beside the scores of the plan")
    mutating func refusals() throws {
        let plan = Plan(1, [1: 42], refused: [2: .overBudget, 3: .boxesDiffer], in: UInt16.self)
        #expect(try receive(plan.bytes(.two, sessions), at: 5).isEmpty)
        #expect(try receive(plan.bytes(.zero, sessions), at: 6).isEmpty)
        let answers = try receive(plan.bytes(.one, sessions), at: 7)
        #expect(answers.map(\.source.offset) == [1, 2, 3] && answers.map(\.firstOffset) == [5, 5, 5])
        #expect(answers.map(\.refusal) == [nil, .overBudget, .boxesDiffer] && answers.first?.raw == 42)
        // A plan of which nothing is scored.
        let none = Plan(2, [:], refused: [4: .tooLate], in: UInt16.self)
        for party in [PartyID.zero, .one] { #expect(try receive(none.bytes(party, sessions)).isEmpty) }
        #expect(try receive(none.bytes(.two, sessions)).map(\.refusal) == [.tooLate])
        #expect(collector.oldest == nil)
    }

    @Test(
        "takes no refusal that a party does not say, or that a log has changed, and waits for a plan of refusals alone")
    mutating func forgedRefusals() throws {
        let plan = Plan(1, [1: 42], refused: [2: .overBudget], in: UInt16.self)
        #expect(try receive(plan.bytes(.zero, sessions), at: 3).isEmpty)
        for change in [
            { $0.refusals = Data([Refusal.tooLate.rawValue]) }, { ($0.refused, $0.refusals) = ([], Data()) },
            { $0.refused[0].offset = 3 }, { $0.refusals = Data() }, { $0.refusals.append(1) },
        ] as [(inout WireScoreHeader) -> Void] {
            let other = plan.record(.one, sessions, change: change)
            #expect(throws: ShareCollector.Refused.malformed) { try receive(other.encoded) }
            // As if the log had changed it under way.
            var forged = plan.record(.one, sessions)
            forged.header = other.header
            #expect(throws: ShareCollector.Refused.self) { try receive(forged.encoded) }
        }
        collector.forget { $0.offset == 1 }
        #expect(collector.oldest == 3)
        collector.forget { $0.offset <= 2 }
        #expect(collector.oldest == nil)
    }
}

extension Answer {
    var score: (value: Answer.Score, model: Digest32, modelVersion: String)? {
        if case .score(let value, let model, let version) = outcome { (value, model, version) } else { nil }
    }

    var value: Answer.Score? { score?.value }

    var raw: Int64? { if case .exact(let raw)? = value { raw } else { nil } }

    var refusal: Refusal? { if case .refused(let refusal) = outcome { refusal } else { nil } }
}
