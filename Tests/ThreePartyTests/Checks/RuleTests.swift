import Records
import Secrets
import Support
import Testing
import ThreeParty

@Suite("A linear hash of bits")
struct BinaryHashTests {
    private func hash(bytes: Int, key: UInt8) -> BinaryHash {
        var stream = CounterStream(SecretKey(bytes: [UInt8](repeating: key, count: 32)))
        return BinaryHash(bytes: bytes, key: &stream)
    }

    @Test("is the XOR of the key's words at the ones", arguments: [0, 1, 5, 41])
    func definition(bytes: Int) {
        let key = CounterStream.bytes(
            of: SecretKey(bytes: [UInt8](repeating: 3, count: 32)), count: bytes * 64)
        var random = SplitMix64(UInt64(bytes))
        for _ in 0..<20 {
            let string = random.bytes(bytes)
            var expected: UInt64 = 0
            for bit in 0..<bytes * 8 where string[bit >> 3] >> UInt8(bit & 7) & 1 == 1 {
                expected ^= key[bit * 8..<bit * 8 + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
            }
            #expect(hash(bytes: bytes, key: 3)(string) == expected)
        }
    }

    @Test("under two keys is that under their XOR")
    func sum() {
        var random = SplitMix64(4)
        let (one, other) = (hash(bytes: 9, key: 1), hash(bytes: 9, key: 2))
        for _ in 0..<20 {
            let string = random.bytes(9)
            #expect((one ^ other)(string) == one(string) ^ other(string))
        }
    }
}

/// Rules over shares against rules over what is shared, for all small cases.
@Suite("The checks of shared inputs")
struct RuleTests {
    private func components(_ secret: [UInt8], _ random: inout SplitMix64) -> [[UInt8]] {
        let (zero, one) = (random.bytes(secret.count), random.bytes(secret.count))
        return [zero, one, zip(secret, zip(zero, one)).map { $0 ^ $1.0 ^ $1.1 }]
    }

    private func products(_ rule: ThermometerRule, _ components: [[UInt8]]) -> [UInt8] {
        var sum = [UInt8](repeating: 0, count: rule.rowBytes)
        for party in PartyID.allCases {
            var share = sum
            components[party.rawValue].withUnsafeBufferPointer { one in
                components[party.next.rawValue].withUnsafeBufferPointer { other in
                    share.withUnsafeMutableBufferPointer { rule.products(one, other, at: party, into: $0) }
                }
            }
            for at in sum.indices { sum[at] ^= share[at] }
        }
        return sum
    }

    @Test(
        "find each row of two features' bits whose ones are not first, and no other",
        arguments: [[3, 4], [1, 1, 5], [7], [0, 2, 0, 5], [1, 1, 1], [8, 2]])
    func allRows(features: [Int]) {
        let rule = ThermometerRule(features: features)
        let bits = features.reduce(0, +)
        var random = SplitMix64(UInt64(bits))
        for row in 0..<1 << bits {
            var secret = [UInt8(row & 0xFF), UInt8(row >> 8)].prefix(rule.rowBytes).map { $0 }
            // What fills up the last byte is nobody's, and may be anything.
            if bits % 8 != 0 { secret[bits / 8] |= UInt8.random(in: 0...255, using: &random) << UInt8(bits % 8) }
            var first = 0
            let isThermometer = features.allSatisfy { count in
                let own = row >> first & (1 << count - 1)
                first += count
                return own & (own + 1) == 0
            }
            let product = products(rule, components(secret, &random))
            #expect(product.allSatisfy { $0 == 0 } == isThermometer)
        }
    }

    @Test("are for long rows as bit by bit", arguments: 1...20 as ClosedRange<UInt64>)
    func longRows(seed: UInt64) {
        var random = SplitMix64(seed)
        let features = (0..<Int.random(in: 1...30, using: &random)).map { _ in Int.random(in: 0...31, using: &random) }
        let rule = ThermometerRule(features: features)
        let secret = random.bytes(rule.rowBytes)
        func bit(_ at: Int) -> Bool { secret[at >> 3] >> UInt8(at & 7) & 1 == 1 }
        var expected = [UInt8](repeating: 0, count: rule.rowBytes)
        var first = 0
        for count in features {
            for at in first..<max(first, first + count - 1) where bit(at + 1) && !bit(at) {
                expected[at >> 3] |= 1 << UInt8(at & 7)
            }
            first += count
        }
        #expect(products(rule, components(secret, &random)) == expected)
    }

    @Test("find every outcome but 0 and 1, exactly")
    func allOutcomes() {
        var random = SplitMix64(1)
        for outcome in UInt16.min ... .max {
            let (zero, one) = (
                UInt16.random(in: 0 ... .max, using: &random), UInt16.random(in: 0 ... .max, using: &random)
            )
            let components = [zero, one, outcome &- zero &- one]
            let sum = PartyID.allCases.reduce(UInt16(0)) { sum, party in
                sum
                    &+ BitRule.product(
                        CountShare(first: components[party.rawValue], second: components[party.next.rawValue]))
            }
            #expect((sum == 0) == (outcome <= 1))
        }
    }
}

@Suite("The parties' words on a batch's records")
struct WordTests {
    private let cell: Cell

