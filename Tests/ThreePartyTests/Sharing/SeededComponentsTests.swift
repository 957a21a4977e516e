import Records
import Secrets
import Support
import Testing
import ThreeParty

@Suite("Bytes shared among three parties")
struct SeededComponentsTests {
    /// The whole components that a party holds.
    private func components(_ shares: borrowing SeededComponents, of party: PartyID, bytes: Int) throws -> (
        [UInt8], [UInt8]
    ) {
        let parts = shares.parts(for: party)
        return (
            try #require(SeededComponents.expand(parts.first, component: party.rawValue, from: 6, bytes: bytes)),
            try #require(SeededComponents.expand(parts.second, component: party.next.rawValue, from: 6, bytes: bytes))
        )
    }

    @Test(
        "come back from any two parties, and each component is held by two alike",
        arguments: 1...20 as ClosedRange<UInt64>)
    func xor(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let secret = random.bytes(Int.random(in: 0...200, using: &random))
        let shares = SeededComponents(secret, group: .xor, seeds: (random.bytes(16), random.bytes(16)), from: 6)
        for party in PartyID.allCases {
            let own = try components(shares, of: party, bytes: secret.count)
            let next = try components(shares, of: party.next, bytes: secret.count)
            #expect(own.1 == next.0)
            #expect(secret.indices.map { own.0[$0] ^ own.1[$0] ^ next.1[$0] } == secret)
        }
    }

    private func adds<R: RingElement>(_ ring: R.Type, _ random: inout SplitMix64) throws {
        let secret = (0..<Int.random(in: 0...60, using: &random)).map { _ in R.random(in: .min ... .max, using: &random)
        }
        let bytes = R.pack(secret)
        let shares = SeededComponents(
            bytes, group: .addition(ringBits: R.bitWidth), seeds: (random.bytes(16), random.bytes(16)), from: 6)
        let zero = try components(shares, of: .zero, bytes: bytes.count)
        let two = try components(shares, of: .two, bytes: bytes.count)
        #expect(two.1 == zero.0)
        let all = [zero.0, zero.1, two.0].map { R.unpack($0) }
        #expect(secret.indices.map { all[0][$0] &+ all[1][$0] &+ all[2][$0] } == secret)
    }

    @Test("as elements of a ring add up to the secret", arguments: 1...20 as ClosedRange<UInt64>)
    func addition(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        try adds(UInt16.self, &random)
        try adds(UInt32.self, &random)
    }

    @Test("cost two parties a seed and a copy, the third two seeds; seeds are the streams of their bytes")
    func parts() throws {
        let seeds = ([UInt8](1...16), [UInt8](101...116))
        let secret = [UInt8](repeating: 0, count: 50)
        let shares = SeededComponents(secret, group: .xor, seeds: seeds, from: 6)
        let zero = shares.parts(for: .zero)
        #expect(zero.first == seeds.0 && zero.second == seeds.1)
        #expect(shares.parts(for: .one).first == seeds.1 && shares.parts(for: .two).second == seeds.0)
        let explicit = shares.parts(for: .one).second
        #expect(shares.parts(for: .two).first == explicit)
        let streams = [seeds.0, seeds.1].map {
            CounterStream.bytes(of: SecretKey(bytes: $0 + UInt128(6).bigEndianBytes), count: 50)
        }
        #expect(explicit == (0..<50).map { streams[0][$0] ^ streams[1][$0] })
        #expect(SeededComponents.expand(seeds.0, component: 0, from: 6, bytes: 50) == streams[0])
        // From another counter the same seed gives other bytes.
        #expect(SeededComponents.expand(seeds.0, component: 0, from: 8, bytes: 50) != streams[0])
    }

    @Test("of one secret under other seeds share nothing visible", arguments: [0, 255] as [UInt8])
    func masked(byte: UInt8) {
        var random = SplitMix64(state: UInt64(byte))
        let secret = [UInt8](repeating: byte, count: 2)
        var ones = [Int](repeating: 0, count: 16)
        for _ in 0..<2000 {
            let shares = SeededComponents(secret, group: .xor, seeds: (random.bytes(16), random.bytes(16)), from: 6)
            let explicit = shares.parts(for: .one).second
            for bit in 0..<16 { ones[bit] += Int(explicit[bit >> 3] >> UInt8(bit & 7) & 1) }
        }
        // Six standard deviations of 2,000 fair coins are 134.
        #expect(ones.allSatisfy { (866...1134).contains($0) })
    }

    @Test("of another length than theirs are refused")
    func lengths() {
        let seed = [UInt8](repeating: 1, count: 16)
        for component in 0..<2 {
            #expect(SeededComponents.expand(seed, component: component, from: 6, bytes: 100)?.count == 100)
            #expect(SeededComponents.expand(seed, component: component, from: 6, bytes: 0) == [])
            for wrong in [[], seed + [1], Array(seed.dropLast())] {
                #expect(SeededComponents.expand(wrong, component: component, from: 6, bytes: 100) == nil)
            }
        }
        #expect(SeededComponents.expand([1, 2, 3], component: 2, from: 6, bytes: 3) == [1, 2, 3])
        #expect(SeededComponents.expand([1, 2, 3], component: 2, from: 6, bytes: 2) == nil)
        #expect(SeededComponents.expand([], component: 2, from: 6, bytes: 2) == nil)
    }
}

