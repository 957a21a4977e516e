import Records
import Secrets
import Support
import Testing
import ThreeParty

/// What a party sends in steps of training, byte by byte: elements little-endian, masked by the streams of its two keys.
@Suite("The messages of a step of training")
struct StepMessageTests {
    private static let digest = Digest32(of: [[42]])
    private let cell = StepCell(seed: 8)
    private var generator = SplitMix64(state: 17)

    private mutating func random<E: RingElement>(_ count: Int, _ most: E = .max) -> [E] {
        (0..<count).map { _ in E.random(in: 0...most, using: &generator) }
    }

    /// An element's bytes by hand.
    private func bytes<E: RingElement>(_ elements: [E]) -> [UInt8] {
        elements.flatMap { element in
            (0..<E.bitWidth / 8).map { UInt8(truncatingIfNeeded: UInt64(element) >> UInt64(8 * $0)) }
        }
    }

    /// Elements of the stream of key k for a step and use.
    private func stream<E: RingElement>(_ key: PartyID, _ label: String, _ count: Int) -> [E] {
        let size = E.bitWidth / 8
        let bytes = PairwisePRF(SecretKey(bytes: cell.keys[key.rawValue])).bytes(
            StepLabel("cordon/train/1/\(label)"), digest: Self.digest, count: count * size)
        return (0..<count).map { at in
            E(
                truncatingIfNeeded: (0..<size).reduce(0 as UInt64) {
                    $0 | UInt64(bytes[at * size + $1]) << UInt64(8 * $1)
                })
        }
    }

    private func masks(_ party: PartyID) -> RoundMasks {
        RoundMasks(keys: TrainingKeys(cell.pair(party)), digest: Self.digest)
    }

    /// The first round of an interaction.
    private func begin<Result>(
        _ party: PartyID, _ interaction: (SecureSteps) -> Interaction<Result>
    ) throws -> (RoundMessages, (ReceivedMessages, RoundMasks) -> Interaction<Result>.Outcome) {
        guard case .waiting(let messages, let resume) = interaction(SecureSteps(party: party)).run(masks(party)) else {
            throw StepCell.Stuck()
        }
        return (messages, resume)
    }

    /// Where a third begins: the values of term 0, 1 or 2 among `count`.
    private func third(_ term: PartyID, of count: Int) -> Range<Int> {
        let ends = (0...3).map { Int((Double(count * $0) / 3).rounded(.down)) }
        return ends[term.rawValue]..<ends[term.rawValue + 1]
    }

