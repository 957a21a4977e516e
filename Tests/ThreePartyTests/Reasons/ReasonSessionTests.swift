import Model
import Records
import Support
import Testing
import ThreeParty

/// Three parties that answer two choices of one member, frame by frame.
private struct ReasonTrio {
    static let plan = Digest32(of: [[9]])
    static let features = [3, 0, 5]
    static let bins: [[UInt8]] = [[0, 0, 2], [3, 0, 5], [1, 0, 0], [2, 0, 4]]
    static let shown: [UInt8] = [7, 8, 9, 10]
    /// Rows that are chosen.
    static let chosen = [3, 0]

    let card = Scorecard(points: [[5, -7, 11, 400], [0], [-1, 2, -3, 4, -5, 60_000]], fractionBits: 11)
    private var sessions: [ReasonSession] = []

    /// - Parameters:
    ///   - plans: of each party.
    ///   - seed: of the shares.
    init(plans: [Digest32] = [plan, plan, plan], attempts: [UInt64] = [1, 1, 1], seed: UInt64 = 3) throws {
        var generator = SplitMix64(state: seed)
        let points = zip(Self.features, card.points).flatMap { $0 > 0 ? $1.map { UInt32(bitPattern: $0) } : [] }
        let cards = try cardShares(points, features: Self.features, &generator)
        let packed = Self.bins.map { bins -> [UInt8] in
            let bits = zip(Self.features, bins).flatMap { width, bin in (0..<width).map { $0 < Int(bin) } }
            return [bits.enumerated().reduce(UInt8(0)) { $1.element ? $0 | 1 << UInt8($1.offset) : $0 }]
        }
        let shared = sharedRows(packed, &generator)
        let choices = sharedRows(Self.chosen.map { [1 << UInt8($0)] }, &generator)
        let cell = StepCell()
        for party in PartyID.allCases {
            var rows = ReasonRows(bits: 8, at: party)
            for (row, shown) in zip(shared[party.rawValue], Self.shown) { rows.append(row, hiding: [], shown: shown) }
            sessions.append(
                ReasonSession(
                    party: party, plan: plans[party.rawValue], card: cards[party.rawValue],
                    choices: choices[party.rawValue], rows: rows, keys: TrainingKeys(cell.pair(party)),
                    attempt: attempts[party.rawValue]))
        }
    }

    subscript(party: PartyID) -> ReasonSession {
        get { sessions[party.rawValue] }
        set { sessions[party.rawValue] = newValue }
    }

    struct Run {
        var results: [PartyID: ReasonShares] = [:]
        /// As they were sent, before they were changed.
        var frames: [(to: PartyID, frame: Frame)] = []
    }

    /// Runs the answer to its end, frames in an order drawn from `order`.
    ///
    /// - Parameter change: changes the frame of a number, counted from 0 as they are sent.
    mutating func run(order: UInt64 = 1, change: (Int, inout Frame) -> Void = { _, _ in }) throws -> Run {
        var run = Run()
        var generator = SplitMix64(state: order)
        var wire: [(to: PartyID, frame: Frame)] = []
        func take(_ effects: [ReasonSession.Effect], from sender: PartyID) {
            for effect in effects {
                switch effect {
                case .send(var frame, let to):
                    #expect(
                        frame.sender == sender && to != sender && frame.kind == .reasons && frame.stream == .reasons)
                    run.frames.append((to, frame))
                    change(run.frames.count - 1, &frame)
                    wire.append((to, frame))
                case .finished(let shares): run.results[sender] = shares
                }
            }
        }
        for party in PartyID.allCases { take(self[party].start(), from: party) }
        while !wire.isEmpty {
            let (to, frame) = wire.remove(at: Int.random(in: 0..<wire.count, using: &generator))
            take(try self[to].receive(Frame(decoding: frame.encoded)), from: to)
        }
        return run
    }

    func opened(_ run: Run) -> [ReasonShares.Opened]? {
        ReasonShares.opened(
            PartyID.allCases.compactMap { run.results[$0]?.encoded }, choices: Self.chosen.count,
            features: Self.features)
    }
}

@Suite("An answer to a member's choices, as frames of three parties")
struct ReasonSessionTests {
    private typealias Trio = ReasonTrio

    /// How many parties an answer ends at; none where one of them stops it.
    private func ends(_ trio: Trio, order: UInt64, change: (Int, inout Frame) -> Void) -> Int {
        var trio = trio
        return (try? trio.run(order: order, change: change).results.count) ?? 0
    }

