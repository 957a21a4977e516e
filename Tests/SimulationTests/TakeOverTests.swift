import Simulation
import Synchronization
import Testing

/// Every run ends with payments more, whose scores show what was counted: a party with other counts makes none.
@Suite("A party that has lost its state, and is dealt it by the two others")
struct TakeOverTests {
    private static let payments = (0..<4).map { number in
        Message.payment(
            id: number, minutes: 5 + 10 * number, customer: number, terminal: number, device: number, amount: 30)
    }

    private func run(_ operations: [Operation], _ log: (@Sendable (String) -> Void)? = nil) throws -> [String] {
        try Simulation().run(Schedule(seed: 5, fromNothing: false, operations: operations), log: log)
    }

    /// What the roles logged.
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])

        func add(_ line: String) { lines.withLock { $0.append(line) } }

        func count(_ part: String) -> Int { lines.withLock { $0.count { $0.contains(part) } } }
    }

    @Test("scores with them again, whichever it is, and none of them is recounted", arguments: 0..<3)
    func takesOver(party: Int) throws {
        let lines = Lines()
        let operations: [Operation] = [
            .send(member: 0, [Self.payments[0], .label(id: 0, fraud: true)]), .work(milliseconds: 3000),
            .loseState(party: party), .work(milliseconds: 2000), .send(member: 1, [Self.payments[0]]),
            .work(milliseconds: 3000),
        ]
        #expect(try run(operations) { lines.add($0) } == [])
        #expect(lines.count("party-\(party) notice: the take-over is done") == 1)
        #expect(lines.count("counts and models are dealt to another party's new host") == 2)
    }

    @Test(
        "does so with batches in flight, and where another party, or it, crashes, freezes or is cut off",
        arguments: [1, 2])
    func faults(party: Int) throws {
        let lost: [Operation] = [
            .send(member: 0, [Self.payments[0]]), .work(milliseconds: 20), .loseState(party: party),
            .send(member: 1, [Self.payments[0]]),
        ]
        let faults: [[Operation]] = [
            [.work(milliseconds: 1005), .crash(.party(party), downFor: 800)],
            [.work(milliseconds: 1020), .crash(.party(0), downFor: 800)],
            [.work(milliseconds: 1010), .freeze(.party(3 - party), afterSteps: 3, milliseconds: 3000)],
            [.frames(to: party, .lost, count: 8), .frames(to: 0, .repeated, count: 3)],
            [.work(milliseconds: 1010), .loseLinks(of: party, milliseconds: 900)],
            [.fillDisk(.party(party), commits: 2), .work(milliseconds: 1500), .fillDisk(.party(party), commits: 2)],
            [.rotateKeys, .work(milliseconds: 4000), .rotateTokenKey],
        ]
        for fault in faults {
            #expect(
                try run(lost + fault + [.work(milliseconds: 4000), .send(member: 0, [Self.payments[1]])]) == [],
                "\(fault)")
        }
    }

    @Test("does so behind a refresh of shares, of which nothing can be counted again from the log")
    func refreshed() throws {
        let operations: [Operation] = [
            .send(member: 0, [Self.payments[0]]), .rotateKeys, .work(milliseconds: 4000),
            .send(member: 1, [Self.payments[0]]), .work(milliseconds: 3000), .loseState(party: 2),
            .work(milliseconds: 4000), .send(member: 0, [Self.payments[1]]), .work(milliseconds: 1500),
        ]
        #expect(try run(operations) == [])
    }
}
