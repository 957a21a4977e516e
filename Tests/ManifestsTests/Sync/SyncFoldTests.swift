import Foundation
import Keys
import Manifests
import Records
import Support
import Testing

@Suite("Any history of trainings")
struct SyncFoldTests {
    private typealias World = SyncWorld

    /// A world in which everybody says this and that, some of it out of turn: what counts of it is what was said.
    private static func random(_ seed: UInt64, turns: Int) throws -> SyncWorld {
        var random = SplitMix64(seed)
        var world = World(approvals: 1)
        for turn in 0..<turns {
            world.time += Int64.random(in: 0...2_000, using: &random)
            let (statement, author) = try statement(&random, turn, world)
            _ = world.refusal(statement, by: author)
        }
        return world
    }

    private static func statement(
        _ random: inout SplitMix64, _ turn: Int, _ world: SyncWorld
    ) throws -> (SyncStatement, SyncAuthor) {
        let models = world.history.versions.compactMap { $0.sealed?.model } + [digest(200)]
        switch Int.random(in: 0..<20, using: &random) {
        case 0...2:
            let expires = world.time + Int64.random(in: 1...60_000, using: &random)
            let number = world.history.nextNumber + UInt64.random(in: 0...1, using: &random)
            return (
                .order(try SyncOrder(number: number, expires: expires, task: task(&random, turn, world))), .coordinator
            )
        case 3...15:
            let order = world.history.jobs.last?.digest ?? digest(1)
            let party = PartyID.allCases.randomElement(using: &random)!
            let step = try step(&random, party, world)
            return (.report(try PartyReport(order: order, step: step)), .party(party))
        case 16:
            let approval = SyncApproval(
                model: models.randomElement(using: &random)!, after: world.history.lastSequence)
            return (.approval(approval), .operator(SyncKeys.operators.randomElement(using: &random)!))
        case 17, 18:
            let kind = [SyncDecision.Kind.promote, .promote, .rollback, .turnDown].randomElement(using: &random)!
            let sequence = world.history.lastSequence + UInt64.random(in: 0...3, using: &random)
            let promoted = world.history.inForce.flatMap { world.history.version(sealedAs: $0)?.promotion }
            let (model, previous) =
                kind == .rollback
                ? (promoted?.previous ?? digest(3), world.history.inForce)
                : (models.randomElement(using: &random)!, world.history.inForce)
            guard model != previous, sequence > 0 else { return try statement(&random, turn, world) }
            return (.decision(try World.decision(kind, model, previous: previous, sequence: sequence)), .coordinator)
        default:
            let order = world.history.jobs.randomElement(using: &random)?.digest ?? digest(1)
            let member = SyncKeys.members.randomElement(using: &random)!
            return (.verdict(try MemberVerdict(order: order, isWorse: Bool.random(using: &random))), .member(member))
        }
    }

    private static func task(
        _ random: inout SplitMix64, _ turn: Int, _ world: SyncWorld
    ) throws -> SyncOrder.Task {
        let begin = Int64(turn) * 1000
        guard let version = world.history.versions.last, Bool.random(using: &random) else {
            return try World.training("v\(turn)", begin..<begin + 1000)
        }
        guard version.sealed == nil, Bool.random(using: &random) else {
            return try World.validation(of: .candidate(version.candidate), begin..<begin + 1000)
        }
        let header = World.header(of: version.candidate, version: version.task.version)
        return .seal(try SealTask(candidate: version.candidate, header: header.encoded))
    }

    private static func step(
        _ random: inout SplitMix64, _ party: PartyID, _ world: SyncWorld
    ) throws -> PartyReport.Step {
        switch Int.random(in: 0..<20, using: &random) {
        case 0...15 where world.history.open?.parties[party]?.codeVersion == nil: return World.accepted(party)
        case 16: return .progress(groups: Int.random(in: 1...2, using: &random), of: 2)
        case 17 where Int.random(in: 0..<8, using: &random) == 0: return .refused(code: "stopped", text: "stopped")
        default: break
        }
        switch world.history.open?.order.task {
        case .train: return try World.trained(frauds: Int.random(in: 0..<30, using: &random) == 0 ? 41 : 40)
        case .validate: return try World.validated(party)
        case .seal, nil: return try World.sealed(party)
        }
    }

    private static func fold(_ said: some Sequence<(record: [UInt8], time: Int64)>, _ terms: SyncTerms) throws
        -> SyncHistory
    {
        var history = SyncHistory(terms)
        for (offset, entry) in said.enumerated() {
            try history.apply(entry.record, at: Int64(offset), time: entry.time)
        }
        return history
    }

