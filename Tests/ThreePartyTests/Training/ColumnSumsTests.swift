import Model
import Records
import Support
import Testing
import ThreeParty

@Suite("How often each bit of rows is set")
struct ColumnSumsTests {
    private let rule: TrainingRule

    init() throws { rule = try TrainingRule(trees: 1, stages: [1, 1], group: 1, candidates: 2) }

    private struct Run {
        var sums: [PartyID: [Int]] = [:]
        var frames: [(to: PartyID, frame: Frame)] = []
        var error: TrainingError?
    }

    /// Three parties' sums alone, as frames go.
    private func run(
        _ cell: TrainingCell, plan: UInt8 = 5, change: (inout Frame) -> Void = { _ in }
    ) throws -> Run {
        func session(_ party: PartyID) throws -> ColumnSumsSession {
            try ColumnSumsSession(
                party: party, rows: cell.rows[party]!, plan: Digest32(of: [[plan]]),
                keys: TrainingKeys(cell.keys.pair(party)), attempt: 1)
        }
        var zero = try session(.zero)
        var one = try session(.one)
        var two = try session(.two)
        var waiting: [(to: PartyID, frame: Frame)] = []
        var run = Run()
        func take(_ effects: [ColumnSumsSession.Effect], of party: PartyID) {
            for effect in effects {
                switch effect {
                case .send(var frame, let peer):
                    change(&frame)
                    waiting.append((peer, frame))
                    run.frames.append((peer, frame))
                case .finished(let sums): run.sums[party] = sums
                case .checkpoint: break
                }
            }
        }
        take(try zero.start(), of: .zero)
        take(try one.start(), of: .one)
        take(try two.start(), of: .two)
        while !waiting.isEmpty {
            let (peer, frame) = waiting.removeFirst()
            do throws(TrainingError) {
                switch peer {
                case .zero: take(try zero.receive(frame), of: peer)
                case .one: take(try one.receive(frame), of: peer)
                case .two: take(try two.receive(frame), of: peer)
                }
            } catch {
                run.error = error
                return run
            }
        }
        return run
    }

    @Test(
        "is what is counted in the clear, at all three parties, of any number of rows and bits",
        arguments: [(1, 3), (2, 9), (40, 8), (41, 17), (333, 40)])
    func equalsClear(rows: Int, bits: Int) throws {
        let cell = try TrainingCell(rows: rows, bits: bits, rule: rule, seed: UInt64(rows))
        let sums = try run(cell).sums
        #expect(PartyID.allCases.allSatisfy { sums[$0] == cell.columns.ones })
    }

    @Test("of bits that all rows have, and of bits that none has", arguments: [true, false])
    func edges(isSet: Bool) throws {
        let cell = StepCell()
        var generator = SplitMix64(state: 8)
        var bits = Shared([UInt8](repeating: isSet ? 1 : 0, count: 3 * 25), in: ExclusiveOr.self, &generator)
        bits.components = bits.components.map { $0.map { $0 & 1 } }
        let run = try cell.run { [bits] in $0.sums(ofBits: bits.at($0.party), rows: 25, .columnSums) }
        #expect(run.rounds == 1 && run.sent == 4 * 3 * 25)
        let sums = (0..<3).map { column in run.results.reduce(UInt32(0)) { $0 &+ $1[column] } }
        #expect(sums == (isSet ? [25, 25, 25] : [0, 0, 0]))
    }

