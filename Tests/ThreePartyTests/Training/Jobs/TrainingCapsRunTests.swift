import Model
import Records
import Support
import Testing
import ThreeParty

@Suite("Caps on members before a training")
struct TrainingCapsRunTests {
    /// Three parties' caps alone, as frames go; every frame in the order of sending.
    private func caps(
        _ cell: JobCell, asked: [Int], keys: StepCell? = nil, change: (inout Frame) -> Void = { _ in }
    ) throws -> (over: [PartyID: [Int]], frames: [(to: PartyID, frame: Frame)]) {
        func session(_ party: PartyID) -> CapsSession {
            CapsSession(
                party: party, source: cell.source(party), asked: asked, plan: Digest32(of: [[5]]),
                keys: TrainingKeys((keys ?? cell.cell.keys).pair(party)), attempt: 1)
        }
        var zero = session(.zero)
        var one = session(.one)
        var two = session(.two)
        var waiting: [(to: PartyID, frame: Frame)] = []
        var all = waiting
        var over: [PartyID: [Int]] = [:]
        func take(_ effects: [CapsSession.Effect], of party: PartyID) {
            for effect in effects {
                switch effect {
                case .send(var frame, let peer):
                    change(&frame)
                    waiting.append((peer, frame))
                    all.append((peer, frame))
                case .finished(let end): over[party] = end
                case .checkpoint: break
                }
            }
        }
        take(try zero.start(), of: .zero)
        take(try one.start(), of: .one)
        take(try two.start(), of: .two)
        while !waiting.isEmpty {
            let (peer, frame) = waiting.removeFirst()
            switch peer {
            case .zero: take(try zero.receive(frame), of: peer)
            case .one: take(try one.receive(frame), of: peer)
            case .two: take(try two.receive(frame), of: peer)
            }
        }
        return (over, all)
    }

    /// - Parameter frauds: of each member's rows the first ones.
    private func cell(_ sizes: [Int], frauds: [Int], bits: Int = 9, rule: TrainingRule) throws -> JobCell {
        let labels = zip(sizes, frauds).flatMap { size, frauds in (0..<size).map { $0 < frauds } }
        var row = 0
        return try JobCell(sizes, bits: bits, rule: rule, seed: 61) { _, _ in
            row += 1
            return labels[row - 1]
        }
    }

    @Test("leave out exactly the members whose frauds are more than half of all others' together")
    func over() throws {
        let rule = try JobCell.rule()
        for frauds in [[5, 5, 5], [6, 5, 5], [0, 0, 0], [1, 0, 0], [10, 1, 0], [0, 10, 10], [4, 8, 12]] {
            let cell = try cell([12, 12, 12], frauds: frauds, rule: rule)
            let all = frauds.reduce(0, +)
            let expected = frauds.indices.filter { TrainingCaps.excess(frauds: frauds[$0], of: all) > 0 }
            let found = try caps(cell, asked: [0, 1, 2]).over
            #expect(found == [.zero: expected, .one: expected, .two: expected], "\(frauds)")
            // Who is not asked about is not told of.
            let some = try caps(cell, asked: [2]).over
            #expect(some[.one] == expected.filter { $0 == 2 })
        }
        let none = try caps(try cell([3, 3], frauds: [3, 0], rule: rule), asked: [])
        #expect(none.frames.isEmpty && none.over.values.allSatisfy(\.isEmpty) && none.over.count == 3)
    }

    @Test("take eight rounds: 24 bytes a row, 269 a member for its sign, and 3 for its opening")
    func cost() throws {
        let cell = try cell([12, 12, 12], frauds: [3, 4, 5], rule: JobCell.rule())
        let frames = try caps(cell, asked: [0, 1, 2]).frames
        #expect(Set(frames.compactMap { TrainingPiece(decoding: $0.frame.payload)?.place }).count == 8)
        #expect(frames.allSatisfy { $0.frame.kind == .caps && $0.frame.kind.rawValue == 35 })
        let sent = frames.reduce(0) { $0 + $1.frame.payload.count - 8 }
        #expect(sent == 8 * 6 * 32 + 24 * 36 + 3 * 269 + 3 * 3)
    }