    @Test(
        "is what the scorecard in the clear says, in whatever order frames come",
        arguments: 1...20 as ClosedRange<UInt64>)
    func anyOrder(order: UInt64) throws {
        var trio = try Trio()
        let run = try trio.run(order: order)
        let opened = try #require(trio.opened(run))
        #expect(opened.map(\.contributions) == Trio.chosen.map { trio.card.contributions(Trio.bins[$0]) })
        #expect(opened.map(\.shown) == Trio.chosen.map { Trio.shown[$0] })
        // One message to each peer in each round.
        #expect(run.frames.count == 6 * ReasonQuery.rounds)
        for party in PartyID.allCases { #expect(trio[party].missing.isEmpty) }
    }

    @Test("is the same bytes when it is begun anew, under another number too; under another plan every mask is another")
    func anew() throws {
        func payloads(_ trio: Trio, order: UInt64) throws -> [[UInt8]] {
            var trio = trio
            return try trio.run(order: order).frames.map {
                [UInt8($0.to.rawValue), UInt8($0.frame.sender.rawValue)] + $0.frame.payload
            }
            .sorted { $0.lexicographicallyPrecedes($1) }
        }
        let first = try payloads(Trio(), order: 1)
        #expect(try payloads(Trio(), order: 2) == first)
        #expect(try payloads(Trio(attempts: [9, 9, 9]), order: 3) == first)
        let other = try payloads(Trio(plans: [.zero, .zero, .zero]), order: 1)
        // Both begin with sender, receiver and place, and no message is the same.
        #expect(Set(first).isDisjoint(with: other) && first.map(\.count) == other.map(\.count))
    }

    @Test("says whom it waits for, round by round", arguments: PartyID.allCases)
    func missing(party: PartyID) throws {
        var whole = try Trio()
        let frames = try whole.run().frames
        var trio = try Trio()
        #expect(trio[party].missing.isEmpty)
        _ = trio[party].start()
        for round in 0..<ReasonQuery.rounds {
            for (place, peer) in [party.next, party.previous].enumerated() {
                #expect(trio[party].missing.contains(peer) && trio[party].missing.count == 2 - place)
                let frame = try #require(
                    frames.first { $0.to == party && $0.frame.sender == peer && $0.frame.round == round })
                let effects = try trio[party].receive(frame.frame)
                #expect(effects.isEmpty == (place == 0))
            }
        }
        #expect(trio[party].missing.isEmpty)
    }

    @Test("ends at nobody where one party has another plan, and names a peer", arguments: PartyID.allCases)
    func otherPlan(party: PartyID) throws {
        var plans = [Trio.plan, Trio.plan, Trio.plan]
        plans[party.rawValue] = .zero
        var trio = try Trio(plans: plans)
        let error = #expect(throws: TrainingError.self) { try trio.run() }
        guard case .disagreement = error else {
            Issue.record("\(error.map { "\($0)" } ?? "nothing")")
            return
        }
        for party in PartyID.allCases { #expect(!trio[party].missing.isEmpty) }
    }

    @Test("does not end at all three where any byte was changed on the way, but for the shares of the last round")
    func everyByte() throws {
        let sound = try Trio()
        var first = sound
        let frames = try first.run().frames
        var random = SplitMix64(state: 8)
        for (number, sent) in frames.enumerated() {
            let count = sent.frame.payload.count
            let isLast = sent.frame.round == ReasonQuery.rounds - 1
            let places = Array(0..<8) + (0..<(isLast ? 0 : 5)).map { _ in Int.random(in: 8..<count, using: &random) }
            for place in places {
                let ended = ends(sound, order: 1) { if $0 == number { $1.payload[place] ^= 1 << UInt8(place & 7) } }
                #expect(ended < 3, "byte \(place) of frame \(number), of round \(sent.frame.round)")
            }
        }
    }

    @Test("does not end at all three where a frame is longer, shorter, of another plan or kind, or in another's name")
    func otherFrames() throws {
        let sound = try Trio()
        let changes: [(inout Frame) -> Void] = [
            { $0.payload.removeLast() }, { $0.payload.append(0) }, { $0.payload = [] }, { $0.digest = .zero },
            { $0.kind = .training }, { $0.kind = .reasonOffer }, { $0.batch += 1 }, { $0.sender = $0.sender.next },
            { $0.sender = $0.sender.previous },
        ]
        for number in 0..<6 * ReasonQuery.rounds {
            for (place, change) in changes.enumerated() {
                #expect(ends(sound, order: 4) { if $0 == number { change(&$1) } } < 3, "\(place) of frame \(number)")
            }
        }
    }

    @Test("takes each frame once, none before it began, and none behind its end")
    func repeated() throws {
        var whole = try Trio()
        let frames = try whole.run().frames.filter { $0.to == .one }.sorted { $0.frame.round < $1.frame.round }
        var late = whole[.one]
        for frame in frames {
            #expect(throws: TrainingError.unexpected(peer: frame.frame.sender)) { try late.receive(frame.frame) }
        }
        let sound = try Trio()
        var early = sound[.one]
        for frame in frames {
            #expect(throws: TrainingError.unexpected(peer: frame.frame.sender)) { try early.receive(frame.frame) }
        }
        for (place, frame) in frames.enumerated() {
            var session = sound[.one]
            _ = session.start()
            for before in frames.prefix(place + 1) { _ = try session.receive(before.frame) }
            #expect(throws: TrainingError.unexpected(peer: frame.frame.sender)) { try session.receive(frame.frame) }
        }
    }

    @Test("prints nothing of what it holds or does")
    func silent() throws {
        var session = try Trio()[.two]
        #expect("\(session)" == "ReasonSession" && Mirror(reflecting: session).children.isEmpty)
        for effect in session.start() {
            #expect("\(effect)" == "Effect" && Mirror(reflecting: effect).children.isEmpty)
        }
    }
}

extension Frame {
    /// Of a piece: bytes 2 and 3.
    fileprivate var round: Int { Int(payload[2]) << 8 | Int(payload[3]) }
}
