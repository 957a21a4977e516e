import Records
import Support
import Testing
import ThreeParty

/// Dealers and a new host on links that lose, repeat and turn round what is said, and that are begun anew.
@Suite("What is dealt to a new host, on bad links")
struct DealLinksTests {
    private let deal = Digest32(of: [[9]])

    private func bytes(_ count: Int, _ seed: UInt8) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) &+ UInt8(truncatingIfNeeded: $0 >> 8) ^ seed }
    }

    private func source(_ dealer: PartyID, _ number: UInt32, _ bytes: [UInt8]) -> DealSource {
        DealSource(party: dealer, deal: deal, number: number, bytes: bytes)
    }

    /// What a dealer says to the host's next question.
    private func answer(_ source: DealSource, _ sink: DealSink) throws -> Frame {
        let ask = try #require(sink.ask)
        return try #require(source.answer(ask))
    }

    @Test("all objects of both dealers arrive whole, each its own", arguments: 1...10 as ClosedRange<UInt64>)
    func arrives(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let piece = DealSource.pieceBytes
        let objects = [[3, piece + 5], [2 * piece, 0]].enumerated().map { dealer, sizes in
            sizes.enumerated().map { bytes($1, UInt8(10 * dealer + $0)) }
        }
        let dealers: [PartyID] = [.zero, .two]
        var sources: [DealSource] = []
        var sinks: [DealSink] = []
        for (place, dealer) in dealers.enumerated() {
            for (number, object) in objects[place].enumerated() {
                sources.append(source(dealer, UInt32(number), object))
                sinks.append(DealSink(party: .one, dealer: dealer, deal: deal, number: UInt32(number)))
            }
        }
        var wire: [Frame] = []
        var turns = 0
        while sinks.contains(where: { $0.bytes == nil }), turns < 2_000 {
            turns += 1
            if wire.isEmpty || Int.random(in: 0..<3, using: &random) == 0 {
                // The host asks for what it lacks, of all objects, as it does once a second.
                let place = Int.random(in: sinks.indices, using: &random)
                if let ask = sinks[place].ask { wire.append(ask) }
                continue
            }
            let at = Int.random(in: wire.indices, using: &random)
            let frame = try Frame(decoding: wire[at].encoded)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: wire.remove(at: at)
            case 1: break
            default: wire.remove(at: at)
            }
            if frame.kind == .dealAsk {
                // Each dealer sees it, and answers with what is its own.
                wire += sources.compactMap { $0.answer(frame) }
            } else {
                for place in sinks.indices { try sinks[place].receive(frame) }
            }
            if wire.count > 12 { wire.removeFirst(6) }
        }
        #expect(sinks.map(\.bytes) == objects.flatMap { $0 } && sinks.allSatisfy { $0.ask == nil })
    }

    @Test("a host that is begun anew asks from the first piece; a dealer that is has the same answers")
    func restarted() throws {
        let object = bytes(2 * DealSource.pieceBytes + 9, 1)
        var sink = DealSink(party: .one, dealer: .zero, deal: deal, number: 4)
        for piece in 0..<3 {
            let ask = try #require(sink.ask)
            #expect(ask.payload == UInt32(piece).bigEndianBytes && ask.batch == 4 && ask.sender == .one)
            let (first, again) = (source(.zero, 4, object).answer(ask), source(.zero, 4, object).answer(ask))
            #expect(first?.payload == again?.payload && first?.digest == deal)
            try sink.receive(try #require(first))
            #expect((sink.bytes == nil) == (piece < 2))
        }
        #expect(sink.bytes == object)
        #expect(DealSink(party: .one, dealer: .zero, deal: deal, number: 4).ask?.payload == [0, 0, 0, 0])
    }

    @Test("a dealer that changes the object under way is refused by name, and what is there stays")
    func changed() throws {
        let piece = DealSource.pieceBytes
        let object = bytes(2 * piece + 9, 1)
        var sink = DealSink(party: .one, dealer: .zero, deal: deal, number: 0)
        try sink.receive(answer(source(.zero, 0, object), sink))
        let ask = try #require(sink.ask)
        // One piece fewer, and one more.
        for count in [2 * piece, 3 * piece + 1] {
            let other = try #require(source(.zero, 0, bytes(count, 2)).answer(ask))
            #expect(throws: RefreshError.malformed(.zero)) { try sink.receive(other) }
        }
        #expect(source(.zero, 0, bytes(piece, 3)).answer(ask) == nil)
        #expect(sink.ask?.payload == ask.payload)
        while let ask = sink.ask { try sink.receive(try #require(source(.zero, 0, object).answer(ask))) }
        #expect(sink.bytes == object)
    }

    @Test("no more comes in than the host has room for, by a byte")
    func limits() throws {
        let object = bytes(DealSource.pieceBytes + 3, 7)
        for (limit, fits) in [(object.count, true), (object.count - 1, false), (DealSource.pieceBytes, false)] {
            var sink = DealSink(party: .two, dealer: .one, deal: deal, number: 0, limit: limit)
            let source = source(.one, 0, object)
            try sink.receive(answer(source, sink))
            let last = try answer(source, sink)
            if fits {
                try sink.receive(last)
                #expect(sink.bytes == object)
            } else {
                #expect(throws: RefreshError.malformed(.one)) { try sink.receive(last) }
                #expect(sink.bytes == nil)
            }
        }
    }

    @Test("each byte before a piece's own says what it is: no other is taken for it")
    func header() throws {
        let object = bytes(5, 7)
        let answer = try #require(
            source(.one, 0, object).answer(DealSink(party: .two, dealer: .one, deal: deal, number: 0).ask!))
        #expect(answer.payload == [0, 0, 0, 0, 0, 0, 0, 1] + object)
        for place in 0..<8 {
            for bit in 0..<8 {
                var sink = DealSink(party: .two, dealer: .one, deal: deal, number: 0)
                var changed = answer
                changed.payload[place] ^= 1 << UInt8(bit)
                #expect(throws: RefreshError.malformed(.one), "bit \(bit) of byte \(place)") {
                    try sink.receive(changed)
                }
                try sink.receive(answer)
                #expect(sink.bytes == object)
            }
        }
    }

    @Test("prints nothing of what is dealt")
    func silent() {
        let source = source(.one, 0, [77, 78])
        let sink = DealSink(party: .two, dealer: .one, deal: deal, number: 0)
        #expect(!"\(source)\(sink)".contains("77"))
        #expect(Mirror(reflecting: source).children.isEmpty && Mirror(reflecting: sink).children.isEmpty)
    }
}