    @Test("takes a round for each piece of columns and two more; 4 bytes a bit of a row, and 24 a bit")
    func cost() throws {
        // Columns of 70,000 rows go 8 at once.
        for (rows, bits, rounds) in [(30, 12, 3), (70_000, 12, 4)] {
            let cell = try TrainingCell(rows: rows, bits: bits, rule: rule, seed: 2)
            let run = try run(cell)
            #expect(run.sums[.one] == cell.columns.ones)
            #expect(run.frames.allSatisfy { $0.frame.kind == .columnSums && $0.frame.kind.rawValue == 38 })
            let pieces = try run.frames.map { try #require(TrainingPiece(decoding: $0.frame.payload)) }
            #expect(Set(pieces.map(\.place)).count == rounds)
            #expect(ColumnSumsSession.rounds(rows: rows, bits: bits) == rounds)
            // Of each round six messages begin with a hash.
            #expect(pieces.reduce(0) { $0 + $1.bytes.count } == 6 * 32 * rounds + 4 * rows * bits + 24 * bits)
        }
    }

    @Test(
        "tells a party nothing but the sums: every byte that it receives before them is uniform",
        arguments: PartyID.allCases)
    func uniform(party: PartyID) throws {
        let runs = 160
        var cell = try TrainingCell(rows: 5, bits: 6, rule: rule, seed: 41)
        var generator = SplitMix64(state: 43)
        var views: [[UInt8]] = []
        for _ in 0..<runs {
            // Key i + 2 is that of the two others.
            cell.keys.keys[party.previous.rawValue] = generator.bytes(32)
            let run = try run(cell)
            #expect(run.sums[party] == cell.columns.ones)
            func key(_ frame: Frame) -> UInt64 {
                UInt64(frame.sender.rawValue) << 32 | UInt64(UInt32(bigEndianBytes: frame.payload.prefix(4)))
            }
            let received = run.frames.filter { $0.to == party }.map(\.frame).sorted { key($0) < key($1) }
            views.append(
                received.flatMap { frame -> ArraySlice<UInt8> in
                    let isOpened = TrainingPiece(decoding: frame.payload)?.place == .init(group: 0, round: 2)
                    return frame.payload.dropFirst(8).prefix(isOpened ? 32 : frame.payload.count)
                })
        }
        #expect(views[0].count > 200 && views.allSatisfy { $0.count == views[0].count })
        let expected = Double(runs) / 16
        var worst = 0.0
        for place in views[0].indices {
            var bins = [Int](repeating: 0, count: 32)
            for view in views {
                bins[Int(view[place] & 15)] += 1
                bins[16 + Int(view[place] >> 4)] += 1
            }
            for half in [bins[..<16], bins[16...]] {
                worst = max(worst, half.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected })
            }
        }
        // 15 degrees of freedom: above 90 less than once in 10^12.
        #expect(worst < 90)
    }

    @Test("sends the same bytes again for the same rows and order, and others for another order")
    func again() throws {
        let cell = try TrainingCell(rows: 20, bits: 9, rule: rule, seed: 6)
        func bytes(_ plan: UInt8) throws -> [[UInt8]] { try run(cell, plan: plan).frames.map(\.frame.payload) }
        #expect(try bytes(5) == bytes(5))
        #expect(try Set(bytes(5)).isDisjoint(with: bytes(6)))
    }

    @Test("ends by name where a party deals something else than it told, or opens a number that no rows have")
    func departed() throws {
        let cell = try TrainingCell(rows: 20, bits: 9, rule: rule, seed: 6)
        func isSum(_ frame: Frame) -> Bool {
            TrainingPiece(decoding: frame.payload)?.place == .init(group: 0, round: 2)
        }
        let opened = try run(cell) { frame in
            // Behind the hash and the piece's header, the highest byte of the first sum.
            if isSum(frame), frame.sender == .two, frame.payload.count > 43 { frame.payload[43] ^= 0x80 }
        }
        #expect(opened.error == .columnSums)
        // Who dealt something else than it told the third.
        let dealt = try run(cell) { frame in
            if frame.sender == .one, frame.payload.count > 40, !isSum(frame) { frame.payload[40] ^= 1 }
        }
        guard case .disagreement = dealt.error else {
            Issue.record("\(String(describing: dealt.error))")
            return
        }
        do throws(TrainingError) {
            _ = try ColumnSumsSession(
                party: .zero, rows: TrainingRows(bits: 3), plan: .zero, keys: TrainingKeys(cell.keys.pair(.zero)),
                attempt: 1)
            Issue.record("there is no row")
        } catch { #expect(error == .bounds(.rows)) }
    }

    @Test(
        "is opened behind a training of all rows of the window, those of members over a cap too, where the job says so")
    func behindTraining() throws {
        var cell = try JobCell(rule: JobCell.rule())
        let without = try cell.parties()
        #expect(without.values.allSatisfy { $0.ones == nil })
        cell.job.opensSums = true
        let trained = try cell.parties()
        try cell.expectRight(trained)
        #expect(trained.values.allSatisfy { $0.ones == cell.cell.columns.ones })
        // Whoever opens none is at another job.
        #expect(trained[.zero]?.plan != without[.zero]?.plan)
        // One member has all frauds.
        var row = 0
        cell = try JobCell(rule: JobCell.rule()) { _, _ in
            row += 1
            return row <= 14
        }
        cell.job.admitted = []
        cell.job.opensSums = true
        let capped = try cell.parties()
        #expect(capped[.one]?.leftOut == [cell.members[0]] && capped[.one]?.rows == 26)
        #expect(capped.values.allSatisfy { $0.ones == cell.cell.columns.ones })
    }
}
