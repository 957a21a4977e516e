import Records
import SecureScoring
import Stages
import Support
import Synchronization
import Testing
import ThreeParty

/// Links of one party on which a test says what comes; time goes on where nothing does.
private final class TestLinks: Transport {
    private struct State {
        var coming: [Result<Frame, TransportError>] = []
        var sent: [(to: PartyID, frame: Frame)] = []
        var connected: Set<PartyID> = Set(PartyID.allCases)
    }

    let party: PartyID
    private let clock: StepClock
    private let state = Mutex(State())

    init(_ party: PartyID, _ clock: StepClock) {
        self.party = party
        self.clock = clock
    }

    var connected: Set<PartyID> { state.withLock { $0.connected } }
    var sent: TransportCount { TransportCount() }

    func cut(_ peer: PartyID) { state.withLock { _ = $0.connected.remove(peer) } }
    func come(_ events: Result<Frame, TransportError>...) { state.withLock { $0.coming += events } }
    func takeSent() -> [(to: PartyID, frame: Frame)] {
        state.withLock { state in
            defer { state.sent = [] }
            return state.sent
        }
    }

    func send(_ frame: Frame, to peer: PartyID) { state.withLock { $0.sent.append((peer, frame)) } }

    func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
        guard let next = state.withLock({ $0.coming.isEmpty ? nil : $0.coming.removeFirst() }) else {
            clock.wait(for: timeout)
            return nil
        }
        return try next.get()
    }
}

@Suite("The exchange of answers to members' choices")
struct ReasonExchangeTests {
    private static let plan = Digest32(of: [[7]])
    private static let epoch = KeyEpoch(3)

    /// One party with its links.
    private struct Side {
        let party: PartyID
        let clock = StepClock()
        let links: TestLinks
        let exchange: ReasonExchange

        init(_ party: PartyID, attempt: UInt64 = 100) {
            self.party = party
            links = TestLinks(party, clock)
            let pair = PartySeeds.pairKeys(party)
            exchange = ReasonExchange(
                transport: links, keys: EpochKeyring(TrainingKeys(pair)), firstAttempt: party == .zero ? attempt : 0,
                patience: .seconds(5), clock: clock)
        }

        func next(within seconds: Int = 60) throws(BatchAbort) -> ReasonExchange.Event? {
            try exchange.next(until: clock.now + .seconds(seconds))
        }

        func abort() -> BatchAbort? {
            do throws(BatchAbort) {
                _ = try next()
                return nil
            } catch { return error }
        }

        func begin(plan: Digest32 = plan) throws {
            let features = [3]
            let (zeros, bits) = ([UInt8](repeating: 0, count: 16), BitShares(first: [0], second: [0]))
            let card = try #require(CardShares(features: features, first: zeros, second: zeros))
            var rows = ReasonRows(bits: 3, at: party)
            rows.append(bits, hiding: [], shown: 0)
            try exchange.begin(plan: plan, epoch, card: card, choices: [bits], rows: rows)
        }
    }

    private func offer(_ attempt: UInt64, offset: Int64 = 44, plan: Digest32 = plan, from sender: PartyID = .zero)
        -> Frame
    {
        Frame(
            kind: .reasonOffer, sender: sender, stream: .reasons, batch: attempt, digest: plan,
            payload: offset.bigEndianBytes + Self.epoch.number.bigEndianBytes)
    }

    private func end(_ attempt: UInt64, from sender: PartyID, isAnswered: Bool = true, plan: Digest32 = plan) -> Frame {
        Frame(
            kind: .reasonEnd, sender: sender, stream: .reasons, batch: attempt, digest: plan,
            payload: isAnswered ? [] : [1])
    }

    /// Carries frames between three exchanges until none is under way.
    private func carry(_ sides: [Side]) {
        for _ in 0..<20 {
            for side in sides {
                for (to, frame) in side.links.takeSent() { sides[to.rawValue].links.come(.success(frame)) }
            }
        }
    }

