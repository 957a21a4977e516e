import EventLogs
import Keys
import Model
import Records
import Sealing
import Telemetry
import Testing

@Suite("Three parties that round scores", .serialized)
struct RoundedScoresTests {
    private static let steps: [Int64] = [-9000, -4000, -1500, -600, 0, 1, 300, 900, 1500, 2500, 6000]

    @Test("give every member the step of the model's score and nothing else, also of what they count")
    func counted() throws {
        let world = try CountedWorld(steps: Self.steps)
        try world.history(world.day(0), frauds: [], day: 9)
        for day in Int64(10)..<14 { try world.send(world.day(day)) }
        try world.world.start()
        try world.expectScores()
        let events = world.clear.events
        try world.label(events, frauds: Set(events.filter { $0.number % 3 == 0 }))
        try world.send(world.day(20))
        try world.expectScores()
        // What was counted is in the steps.
        #expect(world.telling > 3)
        let opened = try world.world.scores(world.world.a, 25).scores
        #expect(opened.allSatisfy { $0.steps == Self.steps.count } && Set(opened.map(\.raw)).count > 3)
        world.world.stop()
        #expect(world.world.entries.errors.isEmpty)
        try expectOnlySteps(world.world)
    }

    /// A record of score shares has two bytes a transaction, of which the last six bits are zero; so there is no room for a score.
    private func expectOnlySteps(_ world: World) throws {
        for record in try world.records(Topics.scores(world.a.id)) {
            let shares = try #require(WireScoreShares(decoding: record.value ?? []))
            let header = try #require(WireScoreHeader(decoding: Array(shares.header)))
            let party = try #require(PartyID(rawValue: Int(header.party)))
            let keys = try #require(world.a.sessions[party])
            let box = try SealedBox.open(
                Array(shares.box), salted: [scoreBoxLabel, Array(header.planDigest)], under: keys.scoreBoxes,
                associated: Array(shares.header))
            #expect(header.steps == 11 && box.count == 2 * header.sources.count)
            #expect(stride(from: 1, to: box.count, by: 2).allSatisfy { box[$0] < 4 })
        }
    }

    @Test(
        "go on from a model with exact scores, and back, in the stream; also in the wide ring",
        arguments: [false, true])
    func switching(wide: Bool) throws {
        let world = try World()
        let exact = try randomModel("v1", spec: world.spec, wide: wide)
        let points = Self.steps.map { Calibration.Point(score: wide ? $0 * 1000 : $0, probability: 0.5) }
        let rounded = try ClearModel(
            version: "v2", binned: exact.binned, forest: exact.forest, calibration: Calibration(points: points))
        func send(_ numbers: Range<Int64>) throws {
            try world.append(try numbers.map { try world.a.seal(values($0), source: $0, spec: world.spec) })
        }
        try world.append([try world.activation(try world.deal(exact), sequence: 1)])
        try send(0..<10)
        try world.append([try world.activation(try world.deal(rounded, rounded: true), sequence: 2)])
        try send(10..<30)
        try world.start()
        _ = try world.scores(world.a, 30)
        try world.append([try world.activation(try world.deal(exact), sequence: 3)])
        try send(30..<40)
        let opened = try world.scores(world.a, 40)
        #expect(Set(opened.scores.filter { $0.steps == nil }.map(\.source)) == Set(Array(0..<10) + Array(30..<40)))
        for (source, raw) in opened.bySource() {
            let score = exact.score(values: values(source))
            #expect(raw == ((10..<30).contains(source) ? Int64(points.dropFirst().count { score >= $0.score }) : score))
        }
        world.stop()
        #expect(world.entries.errors.isEmpty)
        #expect(world.metrics[.zero]?.value("cordon_transactions_scored_total") == 40)
    }
}
