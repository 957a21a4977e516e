import Desk
import Records
import Support
import Testing

@Suite("A trial of whether reasons help")
struct ReasonsTrialTests {
    private func item(_ number: Int) throws -> ItemID {
        try #require(ItemID(hexadecimal(Digest32(of: [UInt32(number).bigEndianBytes]).bytes.prefix(16))))
    }

    /// Analysts that take about four minutes and are right in three of four, with reasons faster and better by so much.
    private func judged(_ count: Int, faster: Double, better: Double, seed: UInt64) throws -> [ReasonsTrial.Judged] {
        var generator = SplitMix64(state: seed)
        return try (0..<count).map { number in
            let item = try item(number)
            let isShown = ReasonsTrial.shows(item)
            let time = Double.random(in: 60...420, using: &generator) * (isShown ? 1 - faster : 1)
            let right = Double.random(in: 0..<1, using: &generator) < 0.75 + (isShown ? better : 0)
            return ReasonsTrial.Judged(item: item, seconds: time, agrees: number % 3 == 0 ? nil : right)
        }
    }

    @Test("shows them for half of the alerts, always the same ones")
    func halves() throws {
        let shown = try (0..<4_000).filter { ReasonsTrial.shows(try item($0)) }
        #expect((1_800...2_200).contains(shown.count))
        #expect(try (0..<4_000).filter { ReasonsTrial.shows(try item($0)) } == shown)
    }

    @Test("an effect that there is is found", arguments: 1...5 as ClosedRange<UInt64>)
    func effect(seed: UInt64) throws {
        let report = try ReasonsTrial.report(judged(2_000, faster: 0.2, better: 0.1, seed: seed))
        #expect(try #require(report.timeChance) < 0.001 && #require(report.agreementChance) < 0.01)
        #expect(try #require(report.with.medianSeconds) < #require(report.without.medianSeconds))
        #expect(try #require(report.with.agreement) > #require(report.without.agreement))
    }

    @Test("one that there is not is not found: in about one of twenty trials chance goes below 5 %")
    func none() throws {
        let reports = try (1...100 as ClosedRange<UInt64>).map {
            try ReasonsTrial.report(judged(400, faster: 0, better: 0, seed: $0))
        }
        #expect(reports.count { $0.timeChance ?? 0 < 0.05 } <= 12)
        #expect(reports.count { $0.agreementChance ?? 0 < 0.05 } <= 12)
        #expect(reports.contains { $0.timeChance ?? 0 > 0.5 })
    }

    @Test("counts what there is, and says nothing of chance where there is little")
    func small() throws {
        let with = try #require((0..<50).map { try item($0) }.first { ReasonsTrial.shows($0) })
        let without = try #require((0..<50).map { try item($0) }.first { !ReasonsTrial.shows($0) })
        let report = ReasonsTrial.report([
            .init(item: with, seconds: 10, agrees: true), .init(item: with, seconds: 30, agrees: nil),
            .init(item: with, seconds: 40, agrees: false), .init(item: without, seconds: 7, agrees: nil),
        ])
        #expect(report.with.judged == 3 && report.with.medianSeconds == 30)
        #expect(report.with.known == 2 && report.with.agreed == 1 && report.with.agreement == 0.5)
        #expect(report.without.judged == 1 && report.without.agreement == nil && report.timeChance == nil)
        let empty = ReasonsTrial.report([])
        #expect(empty.with.medianSeconds == nil && empty.agreementChance == nil)
        // Equal times in both halves are no difference.
        let equal = try (0..<200).map { ReasonsTrial.Judged(item: try item($0), seconds: 9, agrees: true) }
        #expect(ReasonsTrial.report(equal).timeChance == 1 && ReasonsTrial.report(equal).agreementChance == 1)
    }
}