@Suite("Shares of a transaction's bits")
struct BitSharesTests {
    @Test("are read from what a member sent, of the right length alone", arguments: PartyID.allCases)
    func read(party: PartyID) throws {
        let bits = [UInt8](repeating: 0b1010_1010, count: 5)
        let sharing = SeededComponents(bits, group: .xor, seeds: (Array(1...16), Array(17...32)), from: 6)
        let (first, second) = sharing.parts(for: party)
        for count in 33...40 {
            let shares = try #require(BitShares(party: party, first: first, second: second, from: 6, bits: count))
            #expect(shares.first.count == 5 && shares.second.count == 5)
        }
        // A party that has two seeds can't tell the length; who has the copy can.
        let other = BitShares(party: party, first: first, second: second, from: 6, bits: 41)
        #expect((other == nil) == (party != .zero))
        #expect(BitShares(party: party, first: Array(first.dropLast()), second: second, from: 6, bits: 40) == nil)
        #expect(BitShares(party: party, first: first, second: second + [0], from: 6, bits: 40) == nil)
    }

    @Test("are not printed")
    func unprinted() {
        let shares = BitShares(first: [77, 78], second: [79])
        #expect("\(shares)" == "BitShares(2 bytes)" && !String(reflecting: shares).contains("77"))
        #expect(Mirror(reflecting: shares).children.isEmpty)
    }
}

@Suite("Shares of a count")
struct CountShareTests {
    @Test("add and subtract as the counts do, around the ring's end", arguments: 1...10 as ClosedRange<UInt64>)
    func arithmetic(seed: UInt64) {
        var random = SplitMix64(state: seed)
        func share(_ count: UInt16) -> [CountShare] {
            let all = [
                UInt16.random(in: .min ... .max, using: &random), UInt16.random(in: .min ... .max, using: &random),
            ]
            let parts = all + [count &- all[0] &- all[1]]
            return (0..<3).map { CountShare(first: parts[$0], second: parts[($0 + 1) % 3]) }
        }
        func opened(_ shares: [CountShare]) -> UInt16 { shares.reduce(0) { $0 &+ $1.first } }
        for _ in 0..<50 {
            let counts = (0..<2).map { _ in UInt16.random(in: .min ... .max, using: &random) }
            let (a, b) = (share(counts[0]), share(counts[1]))
            #expect(opened(a) == counts[0])
            #expect(opened(zip(a, b).map(+)) == counts[0] &+ counts[1])
            #expect(opened(zip(a, b).map(-)) == counts[0] &- counts[1])
            var sum = a
            for party in 0..<3 { sum[party] += b[party] }
            for party in 0..<3 {
                #expect(sum[party].first == (a[party] + b[party]).first)
                #expect(sum[party].second == sum[(party + 1) % 3].first)
            }
            #expect(opened(a.map { $0 + .zero }) == counts[0])
        }
    }

    @Test("of nothing are zero to everyone, and change no sum")
    func zero() {
        var share = CountShare(first: 7, second: 65_535)
        share += .zero
        #expect(share.first == 7 && share.second == 65_535)
        let double = share + share
        #expect(double.first == 14 && double.second == 65_534)
        #expect((CountShare.zero - share).first == 0 &- 7 as UInt16 && (share - share).second == 0)
    }

    @Test("are not printed")
    func unprinted() {
        let share = CountShare(first: 12_345, second: 54_321)
        #expect("\(share)" == "CountShare" && !String(reflecting: share).contains("12345"))
        #expect(Mirror(reflecting: share).children.isEmpty)
    }
}

@Suite("The shape of a shared model")
struct ForestShapeTests {
    @Test(
        "is one that a model can have",
        arguments: [
            (1, 1, 1, 16, true), (16_384, 4096, 10, 32, true), (0, 1, 1, 16, false), (16_385, 1, 1, 16, false),
            (1, 0, 1, 16, false), (1, 4097, 1, 16, false), (1, 1, 0, 16, false), (1, 1, 11, 16, false),
            (1, 1, 1, 8, false), (1, 1, 1, 64, false), (-1, 1, 1, 16, false), (1, 1, 1, 24, false),
        ])
    func limits(bits: Int, trees: Int, depth: Int, ring: Int, isShape: Bool) {
        #expect((ForestShape(bits: bits, trees: trees, depth: depth, ringBits: ring) != nil) == isShape)
    }

    @Test("says what is sent and held")
    func sizes() throws {
        let shape = try #require(ForestShape(bits: 590, trees: 100, depth: 4, ringBits: 16))
        #expect(shape.conditions == 400 && shape.leaves == 1600 && shape.ringBytes == 2)
        #expect(shape.inputBytes == 74 && shape.conditionBytes == 50)
        #expect(shape.selectionBytes == 400 * 74 && shape.leafBytes == 3200 && shape.dealBytes == 3200)
        let odd = try #require(ForestShape(bits: 9, trees: 3, depth: 3, ringBits: 32))
        #expect(odd.inputBytes == 2 && odd.conditionBytes == 2 && odd.leafBytes == 3 * 8 * 4)
    }

    @Test("holds components of its sizes and no others")
    func components() throws {
        let shape = try #require(ForestShape(bits: 9, trees: 3, depth: 2, ringBits: 32))
        func fits(_ change: (Int, Int, Int, Int)) -> Bool {
            func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: 1, count: count) }
            let made = ModelComponents(
                shape: shape, selectionFirst: bytes(shape.selectionBytes + change.0),
                selectionSecond: bytes(shape.selectionBytes + change.1), leavesFirst: bytes(shape.leafBytes + change.2),
                leavesSecond: bytes(shape.leafBytes + change.3))
            return made != nil
        }
        #expect(fits((0, 0, 0, 0)))
        for change in [-1, 1] {
            #expect(!fits((change, 0, 0, 0)) && !fits((0, change, 0, 0)))
            #expect(!fits((0, 0, change, 0)) && !fits((0, 0, 0, change)))
        }
    }
}
