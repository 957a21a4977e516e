import Ingest
import Records
import Support
import Testing

private let day = EventTime.day

@Suite("The ids that an agent knows")
struct KnownIDsTests {
    /// Ids that lie in one place of a table of any size up to 2^20, at its end, or anywhere.
    private static let ids: [(name: String, id: @Sendable (UInt64) -> UInt64)] = [
        ("in one place", { ($0 + 1) << 20 | 5 }), ("at the end", { ($0 + 1) << 20 | 0xF_FFFF }),
        ("one after the other", { $0 + 1 }), ("anywhere", { ($0 + 1) &* 0x9E37_79B9_7F4A_7C15 }),
        ("at the ends of numbers", { $0 % 2 == 0 ? .max - $0 : 1 << 63 | $0 }),
    ]

    @Test("are told apart wherever they lie in the table, while it grows", arguments: 0..<5)
    func places(kind: Int) throws {
        let id = Self.ids[kind].id
        var agent = try RowAgent()
        for number in 0..<2000 as Range<UInt64> {
            #expect(try agent.answer(id(number), at: 10 * day, content: UInt32(number)) == .new(late: false))
            // The one before is known, and the next one is not.
            let before = number / 2
            #expect(try agent.answer(id(before), at: 10 * day, content: UInt32(before)) == .duplicate)
            #expect(try agent.answer(id(before), at: 10 * day, content: .max) == .conflict)
        }
        for number in 0..<2000 as Range<UInt64> {
            #expect(try agent.answer(id(number), at: 10 * day, content: UInt32(number)) == .duplicate)
        }
    }

    @Test("differ from each other as in a dictionary, verdicts among them", arguments: 1...4 as ClosedRange<UInt64>)
    func oracle(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var agent = try RowAgent(spec: consortiumSpec())
        var known: [UInt64: (content: UInt32, verdict: Bool?)] = [:]
        for _ in 0..<4000 {
            let id = UInt64.random(in: 1...900, using: &random) << 12
            if Bool.random(using: &random) {
                let content = UInt32.random(in: 0...1, using: &random)
                let expected: RowAgent.Answer =
                    switch known[id] {
                    case nil: .new(late: false)
                    case let there?: there.content == content ? .duplicate : .conflict
                    }
                #expect(try agent.answer(id, at: 10 * day, content: content) == expected)
                if known[id] == nil { known[id] = (content, nil) }
            } else if let there = known[id] {
                let fraud = Bool.random(using: &random)
                // What was taken back can't be taken back again.
                let isRepeated = !fraud && there.verdict == false
                #expect((agent.confirm(id, at: 10 * day, fraud: fraud) == nil) == isRepeated)
                known[id]?.verdict = fraud
            }
        }
        // Labels say the last verdict, and a fraud where there is none is no fraud.
        let labels = agent.pass(40 * day)
        #expect(labels.count == known.count)
        for label in labels { #expect(label.fraud == (known[label.id]?.verdict ?? false)) }
    }

    @Test("are forgotten with their block, the others are not, and the table has room again")
    func forgotten() throws {
        var agent = try RowAgent()
        // A block is full with 512 rows.
        for id in 1...3000 as ClosedRange<UInt64> { _ = try agent.answer(id, at: 10 * day) }
        agent.forgetIDs(before: 4)
        // 2048 rows are gone: a sample of each, the first and last of a block among them.
        for id in [1, 512, 513, 2048] as [UInt64] {
            #expect(try agent.answer(id, at: 10 * day, content: 9) == .new(late: false))
        }
        for id in [2049, 2500, 3000] as [UInt64] { #expect(try agent.answer(id, at: 10 * day) == .duplicate) }
        // Nothing comes back where less is to be forgotten.
        agent.forgetIDs(before: 2)
        #expect(try agent.answer(1500, at: 10 * day) == .new(late: false))
        // The table is rebuilt over and over, and has what is not forgotten.
        for id in 10_000...20_000 as ClosedRange<UInt64> {
            #expect(try agent.answer(id, at: 10 * day) == .new(late: false))
        }
        for id in 2049...3000 as ClosedRange<UInt64> { #expect(try agent.answer(id, at: 10 * day) == .duplicate) }
        for id in [1, 512] as [UInt64] { #expect(try agent.answer(id, at: 10 * day, content: 9) == .duplicate) }
        #expect(try agent.answer(1500, at: 10 * day) == .duplicate)
        #expect(try agent.answer(3, at: 10 * day, content: 9) == .new(late: false))
    }

    @Test("of a store that has no block any more are forgotten but those of the newest")
    func noBlock() throws {
        var agent = try RowAgent()
        for id in 1...600 as ClosedRange<UInt64> { _ = try agent.answer(id, at: 10 * day) }
        agent.forgetIDs(before: nil)
        #expect(try agent.answer(512, at: 10 * day, content: 1) == .new(late: false))
        #expect(try agent.answer(513, at: 10 * day) == .duplicate && agent.answer(600, at: 10 * day) == .duplicate)
    }
}
