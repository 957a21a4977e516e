import Records
import Support
import Testing
import ThreeParty

private func bytes(_ model: TrainedModel?) -> [[UInt8]] {
    guard let model else { return [] }
    return [
        model.components.selectionFirst, model.components.selectionSecond, model.components.leavesFirst,
        model.components.leavesSecond,
    ]
}

private func place(_ frame: Frame) -> TrainingPiece.Place? { TrainingPiece(decoding: frame.payload)?.place }

/// What a frame says from one party to another in one round; nil where there is no such frame.
private func payload(
    _ run: TrainingCell.Run, from sender: PartyID, to receiver: PartyID, group: UInt16, round: UInt16
) -> [UInt8]? {
    let at = TrainingPiece.Place(group: group, round: round)
    return run.frames.first { $0.to == receiver && $0.frame.sender == sender && place($0.frame) == at }?.frame.payload
}

@Suite("A training that is run again")
struct TrainingRerunTests {
    private func cell(_ seed: UInt64 = 21) throws -> TrainingCell {
        let rule = try TrainingRule(trees: 6, stages: [1, 1], group: 2, candidates: 5)
        return try TrainingCell(rows: 40, bits: 17, rule: rule, seed: seed)
    }

    @Test("gives the same bytes in every frame, in whatever order they come")
    func same() throws {
        let cell = try cell()
        let (one, two) = (try cell.run(order: 1), try cell.run(order: 2))
        func frames(_ run: TrainingCell.Run, _ link: (PartyID, PartyID)) -> [[UInt8]] {
            run.frames.filter { $0.frame.sender == link.0 && $0.to == link.1 }.map(\.frame.encoded)
        }
        for party in PartyID.allCases {
            #expect(bytes(one.models[party]) == bytes(two.models[party]))
            for peer in [party.next, party.previous] {
                #expect(frames(one, (party, peer)) == frames(two, (party, peer)))
            }
        }
    }

    @Test("goes on from any group where all were killed, with the same frames and the same shares", arguments: 1...3)
    func resumed(groups: Int) throws {
        let cell = try cell()
        let whole = try cell.run()
        var checkpoints: [PartyID: TrainingCheckpoint] = [:]
        for party in PartyID.allCases {
            let kept = try #require(whole.checkpoints[party])
            #expect(kept.map(\.groups) == [1, 2, 3])
            // From the bytes that the party kept.
            checkpoints[party] = try TrainingCheckpoint(
                decoding: kept[groups - 1].encoded(plan: cell.plan), plan: cell.plan)
        }
        let rest = try cell.run(from: checkpoints, order: 5)
        for party in PartyID.allCases {
            #expect(bytes(rest.models[party]) == bytes(whole.models[party]))
            #expect((rest.checkpoints[party] ?? []).map(\.groups) == Array(groups + 1..<4))
        }
        func frames(_ run: TrainingCell.Run) -> Set<[UInt8]> {
            Set(run.frames.filter { Int(place($0.frame)?.group ?? 0) > groups }.map(\.frame.encoded))
        }
        #expect(frames(rest) == frames(whole) && !frames(rest).isEmpty)
        let begun = Set(rest.frames.compactMap { place($0.frame)?.group })
        #expect(begun == Set([0] + (groups + 1...4).map { UInt16($0) }))
    }

    @Test("parties are at most one group apart wherever one is killed")
    func apart() throws {
        let run = try cell().run(order: 9)
        var groups: [PartyID: UInt16] = [:]
        for (_, frame) in run.frames {
            groups[frame.sender] = place(frame)?.group ?? 0
            #expect((groups.values.max() ?? 0) - (groups.values.min() ?? 0) <= 1)
        }
    }

    @Test(
        "does not go on from a checkpoint where a party brings something else to the set-up before it",
        arguments: PartyID.allCases)
    func otherSetUp(party: PartyID) throws {
        var cell = try cell()
        let checkpoints = try cell.run().checkpoints.compactMapValues(\.first)
        cell.deviate(party)
        let (run, error) = try cell.attempt(from: checkpoints)
        #expect(error == .otherSetUp)
        #expect(run.frames.allSatisfy { (place($0.frame)?.group ?? 0) == 0 })
    }

    /// The part of bytes in which two messages differ, behind their headers and hashes.
    private func difference(_ one: [UInt8], _ two: [UInt8]) -> Double {
        let data = Array(zip(one, two).dropFirst(40))
        let changed = data.count { (pair: (UInt8, UInt8)) -> Bool in pair.0 != pair.1 }
        return Double(changed) / Double(max(1, data.count))
    }

    @Test(
        "has other masks from the round after that in which a party sends something else", arguments: PartyID.allCases)
    func deviation(party: PartyID) throws {
        var cell = try cell()
        let honest = try cell.run()
        cell.deviate(party)
        let other = try cell.run()
        for sender in [party.next, party.previous] {
            func sent(_ run: TrainingCell.Run, _ to: PartyID, _ round: UInt16) throws -> [UInt8] {
                try #require(payload(run, from: sender, to: to, group: 0, round: round))
            }
            // What the two others bring is the same, and so is what they say before they hear of it.
            for peer in [sender.next, sender.previous] {
                #expect(try sent(honest, peer, 0) == sent(other, peer, 0))
            }
            // The answer to a changed message would tell by its difference what it was multiplied by.
            let (before, after) = (try sent(honest, party, 1), try sent(other, party, 1))
            #expect(before.count == after.count && difference(before, after) > 0.98)
        }
    }