    init() throws { cell = try Cell(bits: 20, trees: 1, depth: 1, ringBits: 16, seed: 1) }

    private let rule = ThermometerRule(features: [12, 8])
    private let plan = Digest32(of: [[5]])

    private func words(_ inputs: [PartyID: BatchInputs], plan: Digest32? = nil) -> [[UInt8]] {
        PartyID.allCases.map { party in
            inputs[party]!.word(
                at: party, plan: plan ?? self.plan, rule: rule, key: Cell.checkKey(), keys: cell.keys(party)
            ).bytes
        }
    }

    /// Rows of ones, which are thermometers; refused by a party where it says so.
    private func inputs(_ count: Int, refused: [PartyID: Set<Int>] = [:]) -> [PartyID: BatchInputs] {
        var random = SplitMix64(9)
        var inputs: [PartyID: BatchInputs] = [:]
        for party in PartyID.allCases { inputs[party] = BatchInputs(bits: 20, capacity: count) }
        for event in 0..<count {
            let sharing = SeededComponents(
                [0xFF, 0xFF, 0x0F], group: .xor, seeds: (random.bytes(16), random.bytes(16)), from: 0)
            for party in PartyID.allCases {
                let parts = sharing.parts(for: party)
                if refused[party]?.contains(event) == true {
                    inputs[party]!.append(refused: 6)
                } else {
                    inputs[party]!.append(
                        BitShares(party: party, first: parts.first, second: parts.second, from: 0, bits: 20)!)
                }
            }
        }
        return inputs
    }

    @Test("cancel out for honest records; one changed bit of one word is found, whoever's it is")
    func found() {
        let words = words(inputs(4))
        let shape = WordShape(records: 4, checks: .transactions)
        #expect(shape.bytes == 4 * 17 && words.allSatisfy { $0.count == shape.bytes })
        #expect(shape.found((words[0], words[1], words[2])) == [0, 0, 0, 0])
        for party in 0..<3 {
            for bit in 4 * 8..<shape.bytes * 8 {
                var changed = words
                changed[party][bit >> 3] ^= 1 << UInt8(bit & 7)
                let (record, isContent) = ((bit >> 3 - 4) / 8 % 4, bit >> 3 < 4 * 9)
                var expected: [UInt8] = [0, 0, 0, 0]
                expected[record] = (isContent ? CheckFailure.boxesDiffer : .notThermometer).rawValue
                #expect(shape.found((changed[0], changed[1], changed[2])) == expected)
            }
        }
    }

    @Test("of a second spec stand behind the first, and what they find keeps nothing from being scored")
    func shadow() throws {
        let (first, second) = (words(inputs(4)), words(inputs(4, refused: [.two: [2]]), plan: Digest32(of: [[9]])))
        let shape = WordShape(records: 4, checks: .transactions, hasShadow: true)
        #expect(shape.bytes == 8 * 17 && WordShape(records: 4, checks: .transactions).shadow(([], [], [])) == nil)
        let both = zip(first, second).map { $0 + $1 }
        #expect(shape.found((both[0], both[1], both[2])) == [0, 0, 0, 0])
        #expect(shape.shadow((both[0], both[1], both[2])) == [true, true, false, true])
        for party in 0..<3 {
            for bit in 4 * 17 * 8 + 4 * 8..<shape.bytes * 8 {
                var changed = both
                changed[party][bit >> 3] ^= 1 << UInt8(bit & 7)
                var expected = [true, true, false, true]
                expected[(bit >> 3 - 4 * 17 - 4) / 8 % 4] = false
                #expect(shape.shadow((changed[0], changed[1], changed[2])) == expected)
                #expect(shape.found((changed[0], changed[1], changed[2])) == [0, 0, 0, 0])
            }
        }
    }

    @Test("say nothing of what a party refused, with no mask, and find nothing of it")
    func refused() {
        let words = words(inputs(3, refused: [.one: [1]]))
        let shape = WordShape(records: 3, checks: .transactions)
        #expect(shape.found((words[0], words[1], words[2])) == [0, 0, 0])
        #expect(words[1][1] == 6)
        for values in [3 + 8..<3 + 16, 3 + 24 + 8..<3 + 24 + 16] {
            #expect(words[1][values].allSatisfy { $0 == 0 } && !words[0][values].allSatisfy { $0 == 0 })
        }
        // The others' values are those of a run in which it was taken.
        #expect(words[0] == self.words(inputs(3))[0])
    }

    @Test("look like noise to each party, and are others for another plan")
    func masked() {
        let (words, others) = (words(inputs(200)), words(inputs(200), plan: Digest32(of: [[6]])))
        for (word, other) in zip(words, others) {
            let values = word.dropFirst(200)
            let ones = values.reduce(0) { $0 + $1.nonzeroBitCount }
            #expect((0.48...0.52).contains(Double(ones) / Double(values.count * 8)))
            #expect(zip(values, other.dropFirst(200)).count { $0 == $1 } < 40)
        }
    }
}
