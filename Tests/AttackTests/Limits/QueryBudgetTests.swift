import EventLogs
import Model
import Records
import Sealing
import SecureScoring
import Simulation
import Telemetry
import Testing
import ThreeParty

/// A score is an answer of the secret model. A member that asks more often than its budget allows is refused by the parties,
/// whatever its agent does.
@Suite("A member that asks the model too often")
struct QueryBudgetTests {
    private let consortium: StagedConsortium

    init() throws {
        let spec = try probedSpec()
        consortium = try StagedConsortium(spec, probedModel(spec), budget: .daily(5))
    }

    private func features(_ number: Int64) -> [Double] { (0..<4).map { Double((number >> (2 * $0)) & 7) } }

    private func records(_ member: Prober, _ sources: Range<Int64>) -> [[UInt8]] {
        let now = EventTime(seconds: consortium.clock.microseconds / 1_000_000)
        return sources.map { member.seal(features($0), source: $0, at: now, spec: consortium.spec) }
    }

    private func expectScores(_ member: Prober, _ sources: some Sequence<Int64>) throws {
        let expected = sources.map { ($0, consortium.model.score(values: features($0))) }
        #expect(try consortium.scores(member) == Dictionary(uniqueKeysWithValues: expected))
    }

    private func refused(_ party: PartyID) -> Double? {
        consortium.metrics[party]?.value(.transactionsOverLimit, .init("reason", "over_budget"))
    }

    @Test("has its budget scored and the rest refused as over_budget; the other member's are all scored")
    func refused() throws {
        let (a, b) = (consortium.a, consortium.b)
        for start in stride(from: 0, to: 12, by: 3) as StrideTo<Int64> {
            try consortium.send(records(a, start..<start + 3) + records(b, start..<start + 3))
        }
        try expectScores(a, 0..<5 as Range<Int64>)
        try expectScores(b, 0..<12 as Range<Int64>)
        // Behind the activation, six records a piece.
        #expect(try consortium.rejected(a) == ["over_budget": [9, 13, 14, 15, 19, 20, 21]])
        #expect(try consortium.rejected(b) == [:])
        for party in PartyID.allCases { #expect(refused(party) == 7) }
        // Each by all three parties' word to its agent.
        #expect(try consortium.refusals(a) == Dictionary(uniqueKeysWithValues: (5...11).map { ($0, .overBudget) }))
    }

    @Test("has no more within one piece, nor in batches that are under way at once")
    func pipelined() throws {
        try consortium.send(records(consortium.a, 0..<40))
        try expectScores(consortium.a, 0..<5 as Range<Int64>)
        #expect(try consortium.rejected(consortium.a)["over_budget"]?.count == 35)
    }

    @Test("has its budget again on the next day of the log")
    func nextDay() throws {
        try consortium.send(records(consortium.a, 0..<6))
        consortium.clock.wait(for: .seconds(86_400))
        try consortium.send(records(consortium.a, 6..<12))
        try expectScores(consortium.a, [0, 1, 2, 3, 4, 6, 7, 8, 9, 10])
    }

    @Test(
        "gains nothing by restarts, nor by a party that lost its disk",
        arguments: [[], [.zero], [.one], [.one, .two]] as [[PartyID]])
    func restarts(forgetful: [PartyID]) throws {
        try consortium.send(records(consortium.a, 0..<3))
        try consortium.restart(forgetting: forgetful)
        try consortium.send(records(consortium.a, 3..<6))
        try consortium.restart(forgetting: forgetful)
        try consortium.send(records(consortium.a, 6..<9))
        try expectScores(consortium.a, 0..<5 as Range<Int64>)
        #expect(try consortium.rejected(consortium.a)["over_budget"]?.count == 4)
    }

    @Test(
        "is charged once for what is computed again, whoever could not commit it", arguments: PartyID.allCases,
        [1, 2, 3])
    func computedAgain(party: PartyID, commits: Int) throws {
        try consortium.send(records(consortium.b, 0..<1))
        consortium.fail(commits: commits, at: party)
        try consortium.send(records(consortium.a, 0..<4))
        try consortium.restart()
        try consortium.send(records(consortium.a, 4..<8))
        try expectScores(consortium.a, 0..<5 as Range<Int64>)
        #expect(try consortium.rejected(consortium.a)["over_budget"]?.count == 3)
    }

    @Test("is not charged for what nobody scores, nor for records that others forge in its name")
    func charged() throws {
        let forger = try Prober("bank-a", consortium.partyKeys)
        try consortium.send(records(forger, 0..<6))
        // The last byte is in one party's box: the two others could use these.
        try consortium.send(records(consortium.a, 0..<4).map { $0.dropLast() + [$0[$0.count - 1] ^ 1] })
        try consortium.send(records(consortium.a, 6..<11))
        try expectScores(consortium.a, 6..<11 as Range<Int64>)
        #expect(
            try consortium.rejected(consortium.a) == ["unknown_session": Set(1...6), "box_not_opened": Set(7...10)])
        // Nor are these told to its agent as refused: who forges a record could have a transaction ended.
        #expect(try consortium.refusals(consortium.a) == [:])
    }
}
