import Simulation
import Testing

@Suite("A consortium whose keys are rotated")
struct KeyRotationTests {
    private static let payments = (0..<4).map { number in
        Message.payment(
            id: number, minutes: 5 + 10 * number, customer: number, terminal: number, device: number, amount: 30)
    }

    private func schedule(_ operations: [Operation], seed: UInt64 = 5) -> Schedule {
        Schedule(seed: seed, fromNothing: false, operations: operations)
    }

    /// One rotation from the order to the closing, with payments before, in between and behind.
    private static let rotation: [Operation] = [
        .send(member: 0, [payments[0]]), .rotateKeys, .work(milliseconds: 500), .send(member: 1, [payments[0]]),
        .work(milliseconds: 2500), .send(member: 0, [payments[1]]), .work(milliseconds: 1500),
    ]

    @Test("loses, doubles and changes nothing, and keeps no key of the epoch before, twice in a row")
    func rotates() throws {
        let simulation = try Simulation()
        #expect(try simulation.run(schedule(Self.rotation)) == [])
        #expect(
            try simulation.run(
                schedule(
                    Self.rotation + [.rotateKeys, .work(milliseconds: 2000), .send(member: 1, [Self.payments[1]])]))
                == [])
    }

    @Test(
        "nor where a party, an agent or the coordinator crashes in the midst of it", arguments: [100, 250, 450, 1200])
    func crashes(after milliseconds: Int) throws {
        let simulation = try Simulation()
        for role in [Role.party(0), .party(2), .agent(member: 0, machine: 0)] {
            let operations: [Operation] = [
                .rotateKeys, .work(milliseconds: milliseconds), .crash(role, downFor: 300), .restartCoordinator,
                .send(member: 0, [Self.payments[0]]), .work(milliseconds: 3000), .send(member: 1, [Self.payments[0]]),
                .work(milliseconds: 1500),
            ]
            #expect(try simulation.run(schedule(operations)) == [], "\(role)")
        }
    }

    @Test("nor where an agent is frozen over the closing: what it sealed too late it seals again")
    func late() throws {
        let simulation = try Simulation()
        let operations: [Operation] = [
            .send(member: 0, [Self.payments[0]]), .work(milliseconds: 250),
            .freeze(.agent(member: 0, machine: 0), afterSteps: 0, milliseconds: 6000), .rotateKeys,
            .send(member: 0, [Self.payments[1]]), .work(milliseconds: 8000), .send(member: 1, [Self.payments[0]]),
            .work(milliseconds: 1500),
        ]
        #expect(try simulation.run(schedule(operations)) == [])
    }

    @Test("shows a party that goes on opening a closed epoch, and one that forgets which keys are in force")
    func plants() throws {
        let simulation = try Simulation()
        let ignored = try simulation.run(schedule(Self.rotation), plant: .closingIgnored)
        #expect(ignored.contains { $0.contains("party-2 still has hpke, and epoch 1 is closed") }, "\(ignored)")
        let restarted =
            Self.rotation + [
                .crash(.party(1), downFor: 100), .work(milliseconds: 1500), .send(member: 1, [Self.payments[1]]),
            ]
        #expect(try !simulation.run(schedule(restarted), plant: .epochForgotten).isEmpty)
    }
}
