import Records
import Support
import Testing
import ThreeParty

private func frame(_ batch: UInt64, stream: UInt32 = 1, from sender: PartyID = .zero) -> Frame {
    Frame(
        kind: .completed, sender: sender, stream: .scoring(stream), batch: batch, digest: .zero,
        payload: [UInt8(batch & 255)])
}

@Suite("Frames that wait for their stream")
struct FrameInboxTests {
    private let inbox = FrameInbox()

    private func take(_ stream: UInt32 = 1) throws(TransportError) -> UInt64? {
        try inbox.receive(stream: .scoring(stream), timeout: .zero)?.batch
    }

    @Test("come in the order in which they were delivered, each stream its own")
    func order() throws {
        for batch in 1...20 as ClosedRange<UInt64> {
            #expect(inbox.deliver(frame(batch, stream: UInt32(batch % 2))))
        }
        for batch in stride(from: 2, through: 20, by: 2) as StrideThrough<UInt64> { #expect(try take(0) == batch) }
        for batch in stride(from: 1, through: 20, by: 2) as StrideThrough<UInt64> { #expect(try take(1) == batch) }
        #expect(try take(0) == nil && take(1) == nil && take(2) == nil)
    }

    @Test("are at most 64 a stream; a full stream takes no more, and others do")
    func limit() throws {
        for batch in 0..<64 as Range<UInt64> { #expect(inbox.deliver(frame(batch))) }
        #expect(!inbox.deliver(frame(64)) && !inbox.deliver(frame(65, from: .two)))
        #expect(inbox.deliver(frame(66, stream: 2)))
        #expect(try take() == 0)
        #expect(inbox.deliver(frame(67)) && !inbox.deliver(frame(68)))
        for batch in 1..<64 as Range<UInt64> { #expect(try take() == batch) }
        #expect(try take() == 67 && take() == nil)
    }

    @Test("are as many as their own protocol has at most: a stream of training holds two rounds' pieces, and no more")
    func training() throws {
        func piece(_ number: Int, from sender: PartyID) -> Frame {
            Frame(kind: .training, sender: sender, stream: .training, batch: UInt64(number), digest: .zero, payload: [])
        }
        let most = 2 * TrainingPiece.mostOfRound
        for number in 0..<most { #expect(inbox.deliver(piece(number, from: number % 2 == 0 ? .zero : .one))) }
        #expect(!inbox.deliver(piece(most, from: .zero)) && inbox.deliver(frame(1)))
        #expect(try inbox.receive(stream: .training, timeout: .zero)?.batch == 0)
        #expect(inbox.deliver(piece(most, from: .one)))
        #expect(
            !inbox.deliver(
                Frame(
                    kind: .training, sender: .zero, stream: StreamID(protocol: 77, number: 0), batch: 1, digest: .zero,
                    payload: [])))
    }

    @Test(
        "of one peer have a room of bytes over all streams; what is taken, or dropped with its link, makes room again")
    func bytes() throws {
        // Three frames of one byte and what a frame costs beside it.
        let inbox = FrameInbox(byteLimit: 3 * 257)
        for stream in 0..<3 as Range<UInt32> { #expect(inbox.deliver(frame(1, stream: stream))) }
        #expect(!inbox.deliver(frame(2, stream: 0)) && !inbox.deliver(frame(2, stream: 9)))
        #expect(inbox.deliver(frame(5, stream: 0, from: .two)))
        #expect(try inbox.receive(stream: .scoring(1), timeout: .zero)?.batch == 1)
        #expect(inbox.deliver(frame(3, stream: 9)) && !inbox.deliver(frame(4, stream: 9)))
        inbox.linkLost(.zero)
        for stream in 0..<3 as Range<UInt32> { #expect(inbox.deliver(frame(6, stream: stream))) }
        #expect(!inbox.deliver(frame(7, stream: 0)))
    }

    @Test("of a peer whose link went down are dropped, and each stream is told once")
    func linkLost() throws {
        for stream in [1, 2] as [UInt32] {
            _ = inbox.deliver(frame(1, stream: stream, from: .one))
            _ = inbox.deliver(frame(2, stream: stream, from: .two))
        }
        inbox.linkLost(.one)
        for stream in [1, 2] as [UInt32] {
            #expect(throws: TransportError.linkLost(.one)) { try take(stream) }
            #expect(try take(stream) == 2)
            #expect(try take(stream) == nil)
        }
    }

    @Test("that come after a lost link stand behind the news of it")
    func afterwards() throws {
        #expect(try take() == nil)
        inbox.linkLost(.two)
        _ = inbox.deliver(frame(3, from: .two))
        inbox.linkLost(.zero)
        #expect(throws: TransportError.linkLost(.two)) { try take() }
        #expect(throws: TransportError.linkLost(.zero)) { try take() }
        #expect(try take() == 3)
    }

    @Test("of a stream that nobody asked for yet tell it nothing of links that were lost before")
    func unknownStream() throws {
        inbox.linkLost(.one)
        #expect(try take(9) == nil)
        _ = inbox.deliver(frame(4, stream: 9))
        #expect(try take(9) == 4)
    }

    @Test("wake who waits for them")
    func wakes() throws {
        let waiting = Worker { [inbox] in try inbox.receive(stream: .scoring(5), timeout: .seconds(3600))?.batch }
        _ = inbox.deliver(frame(7, stream: 4))
        _ = inbox.deliver(frame(8, stream: 5))
        #expect(try waiting.value() == 8)
    }

    @Test("wake who waits when a link is lost")
    func wakesForLoss() throws {
        #expect(try take(5) == nil)
        let waiting = Worker { [inbox] in try inbox.receive(stream: .scoring(5), timeout: .seconds(3600))?.batch }
        inbox.linkLost(.two)
        #expect(throws: TransportError.linkLost(.two)) { try waiting.value() }
    }

    @Test("of several threads all arrive, those of each in order")
    func threads() throws {
        let senders = PartyID.allCases.map { party in
            Worker { [inbox] in
                var batch: UInt64 = 0
                while batch < 200 { if inbox.deliver(frame(batch, from: party)) { batch += 1 } }
            }
        }
        var next: [PartyID: UInt64] = [:]
        for _ in 0..<600 {
            let frame = try #require(try inbox.receive(stream: .scoring(1), timeout: .seconds(60)))
            #expect(frame.batch == next[frame.sender, default: 0])
            next[frame.sender, default: 0] += 1
        }
        for sender in senders { try sender.value() }
        #expect(try take() == nil)
    }
}

@Suite("Parties in one process")
struct InProcessTransportTests {
    @Test("reach each other, and count what they send")
    func cell() throws {
        let cell = InProcessTransport.cell()
        for party in PartyID.allCases {
            let own = try #require(cell[party])
            #expect(own.party == party && own.connected == [party.next, party.previous])
            #expect(own.sent == TransportCount())
            own.send(frame(1, from: party), to: party.next)
            own.send(frame(2, from: party), to: party.previous)
            // A header of 48 bytes, a byte of payload, four of length.
            #expect(own.sent == TransportCount(frames: 2, bytes: 2 * 53))
        }
        for party in PartyID.allCases {
            let own = try #require(cell[party])
            var got: [PartyID: UInt64] = [:]
            while let frame = try own.receive(stream: .scoring(1), timeout: .zero) { got[frame.sender] = frame.batch }
            #expect(got == [party.previous: 1, party.next: 2])
        }
    }

    @Test("drop what the peer's stream has no room for, or no protocol has; what was sent is counted all the same")
    func dropped() throws {
        let cell = InProcessTransport.cell()
        let (own, peer) = (try #require(cell[.zero]), try #require(cell[.one]))
        for batch in 0..<70 as Range<UInt64> { own.send(frame(batch), to: .one) }
        var unknown = frame(99, stream: 2)
        unknown.kind = Frame.Kind(rawValue: 255)
        own.send(unknown, to: .one)
        own.send(frame(100, stream: 2), to: .one)
        #expect(own.sent.frames == 72 && peer.sent.frames == 0)
        for batch in 0..<64 as Range<UInt64> {
            #expect(try peer.receive(stream: .scoring(1), timeout: .zero)?.batch == batch)
        }
        #expect(try peer.receive(stream: .scoring(1), timeout: .zero) == nil)
        #expect(try peer.receive(stream: .scoring(2), timeout: .zero)?.batch == 100)
        #expect(try cell[.two]?.receive(stream: .scoring(1), timeout: .zero) == nil)
    }

    @Test("hold frames of their own: what a sender changes afterwards changes nothing at the receiver")
    func copies() throws {
        let cell = InProcessTransport.cell()
        var sent = frame(5, from: .two)
        try #require(cell[.two]).send(sent, to: .zero)
        sent.payload = [9, 9]
        let got = try #require(try cell[.zero]?.receive(stream: .scoring(1), timeout: .zero))
        #expect(got.payload == [5] && got.sender == .two && got.kind == .completed && got.digest == .zero)
    }
}