    @Test("goes from the leader's offer over an answer of all three to its end, one request after the other")
    func whole() throws {
        let sides = PartyID.allCases.map { Side($0) }
        for (round, offset) in ([44, 45, 90] as [Int64]).enumerated() {
            let plan = Digest32(of: [[UInt8(round)]])
            try sides[0].exchange.offer(offset, Self.epoch, plan: plan)
            try sides[0].begin(plan: plan)
            #expect(sides[0].exchange.isUnderWay && !sides[1].exchange.isUnderWay)
            carry(sides)
            for side in sides[1...] {
                guard case .offered(offset, Self.epoch, plan)? = try side.next() else {
                    Issue.record("nothing was offered")
                    return
                }
                try side.begin(plan: plan)
            }
            var computed: Set<PartyID> = []
            for _ in 0..<12 where computed.count < 3 {
                carry(sides)
                for side in sides where !computed.contains(side.party) {
                    guard let event = try side.exchange.next(until: side.clock.now) else { continue }
                    guard case .computed(_, plan) = event else { continue }
                    computed.insert(side.party)
                }
            }
            #expect(computed.count == 3)
            for side in sides[1...] { side.exchange.end(isAnswered: true) }
            carry(sides)
            guard case .ended(isAnswered: true)? = try sides[0].next() else {
                Issue.record("it did not end")
                return
            }
            sides[0].exchange.abandon()
            #expect(sides.allSatisfy { !$0.exchange.isUnderWay })
        }
    }

    @Test("an offer names offset, epoch and plan to both others, by numbers that grow")
    func offers() throws {
        let leader = Side(.zero, attempt: 7)
        for number in 8...10 as ClosedRange<UInt64> {
            try leader.exchange.offer(-2, Self.epoch, plan: Self.plan)
            let sent = leader.links.takeSent()
            #expect(Set(sent.map(\.to)) == [.one, .two] && sent.count == 2)
            for (_, frame) in sent {
                #expect(frame.batch == number && frame.digest == Self.plan && frame.kind == .reasonOffer)
                #expect(frame.payload == [255, 255, 255, 255, 255, 255, 255, 254, 0, 0, 0, 3])
            }
        }
        leader.links.cut(.two)
        leader.exchange.abandon()
        #expect(throws: BatchAbort.peerMissing(.two)) { try leader.exchange.offer(1, Self.epoch, plan: Self.plan) }
        #expect(!leader.exchange.isUnderWay && leader.links.takeSent().isEmpty)
    }

    @Test("a follower takes offers of the leader that are new, and no others")
    func following() throws {
        let side = Side(.one)
        side.links.come(.success(offer(5, from: .two)), .success(offer(0)))
        #expect(try side.next(within: 1) == nil && !side.exchange.isUnderWay)
        side.links.come(.success(offer(5)))
        guard case .offered(44, Self.epoch, Self.plan)? = try side.next() else {
            Issue.record("nothing was offered")
            return
        }
        // The same and an older one change nothing; a newer one takes its place.
        side.links.come(.success(offer(5, offset: 45)), .success(offer(4, offset: 46)), .success(offer(6, offset: 47)))
        guard case .offered(47, _, _)? = try side.next() else {
            Issue.record("nothing newer was offered")
            return
        }
        // The leader itself follows nobody.
        let leader = Side(.zero)
        leader.links.come(.success(offer(900, from: .one)))
        #expect(try leader.next(within: 1) == nil && !leader.exchange.isUnderWay)
    }

    @Test(
        "an offer of another length is the leader's fault, and nothing is under way behind it", arguments: [0, 11, 13])
    func malformed(count: Int) throws {
        let side = Side(.two)
        var frame = offer(5)
        frame.payload = [UInt8](repeating: 0, count: count)
        side.links.come(.success(frame))
        guard case .protocolViolation(.zero, _)? = side.abort() else {
            Issue.record("it was taken")
            return
        }
        #expect(!side.exchange.isUnderWay)
    }

