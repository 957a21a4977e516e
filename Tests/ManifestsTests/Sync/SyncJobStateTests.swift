import Manifests
import Records
import Testing

/// A party's part of an order as a table: what it may say in each of its states, and what it is refused with.
@Suite("A party's words on an order, in every state")
struct SyncJobStateTests {
    private typealias World = SyncWorld

    private enum State: CaseIterable { case silent, accepted, further, ended, refused }
    private enum Word: CaseIterable { case accepted, halfway, all, refused, trained, validated, sealed }
    private enum Kind: CaseIterable { case train, validate, seal }

    private func begin(_ kind: Kind) throws -> (world: World, order: Digest32) {
        var world = World()
        let order: Digest32
        switch kind {
        case .train: order = try world.order(World.training())
        case .validate: order = try world.order(World.validation(of: nil))
        case .seal:
            let candidate = try world.train()
            order = try world.order(.seal(SealTask(candidate: candidate, header: World.header(of: candidate).encoded)))
        }
        return (world, order)
    }

    private func step(_ word: Word, _ party: PartyID) throws -> PartyReport.Step {
        switch word {
        case .accepted: World.accepted(party)
        case .halfway: .progress(groups: 1, of: 2)
        case .all: .progress(groups: 2, of: 2)
        case .refused: .refused(code: "stopped", text: "stopped")
        case .trained: try World.trained()
        case .validated: try World.validated(party, challenger: false)
        case .sealed: try World.sealed(party)
        }
    }

    private func last(_ kind: Kind) -> Word {
        switch kind {
        case .train: .trained
        case .validate: .validated
        case .seal: .sealed
        }
    }

    /// What a word is refused with; nil where it counts.
    private func expected(_ kind: Kind, _ state: State, _ word: Word, _ party: PartyID, _ number: UInt64)
        -> SyncRefusal?
    {
        // One party's refusal ends the order for all.
        if state == .refused { return .over(number) }
        if state == .ended { return .outOfTurn(party) }
        switch word {
        case .refused: return nil
        case .accepted: return state == .silent ? nil : .outOfTurn(party)
        case .halfway: return kind != .train ? .otherTask : state == .accepted ? nil : .outOfTurn(party)
        case .all: return kind != .train ? .otherTask : state == .silent ? .outOfTurn(party) : nil
        case .trained, .validated, .sealed:
            guard word == last(kind) else { return .otherTask }
            return state == .silent ? .outOfTurn(party) : nil
        }
    }

    @Test(
        "each word counts in the states of its turn, and is refused by name in all others", arguments: PartyID.allCases)
    func pairs(party: PartyID) throws {
        for kind in Kind.allCases {
            for state in State.allCases where kind == .train || state != .further {
                var (world, order) = try begin(kind)
                let number = world.history.nextNumber - 1
                if state != .silent, state != .refused {
                    try world.report(step(.accepted, party), on: order, by: party)
                }
                if state == .further { try world.report(step(.halfway, party), on: order, by: party) }
                if state == .ended { try world.report(step(last(kind), party), on: order, by: party) }
                if state == .refused { try world.report(step(.refused, party), on: order, by: party) }
                for word in Word.allCases {
                    // Each in a world of its own; one that was said before to the letter has been said.
                    var next = world
                    let refusal = try next.refusal(step(word, party), on: order, by: party)
                    let isRepeated =
                        refusal == .replayed
                        && world.said.contains {
                            $0.record == next.record(try! step(word, party), on: order, by: party)
                        }
                    let expected = expected(kind, state, word, party, number)
                    #expect(refusal == expected || isRepeated && expected != nil, "\(kind) \(state) \(word)")
                    guard refusal == nil, let job = next.history.job(order) else { continue }
                    #expect(
                        job.parties[party]?.groups
                            == (word == .halfway ? 1 : word == .all ? 2 : state == .further ? 1 : 0))
                    #expect(job.missing.contains(party) == (word != .refused && word != last(kind)))
                    #expect(job.isOpen == (word != .refused) && job.outcome == nil && !job.mayHaveOpened)
                }
            }
        }
    }

    @Test("the order is done with the third last word alone, in whatever order the parties say theirs")
    func orders() throws {
        let orders: [[PartyID]] = [
            [.zero, .one, .two], [.zero, .two, .one], [.one, .zero, .two], [.one, .two, .zero], [.two, .zero, .one],
            [.two, .one, .zero],
        ]
        for (accepting, ending) in orders.flatMap({ one in orders.map { (one, $0) } }) {
            var (world, order) = try begin(.validate)
            for party in accepting { try world.report(step(.accepted, party), on: order, by: party) }
            #expect(world.history.job(order)?.mayHaveOpened == true)
            for (place, party) in ending.enumerated() {
                #expect(world.history.job(order)?.missing.count == 3 - place && world.history.open?.digest == order)
                try world.report(step(.validated, party), on: order, by: party)
            }
            #expect(world.history.open == nil && world.history.job(order)?.missing == [])
            guard case .validated? = world.history.job(order)?.outcome else {
                Issue.record("not validated")
                continue
            }
        }
    }

    @Test("who says something else than the two others is named; all three, where no two say the same")
    func differing() throws {
        for rows in 0..<27 {
            // What each says, one of three numbers of rows.
            let said = [rows % 3, rows / 3 % 3, rows / 9]
            var (world, order) = try begin(.train)
            for party in PartyID.allCases { try world.report(step(.accepted, party), on: order, by: party) }
            for party in PartyID.allCases {
                try world.report(World.trained(rows: 900 + said[party.rawValue]), on: order, by: party)
            }
            let alone = PartyID.allCases.filter { party in said.count { $0 == said[party.rawValue] } == 1 }
            let standing = world.history.job(order)?.standing
            if alone.isEmpty {
                #expect(standing?.isDone == true && world.history.versions.count == 1, "\(said)")
            } else {
                #expect(standing == .failed(.differing(alone)) && world.history.versions.isEmpty, "\(said)")
            }
        }
    }
}

extension SyncJob.Standing {
    fileprivate var isDone: Bool { if case .done = self { true } else { false } }
}

extension SyncWorld {
    fileprivate func record(_ step: PartyReport.Step, on order: Digest32, by party: PartyID) -> [UInt8] {
        SyncKeys.record(.report(try! PartyReport(order: order, step: step)), by: .party(party))
    }
}