    @Test(
        "is what its records come to: those that count count again, whoever reads them from the beginning",
        arguments: 0..<12)
    func again(seed: UInt64) throws {
        let world = try Self.random(seed, turns: 250)
        #expect(try Self.fold(world.said, world.history.terms) == world.history)
        // All are there at least once over all seeds; most in each.
        #expect(world.said.count > 40 && !world.history.jobs.isEmpty)
    }

    @Test("that goes on from any record is the same as one that was read in one go", arguments: 0..<6)
    func prefixes(seed: UInt64) throws {
        let world = try Self.random(seed, turns: 120)
        for end in stride(from: 0, through: world.said.count, by: 7) {
            var history = try Self.fold(world.said.prefix(end), world.history.terms)
            for (offset, entry) in world.said.enumerated().dropFirst(end) {
                try history.apply(entry.record, at: Int64(offset), time: entry.time)
            }
            #expect(history == world.history)
        }
    }

    @Test("takes nothing twice: read again from the beginning, at any moment, it stays as it is", arguments: 0..<6)
    func replayed(seed: UInt64) throws {
        let world = try Self.random(seed, turns: 150)
        var history = SyncHistory(world.history.terms)
        for (offset, entry) in world.said.enumerated() {
            try history.apply(entry.record, at: Int64(offset), time: entry.time)
            guard offset % 10 == 9 else { continue }
            let before = history
            for old in world.said.prefix(offset + 1) {
                #expect(throws: SyncRefusal.replayed) {
                    try history.apply(old.record, at: Int64(offset) + 1, time: entry.time)
                }
            }
            #expect(history == before)
        }
    }

    @Test("is not what anybody else writes among its records", arguments: 0..<6)
    func forged(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let world = try Self.random(seed, turns: 120)
        var history = SyncHistory(world.history.terms)
        for (offset, entry) in world.said.enumerated() {
            var forged = entry.record
            forged[Int.random(in: forged.indices, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            let foreign = try #require(WireSyncRecord(decoding: entry.record))
            var stolen = foreign
            stolen.author = "party/party-\(Int.random(in: 0...2, using: &random))"
            for record in [forged, stolen.encoded] where record != entry.record {
                let before = history
                do throws(SyncRefusal) {
                    // A flipped bit may leave a record that says the same; it does not come twice then.
                    try history.apply(record, at: Int64(offset), time: entry.time)
                    history = before
                } catch { #expect(history == before) }
            }
            try history.apply(entry.record, at: Int64(offset), time: entry.time)
        }
        #expect(history == world.history)
    }

    @Test(
        "has one order under way at most, and of each party one last word; what is done was said by all three alike",
        arguments: 0..<12)
    func law(seed: UInt64) throws {
        let world = try Self.random(seed, turns: 250)
        let history = world.history
        #expect(history.jobs.dropLast().allSatisfy { !$0.isOpen })
        #expect(zip(history.jobs, history.jobs.dropFirst()).allSatisfy { $0.order.number < $1.order.number })
        #expect(zip(history.decisions, history.decisions.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
        for job in history.jobs where job.outcome != nil {
            #expect(job.missing.isEmpty && job.mayHaveOpened)
            let words = PartyID.allCases.compactMap { party -> Digest32? in
                switch job.parties[party]?.last {
                case .trained(let report): report.plan
                case .validated(let report): Digest32(of: report.opened.champion.frauds.map(\.bigEndianBytes))
                case .sealed: digest(0)
                default: nil
                }
            }
            #expect(words.count == 3 && Set(words).count == 1)
        }
        for version in history.versions {
            #expect(version.codeVersions.count == 3 && history.job(version.candidate)?.outcome != nil)
            if let promotion = version.promotion {
                // Somebody approved, after the decision before.
                let before = history.decisions.last { $0.sequence < promotion.sequence }?.sequence ?? 0
                #expect(version.approvals.contains { $0.after == before } && !version.validations.isEmpty)
            }
        }
    }

    @Test("comes to everything that there is, over all seeds")
    func covered() throws {
        let worlds = try (0..<12).map { try Self.random($0, turns: 250).history }
        let jobs = worlds.flatMap(\.jobs)
        #expect(
            worlds.contains { !$0.decisions.isEmpty } && worlds.contains { $0.versions.contains { $0.sealed != nil } })
        for isThere in [
            { if case .lapsed = $0 { true } else { false } },
            { if case .failed(.refused) = $0 { true } else { false } },
            { if case .failed(.differing) = $0 { true } else { false } },
            { if case .done(.validated) = $0 { true } else { false } },
            { if case .done(.sealed) = $0 { true } else { false } },
        ] as [(SyncJob.Standing) -> Bool] {
            #expect(jobs.contains { isThere($0.standing) })
        }
        #expect(jobs.contains { !$0.verdicts.isEmpty })
    }
}
