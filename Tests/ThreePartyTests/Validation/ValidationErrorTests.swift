import Model
import Records
import Support
import Testing
import ThreeParty

@Suite("A validation in which something does not fit")
struct ValidationErrorTests {
    private static let sizes = [
        ValidationCell.Size(trees: 5, depth: 3, leaf: 90), ValidationCell.Size(trees: 3, depth: 2, leaf: 100_000),
    ]

    private func cell(seed: UInt64 = 7, source: UInt8 = 1) throws -> ValidationCell {
        try ValidationCell(
            rows: 30, bits: 12, sizes: Self.sizes, pieceBytes: 2_000, seed: seed, source: source)
    }

    private static func round(_ frame: Frame) -> Int {
        TrainingPiece(decoding: frame.payload).map { Int($0.place.round) } ?? -1
    }

    @Test("ends where a party sends another byte in any round, and before the last one by name of a peer")
    func otherBytes() throws {
        let cell = try cell()
        for round in 0..<cell.plan.rounds {
            for sender in PartyID.allCases {
                for byte in [20, 44] {
                    var isChanged = false
                    let run = try cell.run { _, frame in
                        guard !isChanged, frame.sender == sender, Self.round(frame) == round,
                            frame.payload.count > byte
                        else { return }
                        frame.payload[byte] ^= 1
                        isChanged = true
                    }
                    // The last round's word of messages to others is nobody's any more.
                    guard isChanged, byte == 44 || round < cell.plan.rounds - 1 else { continue }
                    guard let error = run.error else {
                        Issue.record("round \(round) of \(sender) went through")
                        continue
                    }
                    if round == cell.plan.rounds - 1 {
                        #expect(error == .validation(.sums))
                    } else if round != 2 || byte == 20 {
                        guard case .disagreement = error else {
                            Issue.record("round \(round) of \(sender) ended by \(error)")
                            continue
                        }
                    }
                }
            }
        }
    }

    @Test("ends where a message is longer or shorter, where a piece comes twice, or one of another kind or attempt")
    func otherFrames() throws {
        let cell = try cell()
        for round in [0, 3, 4, 6, cell.plan.rounds - 1] {
            func error(_ change: (inout Frame) -> Void) throws -> TrainingError? {
                var isChanged = false
                return try cell.run { _, frame in
                    guard !isChanged, frame.sender == .one, Self.round(frame) == round else { return }
                    change(&frame)
                    isChanged = true
                }.error
            }
            for change: (inout Frame) -> Void in [{ $0.payload.append(0) }, { $0.payload.removeLast() }] {
                guard case .wrongLength(peer: .one, _, _) = try error(change) else {
                    Issue.record("round \(round)")
                    continue
                }
            }
            #expect(try error { $0.kind = .training } == .unexpected(peer: .one))
            #expect(try error { $0.batch = 2 } == .unexpected(peer: .one))
            #expect(try error { $0.payload = [] } == .unexpected(peer: .one))
            #expect(try error { $0.digest = .zero } == .disagreement(peer: .one))
            // Of a round that nobody can be in.
            #expect(try error { $0.payload[3] += 2 } == .unexpected(peer: .one))
            // Round 0 of another group could be what is next.
            if round > 0 { #expect(try error { $0.payload[1] = 1 } == .unexpected(peer: .one)) }
        }
        var session = try cell.session(.zero)
        let run = try cell.run()
        let first = try #require(run.frames.first { $0.to == .zero }).frame
        #expect(throws: TrainingError.unexpected(peer: first.sender)) { try session.receive(first) }
        _ = try session.start()
        _ = try session.receive(first)
        #expect(session.missing == [PartyID.one, .two].filter { $0 != first.sender })
        #expect(throws: TrainingError.unexpected(peer: first.sender)) { try session.receive(first) }
    }

    @Test("ends at the first frames where a party has another plan", arguments: PartyID.allCases)
    func otherPlan(party: PartyID) throws {
        let run = try cell().run(other: [party: cell(source: 2)])
        guard case .disagreement = run.error else {
            Issue.record("ended by \(String(describing: run.error))")
            return
        }
        #expect(run.frames.allSatisfy { Self.round($0.frame) == 0 } && run.scores.isEmpty)
    }

    @Test("does not begin with other rows or models than the plan's")
    func otherInputs() throws {
        let cell = try cell()
        func error(rows: TrainingRows, first: TrainingRows? = nil, models: [PreparedModel]) -> TrainingError? {
            do throws(TrainingError) {
                _ = try ValidationSession(
                    party: .one, plan: cell.plan, rows: rows, challengerRows: first, models: models,
                    keys: TrainingKeys(cell.keys.pair(.one)), attempt: 1)
                return nil
            } catch { return error }
        }
        let (rows, models) = (try #require(cell.rows[.one]), try #require(cell.models[.one]))
        #expect(error(rows: rows, models: models) == nil)
        #expect(error(rows: TrainingRows(bits: 12), models: models) == .rows(expected: 30, got: 0))
        var narrow = TrainingRows(bits: 11)
        for row in 0..<30 { narrow.append(rows[row].shares, label: rows[row].label) }
        #expect(error(rows: narrow, models: models) == .rows(expected: 12, got: 11))
        // As a challenger reads them.
        #expect(error(rows: rows, first: rows, models: models) == nil)
        #expect(error(rows: rows, first: TrainingRows(bits: 12), models: models) == .rows(expected: 30, got: 0))
        #expect(error(rows: rows, first: narrow, models: models) == .rows(expected: 12, got: 11))
        for others in [[], [models[0]], models.reversed(), models + models] {
            #expect(error(rows: rows, models: others) == .validation(.models))
        }
    }

    @Test(
        "has other masks from the round after that in which a party sends something else: what it sees twice has no mask in common",
        arguments: PartyID.allCases)
    func deviation(party: PartyID) throws {
        var cell = try cell()
        let honest = try cell.run()
        cell.deviate(party)
        let other = try cell.run()
        // The row that it changed is in the fifth piece: its condition bits are the first that differ.
        let piece = 15 / cell.rowsOfPiece
        let changed = 3 + 4 * piece
        for sender in [party.next, party.previous] {
            func sent(_ run: ValidationCell.Run, _ round: Int, to peer: PartyID) throws -> [UInt8] {
                let frame = run.frames.first {
                    $0.frame.sender == sender && $0.to == peer && Self.round($0.frame) == round
                }
                return Array(try #require(frame).frame.payload.dropFirst(40))
            }
            for round in 0..<cell.plan.rounds - 1 {
                for peer in [sender.next, sender.previous] {
                    let (one, two) = (try sent(honest, round, to: peer), try sent(other, round, to: peer))
                    guard !one.isEmpty else { continue }
                    let differing = zip(one, two).count { (pair: (UInt8, UInt8)) -> Bool in pair.0 != pair.1 }
                    if round <= changed {
                        #expect(differing == 0, "round \(round)")
                    } else {
                        #expect(Double(differing) > 0.8 * Double(one.count), "round \(round)")
                    }
                }
            }
        }
    }
}
