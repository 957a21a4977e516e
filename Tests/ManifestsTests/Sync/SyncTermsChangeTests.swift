import Keys
import Manifests
import Records
import Testing

@Suite("Terms of trainings that the agreement changes")
struct SyncTermsChangeTests {
    private static let day = SyncWorld.day
    private static let start = SyncWorld.start

    private static func terms(_ change: (inout SyncTerms) -> Void) -> SyncTerms {
        var terms = SyncKeys.terms()
        change(&terms)
        return terms
    }

    private func world(_ changes: [(days: Int64, terms: SyncTerms)]) -> SyncWorld {
        var world = SyncWorld()
        world.history.adopt(changes.map { SyncTermsChange(from: Self.start + $0.days * Self.day, terms: $0.terms) })
        return world
    }

    @Test("hold for records from their time on; what was decided before stays")
    func approvals() throws {
        var world = world([(5, Self.terms { $0.approvals = 2 })])
        let first = try world.make("v1")
        try world.decide(.promote, first, previous: digest(200), sequence: 1)
        world.time = Self.start + 5 * Self.day - 1
        let second = try world.make("v2", from: 5000)
        world.time += 1
        let promotion = try SyncWorld.decision(.promote, second, previous: first, sequence: 2)
        #expect(world.refusal(.decision(promotion), by: .coordinator) == .approvals(0, of: 2))
        #expect(world.history.inForce == first && world.history.terms.approvals == 0)
        for id in SyncKeys.operators.prefix(2) {
            try world.say(.approval(SyncApproval(model: second, after: 1)), by: .operator(id))
        }
        try world.decide(.promote, second, previous: first, sequence: 2)
        #expect(world.history.inForce == second && world.history.terms.approvals == 2)
    }

    @Test("members that came since have a say from then on, and those that left have none")
    func members() throws {
        let (new, old) = (MemberID("bank-z")!, SyncKeys.members[0])
        var world = world([
            (
                1,
                Self.terms {
                    $0.members[new] = SyncKeys.key(.member(new)).verifyingKey
                    $0.members[old] = nil
                }
            )
        ])
        let candidate = try world.train()
        let order = try world.validate(.candidate(candidate))
        let verdict = SyncStatement.verdict(try MemberVerdict(order: order, isWorse: true))
        #expect(world.refusal(verdict, by: .member(new)) == .unknownAuthor)
        world.time = Self.start + Self.day
        #expect(world.refusal(verdict, by: .member(old)) == .unknownAuthor)
        #expect(world.refusal(verdict, by: .member(new)) == nil)
    }

    @Test("refuse by name what the agreement does not have opened, and trainings by another rule")
    func notAgreed() throws {
        let digest = try SyncWorld.rule().agreedDigest
        var closed = world([
            (0, Self.terms { $0.opened = [.histograms] }), (1, Self.terms { $0.opened = [.trainings] }),
        ])
        func isRefused(_ world: inout SyncWorld, _ task: SyncOrder.Task) throws -> Bool {
            if case .notAgreed = try world.refusal(task) { true } else { false }
        }
        #expect(try isRefused(&closed, SyncWorld.training()))
        #expect(try !isRefused(&closed, SyncWorld.validation(of: nil)))
        closed.time += 2 * Self.day
        #expect(try isRefused(&closed, SyncWorld.validation(of: nil)))
        #expect(try !isRefused(&closed, SyncWorld.training()))
        var ruled = world([(0, Self.terms { $0.trainer = digest }), (1, Self.terms { $0.trainer = .zero })])
        #expect(try !isRefused(&ruled, SyncWorld.training()))
        ruled.time += 2 * Self.day
        #expect(try isRefused(&ruled, SyncWorld.training("v2")))
        #expect(SyncRefusal.notAgreed("so").description.hasPrefix("not_agreed: "))
    }

    @Test(
        "have versions promoted by the rule that is agreed from then on, with what was known then; no other one counts")
    func promotion() throws {
        let rule: [UInt8] = [1, 2, 3]
        func decision(_ model: Digest32, _ previous: Digest32, _ sequence: UInt64, _ rule: [UInt8]) throws
            -> SyncDecision
        {
            try SyncDecision(.promote, model: model, previous: previous, sequence: sequence, reason: "so", rule: rule)
        }
        var world = world([(5, Self.terms { $0.promotion = SyncDecision.agreedDigest(ofRule: rule) })])
        let first = try world.make("v1")
        try world.say(.decision(decision(first, digest(200), 1, [])), by: .coordinator)
        #expect(world.history.grounds.isEmpty)
        world.time = Self.start + 5 * Self.day
        let second = try world.make("v2", from: 5000)
        for other in [[], [1, 2, 4], rule + [0]] {
            let refusal = world.refusal(.decision(try decision(second, first, 2, other)), by: .coordinator)
            #expect(refusal == .notAgreed("that versions are promoted by this rule"))
        }
        try world.say(.decision(decision(second, first, 2, rule)), by: .coordinator)
        let grounds = try #require(world.history.grounds[2])
        #expect(grounds.jobs.count == 1 && grounds.jobs[0].verdicts.isEmpty && world.history.grounds.count == 1)
        // What is said later changes nothing of what it was decided by; and the one before comes back without a rule.
        let late = try MemberVerdict(order: grounds.jobs[0].digest, isWorse: true)
        try world.say(.verdict(late), by: .member(SyncKeys.members[0]))
        #expect(world.history.grounds[2] == grounds)
        try world.decide(.rollback, first, previous: second, sequence: 3)
        #expect(world.history.inForce == first && world.history.grounds[3] == nil)
        #expect(throws: SyncMistake.promotion) {
            try SyncDecision(.rollback, model: first, previous: second, sequence: 3, reason: "so", rule: rule)
        }
        #expect(throws: SyncMistake.promotion) { try decision(first, second, 3, [UInt8](repeating: 1, count: 257)) }
    }

    @Test("change nothing where the log's time goes back: the latest counts")
    func backwards() throws {
        var world = world([(1, Self.terms { $0.opened = [] })])
        world.time += 2 * Self.day
        let order = SyncOrder.Task.seal(
            try SealTask(candidate: digest(7), header: SyncWorld.header(of: digest(7)).encoded))
        #expect(try world.refusal(order) == .unknownCandidate)
        world.time = Self.start
        _ = try world.train()
        #expect(world.history.terms.opened == Set(ConsortiumAgreement.Opening.allCases))
    }
}