    @Test(
        "of shares that are drawn anew are the share and both keys' streams, in pieces of every length",
        arguments: [0, 1, 3, 2047, 2048, 2049, 4097])
    mutating func reshare(count: Int) throws {
        func check<E: RingElement, G: ShareGroup>(
            _ ring: E.Type, _ group: G.Type, _ sum: (UInt64, UInt64, UInt64) -> UInt64
        ) throws {
            let share: [E] = random(count)
            for party in PartyID.allCases {
                let (messages, resume) = try begin(party) { $0.reshare(share, in: group, .nodes) }
                let plus: [E] = stream(party, "nodes/zero", count)
                let minus: [E] = stream(party.next, "nodes/zero", count)
                let own = share.indices.map {
                    E(truncatingIfNeeded: sum(UInt64(share[$0]), UInt64(plus[$0]), UInt64(minus[$0])))
                }
                #expect(messages.toPrevious == bytes(own) && messages.toNext == [])
                #expect(messages.fromNextBytes == count * E.bitWidth / 8 && messages.fromPreviousBytes == 0)
                let other: [E] = random(count)
                let received = ReceivedMessages(fromNext: ([9] + bytes(other))[1...], fromPrevious: [])
                guard case .finished(let shares) = resume(received, masks(party)) else { throw StepCell.Stuck() }
                #expect(shares.first == own && shares.second == other)
            }
        }
        func added(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 { a &+ b &- c }
        func xored(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt64 { a ^ b ^ c }
        try check(UInt8.self, Addition.self, added)
        try check(UInt16.self, Addition.self, added)
        try check(UInt32.self, Addition.self, added)
        try check(UInt64.self, Addition.self, added)
        try check(UInt8.self, ExclusiveOr.self, xored)
        try check(UInt32.self, ExclusiveOr.self, xored)
    }

    @Test("that open values are the component that the previous party lacks, without a mask")
    mutating func open() throws {
        for count in [0, 1, 5, 33] {
            let (first, second, third): ([UInt16], [UInt16], [UInt16]) = (random(count), random(count), random(count))
            let shares = AdditiveShares<UInt16>(first: first, second: second)
            let (messages, resume) = try begin(.two) { _ in SecureSteps(party: .two).open(shares) }
            #expect(messages.toPrevious == bytes(second) && messages.toNext == [])
            #expect(messages.fromNextBytes == 2 * count && messages.fromPreviousBytes == 0)
            let received = ReceivedMessages(fromNext: bytes(third)[...], fromPrevious: [])
            guard case .finished(let values) = resume(received, masks(.two)) else { throw StepCell.Stuck() }
            #expect(
                values == first.indices.map { UInt16((Int(first[$0]) + Int(second[$0]) + Int(third[$0])) % 65_536) })
        }
    }

    @Test(
        "that deal are a third of the values less the stream of client and first server; servers answer with theirs",
        arguments: [0, 1, 2, 3, 4, 5, 6, 7, 100])
    mutating func deal(count: Int) throws {
        for party in PartyID.allCases {
            let (first, second): ([UInt8], [UInt8]) = (random(count, 1), random(count, 1))
            let bits = XORShares<UInt8>(first: first, second: second)
            let (messages, resume) = try begin(party) { $0.toRing(bits, as: UInt32.self, .bits) }
            let (client, served, other) = (
                third(party.previous, of: count), third(party, of: count), third(party.next, of: count)
            )
            let mask: [UInt32] = stream(party, "bits/deal", client.count)
            let dealt = client.enumerated().map { UInt32(first[$1] ^ second[$1]) &- mask[$0] }
            #expect(messages.toNext == bytes(dealt) && messages.toPrevious == [])
            #expect(messages.fromPreviousBytes == 4 * other.count && messages.fromNextBytes == 0)
            // As the second server it gets shares by message, as the first one by stream.
            let theirs: [UInt32] = random(other.count)
            let ours: [UInt32] = stream(party.next, "bits/deal", served.count)
            let received = ReceivedMessages(fromNext: [], fromPrevious: bytes(theirs)[...])
            guard case .waiting(let answer, _) = resume(received, masks(party)) else { throw StepCell.Stuck() }
            let (before, behind): ([UInt32], [UInt32]) = (
                stream(party.next, "bits/first", served.count), stream(party, "bits/second", other.count)
            )
            let toPrevious = served.enumerated().map { at, place in
                (first[place] == 0 ? ours[at] : 1 &- ours[at]) &- before[at]
            }
            let toNext = other.enumerated().map { at, place in
                (second[place] == 0 ? theirs[at] : 0 &- theirs[at]) &- behind[at]
            }
            #expect(answer.toPrevious == bytes(toPrevious) && answer.toNext == bytes(toNext))
            #expect(answer.fromNextBytes == 4 * other.count && answer.fromPreviousBytes == 4 * served.count)
        }
    }

    @Test("of two steps side by side lie one behind the other, and each reads its own")
    mutating func beside() throws {
        let (x, y): ([UInt32], [UInt8]) = (random(5), random(3))
        let (messages, resume) = try begin(.one) {
            $0.reshare(x, in: Addition.self, .nodes).beside($0.reshare(y, in: ExclusiveOr.self, .rows))
        }
        let (one, _) = try begin(.one) { $0.reshare(x, in: Addition.self, .nodes) }
        let (two, _) = try begin(.one) { $0.reshare(y, in: ExclusiveOr.self, .rows) }
        #expect(messages.toPrevious == one.toPrevious + two.toPrevious && messages.fromNextBytes == 23)
        let (left, right): ([UInt32], [UInt8]) = (random(5), random(3))
        let received = ReceivedMessages(fromNext: (bytes(left) + right)[...], fromPrevious: [])
        guard case .finished(let both) = resume(received, masks(.one)) else { throw StepCell.Stuck() }
        #expect(both.0.second == left && both.1.second == right)
        #expect(bytes(both.0.first) == one.toPrevious && both.1.first == two.toPrevious)
    }
}
