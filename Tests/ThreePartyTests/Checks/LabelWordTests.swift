import Records
import Support
import Testing
import ThreeParty

/// Label records that three parties agree on, each from its own box.
@Suite("What parties find together in label records")
struct LabelWordTests {
    private static let plan = Digest32(of: [[6]])

    /// A record at the three parties: what is public in its box, and components 0, 1 and 2 of each outcome.
    private struct Label {
        var content: [[UInt8]]
        var components: [[UInt16]]
        /// By party; 0 where it is taken.
        var codes: [UInt8] = [0, 0, 0]

        init(_ outcomes: [UInt16], content: [UInt8], _ random: inout SplitMix64) {
            self.content = [content, content, content]
            let zero = outcomes.map { _ in UInt16.random(in: 0...UInt16.max, using: &random) }
            let one = outcomes.map { _ in UInt16.random(in: 0...UInt16.max, using: &random) }
            components = [zero, one, outcomes.indices.map { outcomes[$0] &- zero[$0] &- one[$0] }]
        }
    }

    /// - Parameter change: one party's share of one record's outcome, as it would be by its box.
    private func agree(
        _ labels: [Label], order: UInt64 = 1, change: (PartyID, Int, inout [CountShare]) -> Void = { _, _, _ in }
    ) throws -> [Agreement] {
        let cell = try Cell(bits: 3, trees: 1, depth: 1, ringBits: 16, seed: 1)
        var work: [PartyID: BatchWork] = [:]
        for party in PartyID.allCases {
            var inputs = LabelInputs()
            for (place, label) in labels.enumerated() {
                let (first, second) = (label.components[party.rawValue], label.components[party.next.rawValue])
                guard label.codes[party.rawValue] == 0 else {
                    inputs.append(refused: label.codes[party.rawValue], outcomes: first.count)
                    continue
                }
                var shares = zip(first, second).map { CountShare(first: $0, second: $1) }
                change(party, place, &shares)
                inputs.append(content: label.content[party.rawValue], outcomes: shares)
            }
            #expect(inputs.counts == labels.map { $0.components[0].count })
            work[party] = .agree(inputs)
        }
        let run = try cell.run(plan: Self.plan, work: work, order: order)
        return try PartyID.allCases.map { try #require(run.results[$0]).agreement }
    }

    private func found(_ agreements: [Agreement]) -> [UInt8] {
        #expect(Set(agreements.map(\.digest)).count == 1 && Set(agreements.map(\.found)).count == 1)
        return agreements[0].found
    }

    @Test("nothing, where all boxes hold the same and outcomes are bits", arguments: 1...12 as ClosedRange<UInt64>)
    func honest(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let labels = (0..<6).map { _ in
            let outcomes = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                UInt16.random(in: 0...1, using: &random)
            }
            return Label(outcomes, content: random.bytes(Int.random(in: 0...40, using: &random)), &random)
        }
        let agreements = try agree(labels, order: seed)
        #expect(found(agreements) == [UInt8](repeating: 0, count: 6) && agreements[0].refusals.allSatisfy { $0 == nil })
    }

    @Test(
        "an outcome that is no bit, whichever of a record's it is, and no other record's",
        arguments: [2, 3, 7, 0x8000, 0xFFFF, 0xFFFE] as [UInt16])
    func notABit(outcome: UInt16) throws {
        var random = SplitMix64(state: UInt64(outcome))
        for place in 0..<4 {
            var outcomes: [UInt16] = [0, 1, 1, 0]
            outcomes[place] = outcome
            let labels = [
                Label([1, 0], content: [1], &random), Label(outcomes, content: [2], &random),
                Label([0], content: [3], &random),
            ]
            let agreements = try agree(labels)
            #expect(found(agreements) == [0, CheckFailure.notABit.rawValue, 0])
            #expect(agreements[0].refusals[1]?.party == nil && agreements[0].refusals[1]?.code == 34)
        }
    }

    @Test(
        "boxes that differ: in what is public, or in either component of an outcome, at any party",
        arguments: PartyID.allCases)
    func differing(party: PartyID) throws {
        var random = SplitMix64(state: 5)
        let labels = (0..<3).map { Label([0, 1], content: [UInt8($0), 9], &random) }
        let differ = CheckFailure.boxesDiffer.rawValue
        for byte in 0..<2 {
            var other = labels
            other[1].content[party.rawValue][byte] ^= 1
            #expect(found(try agree(other)) == [0, differ, 0])
        }
        var longer = labels
        longer[2].content[party.rawValue].append(0)
        #expect(found(try agree(longer)) == [0, 0, differ])
        for entry in 0..<2 {
            for isFirst in [true, false] {
                let agreements = try agree(labels) { holder, record, shares in
                    guard holder == party, record == 0 else { return }
                    if isFirst { shares[entry].first &+= 1 } else { shares[entry].second &+= 1 }
                }
                #expect(found(agreements) == [differ, 0, 0], "outcome \(entry), first \(isFirst)")
            }
        }
    }

    @Test(
        "nothing of a record that a party refuses, whatever is in it, and what others have stays right",
        arguments: PartyID.allCases)
    func refused(party: PartyID) throws {
        var random = SplitMix64(state: 6)
        var labels = [
            Label([1, 5], content: [1], &random), Label([2], content: [2], &random),
            Label([0, 1, 1], content: [3], &random),
        ]
        labels[0].codes[party.rawValue] = 7
        labels[2].content[party.next.rawValue] = [4]
        let agreements = try agree(labels)
        #expect(found(agreements) == [0, CheckFailure.notABit.rawValue, CheckFailure.boxesDiffer.rawValue])
        #expect(agreements[0].refusals[0]?.party == party && agreements[0].refusals[0]?.code == 7)
        #expect(agreements[0].refusals[1...].allSatisfy { $0 != nil && $0?.party == nil })
        // All three refuse: the first of them is named.
        labels[0].codes = [3, 4, 5]
        let all = try agree(labels)
        #expect(all[0].refusals[0]?.party == .zero && all[0].refusals[0]?.code == 3)
    }

    @Test("in words as long as their records and outcomes make them")
    func lengths() {
        for outcomes in [[], [0], [3], [1, 2, 0, 7]] as [[Int]] {
            let shape = WordShape(records: outcomes.count, checks: .labels(outcomes: outcomes))
            #expect(shape.bytes == outcomes.count * 9 + 2 * outcomes.reduce(0, +) && shape.shadow(([], [], [])) == nil)
            let zeros = [UInt8](repeating: 0, count: shape.bytes)
            #expect(shape.found((zeros, zeros, zeros)) == outcomes.map { _ in 0 })
        }
        #expect(WordShape(records: 5, checks: .none).bytes == 5)
        #expect(WordShape(records: 5, checks: .transactions).bytes == 85)
        #expect(WordShape(records: 5, checks: .transactions, hasShadow: true).bytes == 170)
        #expect(Word(codes: [1, 0, 2]).shape == WordShape(records: 3, checks: .none))
    }

    @Test("are not printed")
    func silent() {
        var inputs = LabelInputs()
        inputs.append(content: [77], outcomes: [CountShare(first: 78, second: 79)])
        #expect("\(inputs)" == "LabelInputs(1 records)" && Mirror(reflecting: inputs).children.isEmpty)
    }
}