    @Test("who is silent for as long as an answer waits is named; where nothing is under way, nobody is")
    func silent() throws {
        let leader = Side(.zero)
        #expect(try leader.next(within: 3_600) == nil)
        try leader.exchange.offer(1, Self.epoch, plan: Self.plan)
        try leader.begin()
        guard case .peerSilent(let peers)? = leader.abort() else {
            Issue.record("nobody was silent")
            return
        }
        #expect(Set(peers) == [.one, .two] && !leader.exchange.isUnderWay)
        // A turn ends before that, where its caller has no more time.
        try leader.exchange.offer(2, Self.epoch, plan: Self.plan)
        for _ in 0..<4 { #expect(try leader.next(within: 1) == nil && leader.exchange.isUnderWay) }
        #expect(leader.abort() == .peerSilent([.one, .two]))
        // What moves the answer gives it time anew.
        try leader.exchange.offer(3, Self.epoch, plan: Self.plan)
        _ = try leader.next(within: 4)
        leader.links.come(.success(end(103, from: .two)))
        #expect(try leader.next(within: 4) == nil && leader.exchange.isUnderWay)
        #expect(leader.abort() == .peerSilent([.one]))
    }

    @Test("the leader's request ends where one refuses, or both have answered, by words of this request alone")
    func ends() throws {
        func leader() throws -> Side {
            let leader = Side(.zero)
            try leader.exchange.offer(1, Self.epoch, plan: Self.plan)
            return leader
        }
        func ended(_ frames: Frame...) throws -> Bool? {
            let side = try leader()
            for frame in frames { side.links.come(.success(frame)) }
            guard case .ended(let isAnswered)? = try side.next(within: 1) else { return nil }
            return isAnswered
        }
        #expect(try ended(end(101, from: .one)) == nil)
        #expect(try ended(end(101, from: .one), end(101, from: .two)) == true)
        #expect(try ended(end(101, from: .one), end(101, from: .one)) == nil)
        #expect(try ended(end(101, from: .one, isAnswered: false)) == false)
        #expect(try ended(end(101, from: .one), end(101, from: .two, isAnswered: false)) == false)
        // The first word of each counts.
        #expect(try ended(end(101, from: .one), end(101, from: .one, isAnswered: false)) == nil)
        #expect(try ended(end(100, from: .one, isAnswered: false)) == nil)
        #expect(try ended(end(101, from: .one, isAnswered: false, plan: .zero)) == nil)
        let follower = Side(.one)
        follower.links.come(.success(offer(5)), .success(end(5, from: .two, isAnswered: false)))
        guard case .offered? = try follower.next() else {
            Issue.record("nothing was offered")
            return
        }
        #expect(try follower.next(within: 1) == nil && follower.exchange.isUnderWay)
    }

    @Test("a lost link ends what is under way, and no more than that; a leader that comes back counts from anew")
    func lost() throws {
        let side = Side(.two)
        side.links.come(.failure(.linkLost(.one)), .failure(.linkLost(.zero)))
        #expect(try side.next(within: 1) == nil)
        for peer in [PartyID.zero, .one] {
            side.links.come(.success(offer(50)))
            guard case .offered? = try side.next() else {
                Issue.record("nothing was offered behind \(peer)")
                return
            }
            side.links.come(.failure(.linkLost(peer)))
            #expect(side.abort() == .peerMissing(peer) && !side.exchange.isUnderWay)
            // Of a lower number: the leader's clock was set back, or it is the same leader, and this is old.
            side.links.come(.success(offer(40)))
            let next = try side.next(within: 1)
            #expect((next != nil) == (peer == .zero))
            side.exchange.abandon()
            if peer == .zero { side.links.come(.failure(.linkLost(.zero))) }
        }
    }

    @Test("frames of an answer that has not begun here wait for it, and those of one that is over are dropped")
    func ahead() throws {
        let sides = PartyID.allCases.map { Side($0) }
        try sides[0].exchange.offer(44, Self.epoch, plan: Self.plan)
        try sides[0].begin()
        let sent = sides[0].links.takeSent().filter { $0.to == .one }.map(\.frame)
        // The round's message overtakes the offer, as none does on one link: it may come by the other party's clock.
        for frame in sent.reversed() { sides[1].links.come(.success(frame)) }
        guard case .offered? = try sides[1].next() else {
            Issue.record("nothing was offered")
            return
        }
        try sides[1].begin()
        #expect(try sides[1].next(within: 1) == nil)
        // It waits for party 2 alone.
        #expect(sides[1].abort() == .peerSilent([.two]))
        for frame in sent { sides[1].links.come(.success(frame)) }
        #expect(try sides[1].next(within: 1) == nil && !sides[1].exchange.isUnderWay)
    }

    @Test("a peer that says something else is named, and the answer is over")
    func disagreeing() throws {
        let leader = Side(.zero)
        try leader.exchange.offer(44, Self.epoch, plan: Self.plan)
        try leader.begin()
        let own = try #require(leader.links.takeSent().last?.frame)
        var wrong = own
        (wrong.sender, wrong.digest) = (.one, .zero)
        leader.links.come(.success(wrong))
        guard case .peerDisagrees(.one, _)? = leader.abort() else {
            Issue.record("it was taken")
            return
        }
        #expect(!leader.exchange.isUnderWay)
        // A word for what is not under way is no word.
        leader.exchange.end(isAnswered: true)
        #expect(leader.links.takeSent().isEmpty)
    }
}
