import Desk
import DeskFront
import DeskStore
import EventLogs
import Formats
import Records
import Stages
import Support
import Telemetry
import Testing

struct LabelStageTests {
    private let member = DeskSamples.member
    private let world: DeskLog

    init() throws {
        world = try DeskLog()
        try world.alert(0..<6)
    }

    private func stage(_ desk: DeskParts) throws -> LabelStage {
        LabelStage(
            index: desk.index, member: member, text: try #require(LabelText(mapping: .canonical)), log: world.log,
            clock: world.clock, metrics: Metrics())
    }

    private func write(_ number: Int, on item: Int, _ act: Act) throws {
        let record = DeskRecord(
            id: DeskSamples.act(number), item: DeskSamples.item(item), actor: DeskSamples.person(0), writtenAt: 1,
            act: act)
        try world.log.append([NewRecord(TopicPartition(Topics.cases(member)), value: record.json(member: member))])
    }

    /// The labels on the member's topic.
    private func labels() throws -> [String] {
        let parser = RecordParser(mapping: .canonical)
        let reader = try world.log.reader(at: [Position(TopicPartition(Topics.transactions(member)), 0)])
        return try reader.available(limit: 1000).compactMap { record in
            parser.parts(record.value ?? []).first?.verdict.map { "\($0.transaction) \($0.fraud)" }
        }
    }

    private func settle(_ stages: LabelStage..., of desks: [DeskParts]) throws {
        for desk in desks { try desk.projection.catchUp() }
        for _ in 0..<6 { for stage in stages { _ = try stage.turn(until: world.clock.now) } }
    }

    @Test(
        "a verdict becomes one label; one that says the same again, or nothing to learn from, becomes none; a reversal one more"
    )
    func verdicts() throws {
        let desk = try world.desk("one")
        let stage = try stage(desk)
        let acts: [(Int, Act)] = [
            (1, .judge(Judgement(.fraud))), (2, .judge(Judgement(.suspicious))), (3, .judge(Judgement(.legitimate))),
            (1, .judge(Judgement(.legitimate))), (1, .reopen), (1, .judge(Judgement(.fraud))), (1, .reopen),
            (1, .judge(Judgement(.undecidable))), (1, .reopen), (1, .judge(Judgement(.legitimate))), (4, .note("x")),
        ]
        for (number, (item, act)) in acts.enumerated() { try write(number, on: item, act) }
        try settle(stage, of: [desk])
        #expect(try labels() == ["t-1 true", "t-3 false", "t-1 false"])
        try settle(stage, of: [desk])
        #expect(try labels().count == 3)
        #expect(try desk.index.labels(of: "t-1").map(\.fraud) == [true, false])
    }

    @Test("two desks write each label once, and who comes later goes on where the first one ended")
    func twoDesks() throws {
        let (one, two) = (try world.desk("one"), try world.desk("two"))
        let (first, second) = (try stage(one), try stage(two))
        for number in 0..<4 {
            try write(number, on: number, .judge(Judgement(number % 2 == 0 ? .fraud : .legitimate)))
            try settle(first, second, of: [one, two])
        }
        try first.finish()
        for number in 4..<6 { try write(number, on: number, .judge(Judgement(.fraud))) }
        try settle(second, of: [two])
        let expected = (0..<6).map { "t-\($0) \($0 % 2 == 0 || $0 > 3)" }
        #expect(try labels() == expected)
    }

    @Test(
        "a verdict on an alert that this desk has not read yet waits for it; one on an alert that is nowhere stops nobody"
    )
    func unknown() throws {
        try write(0, on: 77, .judge(Judgement(.fraud)))
        try write(1, on: 2, .judge(Judgement(.fraud)))
        let desk = try world.desk("one")
        let stage = try stage(desk)
        try settle(stage, of: [desk])
        #expect(try labels() == ["t-2 true"])
    }
}
