import Records
import Secrets
import Support
import Testing
import ThreeParty

@Suite("What is dealt to a new host, piece by piece")
struct DealTransferTests {
    private let deal = Digest32(of: [[9]])

    private func source(_ bytes: [UInt8], from dealer: PartyID = .one, number: UInt32 = 0) -> DealSource {
        DealSource(party: dealer, deal: deal, number: number, bytes: bytes)
    }

    private func sink(limit: Int = 1 << 30) -> DealSink {
        DealSink(party: .two, dealer: .one, deal: deal, number: 0, limit: limit)
    }

    @Test(
        "arrives whole, whatever its length, in as many questions as it has pieces",
        arguments: [0, 1, DealSource.pieceBytes, DealSource.pieceBytes + 1, 3 * DealSource.pieceBytes])
    func whole(count: Int) throws {
        var generator = SplitMix64(state: UInt64(count))
        let bytes = generator.bytes(count)
        let source = source(bytes)
        var sink = sink()
        var asked = 0
        while let ask = sink.ask {
            let answer = try #require(source.answer(ask))
            try sink.receive(answer)
            // Of an answer that comes twice the second is passed over.
            try sink.receive(answer)
            asked += 1
        }
        #expect(sink.bytes == bytes && asked == max(1, (count + DealSource.pieceBytes - 1) / DealSource.pieceBytes))
    }

    @Test("is answered to its own questions alone")
    func strangers() throws {
        let ask = try #require(sink().ask)
        #expect(source([1]).answer(ask) != nil)
        #expect(DealSource(party: .one, deal: .zero, number: 0, bytes: [1]).answer(ask) == nil)
        #expect(source([1], number: 1).answer(ask) == nil)
        for payload in [[], [0, 0, 0, 1], [0, 0, 0], [0, 0, 0, 0, 0]] as [[UInt8]] {
            var bad = ask
            bad.payload = payload
            #expect(source([1]).answer(bad) == nil)
        }
    }

    @Test(
        "is passed over where it is another dealer's or another deal's, and refused by name where it can't be a piece")
    func bad() throws {
        var sink = sink()
        let ask = try #require(sink.ask)
        let good = try #require(source([1, 2]).answer(ask))
        let changes: [(inout Frame) -> Void] = [
            { $0.sender = .zero }, { $0.digest = .zero }, { $0.batch = 1 }, { $0.kind = .dealAsk },
        ]
        for change in changes {
            var other = good
            change(&other)
            try sink.receive(other)
        }
        #expect(sink.bytes == nil)
        for payload in [
            [], [UInt8](repeating: 0, count: 7), [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0, 1],
            // One of two that is not whole.
            [0, 0, 0, 0, 0, 0, 0, 2, 5],
            [0, 0, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: DealSource.pieceBytes + 1),
        ] as [[UInt8]] {
            var other = good
            other.payload = payload
            #expect(throws: RefreshError.malformed(.one)) { try sink.receive(other) }
        }
        try sink.receive(good)
        #expect(sink.bytes == [1, 2] && sink.ask == nil)
        var small = self.sink(limit: 1)
        #expect(throws: RefreshError.malformed(.one)) { try small.receive(good) }
    }

    @Test("has a tag that both dealers compute, by a key that the receiver lacks", arguments: PartyID.allCases)
    func tags(receiver: PartyID) {
        let keys = (0..<3).map { [UInt8](repeating: UInt8($0) + 1, count: 32) }
        func tag(_ dealer: PartyID, _ keys: [[UInt8]], _ withheld: UInt8 = 1) -> [UInt8] {
            PairKeys(
                withPrevious: SecretKey(bytes: keys[dealer.rawValue]),
                withNext: SecretKey(bytes: keys[dealer.next.rawValue])
            ).dealTag(dealer, to: receiver, deal: deal, withheld: Digest32(of: [[withheld]]))
        }
        let (one, other) = (receiver.previous, receiver.next)
        #expect(tag(one, keys) == tag(other, keys) && tag(one, keys) != tag(one, keys, 2))
        for key in 0..<3 {
            var changed = keys
            changed[key][0] ^= 1
            // The key that the receiver has no part in is that of its previous party's number.
            #expect((tag(one, changed) == tag(one, keys)) == (key != receiver.previous.rawValue))
        }
    }
}