    @Test(
        "tell a party nothing but the bits that are opened: every byte that it receives is uniform",
        arguments: PartyID.allCases)
    func uniform(party: PartyID) throws {
        let runs = 160
        let cells = try [[2, 0], [0, 2]].map { try cell([3, 3], frauds: $0, bits: 4, rule: JobCell.rule()) }
        for (cell, over) in zip(cells, [0, 1]) {
            var generator = SplitMix64(state: 43)
            var keys = cell.cell.keys
            var views: [[UInt8]] = []
            for _ in 0..<runs {
                keys.keys[party.previous.rawValue] = generator.bytes(32)
                let run = try caps(cell, asked: [0, 1], keys: keys)
                #expect(run.over[party] == [over])
                func key(_ frame: Frame) -> UInt64 {
                    UInt64(frame.sender.rawValue) << 32 | UInt64(UInt32(bigEndianBytes: frame.payload.prefix(4)))
                }
                let received = run.frames.filter { $0.to == party }.map(\.frame).sorted { key($0) < key($1) }
                views.append(
                    received.flatMap { frame -> ArraySlice<UInt8> in
                        let isOpened = TrainingPiece(decoding: frame.payload)?.place == .init(group: 0, round: 7)
                        return frame.payload.dropFirst(8).prefix(isOpened ? 32 : frame.payload.count)
                    })
            }
            #expect(views[0].count > 512 && views.allSatisfy { $0.count == views[0].count })
            var worst = 0.0
            for place in views[0].indices {
                var bins = [Int](repeating: 0, count: 32)
                for view in views {
                    bins[Int(view[place] & 15)] += 1
                    bins[16 + Int(view[place] >> 4)] += 1
                }
                let expected = Double(runs) / 16
                for half in [bins[..<16], bins[16...]] {
                    let sum = half.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
                    worst = max(worst, sum)
                }
            }
            // 15 degrees of freedom: above 90 less than once in 10^12.
            #expect(worst < 90)
        }
    }

    @Test("end where a party computes them of other rows: no later frame of it is taken")
    func deviating() throws {
        let cell = try cell([3, 3], frauds: [2, 0], bits: 4, rule: JobCell.rule())
        var first = true
        #expect(throws: TrainingError.self) {
            try caps(cell, asked: [0, 1]) { frame in
                guard frame.sender == .one, first, frame.payload.count > 40 else { return }
                first = false
                frame.payload[frame.payload.count - 1] ^= 1
            }
        }
    }

    // MARK: In a job

    @Test("take a member out of the training, unless the order admits it, and all parties say so")
    func leftOut() throws {
        var cell = try cell([14, 13, 13], frauds: [9, 4, 4], rule: JobCell.rule())
        cell.job.admitted = []
        let trained = try cell.parties()
        try cell.expectRight(trained)
        for end in trained.values {
            #expect(end.leftOut == [cell.members[0]] && end.rows == 26 && end.frauds == 8 && end.thinned.isEmpty)
        }
        cell.job.admitted = [cell.members[0]]
        let admitted = try cell.parties()
        try cell.expectRight(admitted)
        #expect(admitted.values.allSatisfy { $0.leftOut.isEmpty && $0.rows == 40 && $0.frauds == 17 })
        #expect(admitted[.zero]?.plan != trained[.zero]?.plan)
    }

    @Test("thin a member that has more rows than all others together by the coin, among those that are left")
    func thinned() throws {
        var cell = try cell([24, 6, 10], frauds: [2, 2, 9], rule: JobCell.rule())
        cell.job.admitted = []
        let trained = try cell.parties()
        try cell.expectRight(trained)
        // Of the third member none are left, so the first has as many as the second.
        for end in trained.values {
            #expect(end.leftOut == [cell.members[2]] && end.thinned == [cell.members[0]: 6] && end.rows == 12)
        }
        // A resumed job leaves out the same.
        let again = try cell.parties(lives: [.one: [3]])
        #expect(JobCell.bytes(again) == JobCell.bytes(trained))
    }

    @Test("do not ask about a member that is alone, and say where they leave too few rows")
    func few() throws {
        var alone = try cell([20, 0], frauds: [9, 0], rule: JobCell.rule())
        alone.job.admitted = []
        let trained = try alone.parties()
        try alone.expectRight(trained)
        #expect(trained.values.allSatisfy { $0.rows == 20 && $0.leftOut.isEmpty })
        var two = try cell([10, 10], frauds: [5, 4], rule: JobCell.rule())
        two.job.admitted = []
        let links = InProcessTransport.cell()
        let workers = links.values.map { link in Worker { [two] in try two.stop(link) } }
        // Each has more than half of the other's.
        for worker in workers { #expect(try worker.value() == .refused(.fewRows(0, least: 1))) }
    }
}