    @Test("has other masks under another plan, and other hashes of the same messages")
    func plans() throws {
        let (one, two) = (try cell(21), try cell(21))
        let rule = try TrainingRule(trees: 6, stages: [1, 1], group: 2, candidates: 5, prior: 21)
        let third = try TrainingCell(rows: 40, bits: 17, rule: rule, seed: 21)
        let frames = try [one, two, third].map {
            try #require(payload($0.run(), from: .zero, to: .one, group: 0, round: 0))
        }
        #expect(frames[0] == frames[1])
        #expect(difference(frames[0], frames[2]) > 0.98)
    }
}

@Suite("A training that goes wrong")
struct TrainingErrorTests {
    private func cell() throws -> TrainingCell {
        try TrainingCell(
            rows: 20, bits: 9, rule: TrainingRule(trees: 2, stages: [1], group: 1, candidates: 3), seed: 31)
    }

    @Test(
        "stops at the first frame after a hash that is none of the message's, or a byte that was changed on the way",
        arguments: [8, 40])
    func hashes(at place: Int) throws {
        let (run, error) = try cell().attempt { peer, frame in
            if peer == .one, frame.sender == .zero,
                TrainingPiece(decoding: frame.payload)?.place == .init(group: 0, round: 0)
            {
                frame.payload[place] ^= 1
            }
        }
        guard case .disagreement = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(
            run.models.isEmpty
                && run.frames.allSatisfy { (TrainingPiece(decoding: $0.frame.payload)?.place.round ?? 9) <= 1 })
    }

    @Test("refuses frames of another attempt, kind, length, place or sender, and one that comes twice")
    func frames() throws {
        let cell = try cell()
        let honest = try cell.run().frames.filter { $0.to == .zero }.map(\.frame)
        let first = try #require(honest.first { $0.sender == .one })
        func error(_ change: (inout Frame) -> Void, twice: Bool = false) throws -> TrainingError? {
            var session = try cell.session(.zero)
            _ = try session.start()
            var frame = first
            change(&frame)
            do throws(TrainingError) {
                _ = try session.receive(frame)
                if twice { _ = try session.receive(frame) }
                return nil
            } catch { return error }
        }
        #expect(try error { _ in } == nil)
        #expect(try error({ _ in }, twice: true) == .unexpected(peer: .one))
        #expect(try error { $0.batch = 2 } == .unexpected(peer: .one))
        #expect(try error { $0.kind = .refusals } == .unexpected(peer: .one))
        #expect(try error { $0.payload = Array($0.payload.prefix(7)) } == .unexpected(peer: .one))
        #expect(try error { $0.sender = .zero } == .unexpected(peer: .zero))
        #expect(try error { $0.payload[3] = 2 } == .unexpected(peer: .one))
        #expect(
            try error {
                $0.payload[5] = 1; $0.payload[7] = 2
            } == .wrongLength(peer: .one, expected: first.payload.count - 8, got: 1 << 18 + first.payload.count - 8))
        #expect(try error { $0.digest = Digest32(of: [[3]]) } == .disagreement(peer: .one))
        let count = first.payload.count - 8
        #expect(try error { $0.payload.append(0) } == .wrongLength(peer: .one, expected: count, got: count + 1))
        #expect(try error { $0.payload.removeLast() } == .wrongLength(peer: .one, expected: count, got: count - 1))
    }

    @Test("takes no other number of rows or bits, and no damaged or foreign checkpoint")
    func inputs() throws {
        let cell = try cell()
        let keys = StepCell(seed: 1)
        func error(_ rows: TrainingRows) -> TrainingError? {
            do throws(TrainingError) {
                _ = try TrainingSession(
                    party: .one, plan: cell.plan, rows: rows, keys: TrainingKeys(keys.pair(.one)), attempt: 1)
                return nil
            } catch { return error }
        }
        #expect(error(TrainingRows(bits: 9)) == .rows(expected: 20, got: 0))
        var wide = TrainingRows(bits: 10)
        for _ in 0..<20 { wide.append(BitShares(first: [0, 0], second: [0, 0]), label: .zero) }
        #expect(error(wide) == .rows(expected: 9, got: 10))
        let kept = try #require(cell.run().checkpoints[.one]?.first).encoded(plan: cell.plan)
        for bytes in [[], Array(kept.dropLast()), kept + [0], [1] + kept.dropFirst()] {
            #expect(throws: TrainingError.checkpoint) { try TrainingCheckpoint(decoding: bytes, plan: cell.plan) }
        }
        let other = try TrainingCell(rows: 20, bits: 9, rule: cell.rule, seed: 32)
        #expect(throws: TrainingError.checkpoint) { try TrainingCheckpoint(decoding: kept, plan: other.plan) }
    }

    @Test("stops after the set-up where values could leave their rings")
    func bounds() throws {
        let rule = try TrainingRule(
            trees: 1, stages: [1], group: 1, candidates: 3, fraction: 14, weightBits: 8, spread: 1_000_000)
        let cell = try TrainingCell(rows: 3000, bits: 9, rule: rule, seed: 33) { bits, _ in bits[0] }
        let (run, error) = try cell.attempt()
        #expect(error == .bounds(.scores) && run.models.isEmpty)
    }
}
