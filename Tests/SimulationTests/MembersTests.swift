import EventLogs
import Simulation
import Testing

@Suite("A consortium whose members come and go")
struct MembersTests {
    private static let payments = (0..<6).map { number in
        Message.payment(
            id: number, minutes: 5 + 10 * number, customer: number % 4, terminal: number % 5, device: number % 4,
            amount: 30)
    }

    private func run(_ operations: [Operation], _ log: (@Sendable (String) -> Void)? = nil) throws -> [String] {
        try Simulation().run(Schedule(seed: 5, fromNothing: false, operations: operations), log: log)
    }

    /// Who takes part behind operations, and how many decisions each has that may.
    private func outcome(_ operations: [Operation]) throws -> (members: [Int], decisions: [Int]) {
        let consortium = try SimulatedConsortium(Terms(), seed: 5)
        for operation in operations { consortium.apply(operation) }
        let known = (0..<Terms.most).filter { $0 < Terms.members || consortium.members.contains($0) }
        return (consortium.members, known.map { consortium.records(Topics.decisions(Terms.member($0))).count })
    }

    /// Member 2 joins, and its first payments are decided.
    private static let joining: [Operation] = [
        .send(member: 0, [payments[0]]), .join(member: 2), .rotateKeys, .work(milliseconds: 1500),
        .send(member: 2, [payments[0], payments[1]]), .send(member: 1, [payments[0]]), .work(milliseconds: 3000),
    ]

    @Test("decides on what a member sends that joins, and counts it with the others'")
    func joins() throws {
        #expect(try run(Self.joining) == [])
        #expect(try outcome(Self.joining) == ([0, 1, 2], [1, 1, 2]))
        // What it sends before it takes part waits.
        #expect(
            try run([.join(member: 2), .send(member: 2, [Self.payments[0]]), .work(milliseconds: 1500)] + Self.joining)
                == [])
    }

    @Test("decides on all that a member had sent before it left, though its agent crashes, and on nothing later")
    func leaves() throws {
        let leaving: [Operation] = [
            .send(member: 1, Array(Self.payments[..<3])), .work(milliseconds: 40), .leave(member: 1), .rotateKeys,
            .work(milliseconds: 600), .crash(.agent(member: 1, machine: 0), downFor: 300),
            .send(member: 1, Array(Self.payments[3...])), .send(member: 0, [Self.payments[0]]),
            .work(milliseconds: 4000), .send(member: 0, [Self.payments[1]]),
        ]
        #expect(try run(leaving) == [])
        #expect(try outcome(leaving + [.work(milliseconds: 3000)]) == ([0], [2, 3]))
    }

    @Test("expels a member by the word of two of three; of two members neither can expel the other")
    func expels() throws {
        #expect(
            try run(
                Self.joining + [
                    .expel(member: 0), .rotateKeys, .work(milliseconds: 2500), .send(member: 0, [Self.payments[1]]),
                    .send(member: 2, [Self.payments[2]]), .work(milliseconds: 2500),
                ]) == [])
        let terms = try Terms()
        let consortium = try SimulatedConsortium(terms, seed: 1)
        consortium.apply(.expel(member: 0))
        #expect(consortium.members == [0, 1])
        consortium.apply(.join(member: 3))
        #expect(consortium.members == [0, 1, 3])
        consortium.apply(.expel(member: 0))
        #expect(consortium.members == [1, 3])
        consortium.apply(.leave(member: 3))
        consortium.apply(.leave(member: 1))
        #expect(consortium.members == [1], "the last one stays")
        consortium.apply(.join(member: 3))
        #expect(consortium.members == [1], "whoever left joins again under another name")
    }

    @Test("loses, doubles and changes nothing under random schedules", arguments: 0..<2)
    func schedules(part: Int) throws {
        let simulation = try Simulation()
        for seed in 0..<15 {
            let schedule = Schedule(seed: UInt64(7000 + 100 * part + seed), changesMembers: true)
            let findings = try simulation.run(schedule)
            #expect(findings.isEmpty, "seed \(schedule.seed); scripts/simulate.sh 1 \(schedule.seed) --members")
        }
    }
}
