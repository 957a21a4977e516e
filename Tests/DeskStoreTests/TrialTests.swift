import Desk
import DeskStore
import EventLogs
import Policy
import Records
import Support
import Testing

/// What a trial of reasons is told of verdicts.
struct TrialTests {
    private let folder = try! TemporaryFolder()
    private let second: Int64 = 1_000_000

    @Test(
        "alerts count by their first verdict, held against a label that came behind its own; what people reported does not count"
    )
    func verdicts() throws {
        let index = try DeskIndex(path: folder.path("index"), member: DeskSamples.member)
        var inputs = (0..<3).map { number in
            DeskInput.alert(DeskSamples.facts(number), at: Position(TopicPartition("bank-a.alerts"), Int64(number)))
        }
        var offset: Int64 = 0
        func act(_ act: Act, on item: Int, at seconds: Int64) {
            let record = DeskRecord(
                id: DeskSamples.act(Int(offset)), item: DeskSamples.item(item), actor: DeskSamples.person(1),
                writtenAt: 1,
                act: act)
            inputs.append(.act(record, offset: offset, timestamp: seconds * second))
            offset += 1
        }
        func label(_ fraud: Bool, of item: Int, at seconds: Int64) {
            let verdict = Verdict(transaction: DeskSamples.payment(item).id, fraud: fraud)
            let position = Position(TopicPartition("bank-a.transactions"), 1000 + seconds)
            inputs.append(.label(verdict, at: position, timestamp: seconds * second))
        }
        act(.claim(lease: 600), on: 0, at: 10)
        act(.judge(Judgement(.fraud)), on: 0, at: 40)
        label(true, of: 0, at: 41)
        label(false, of: 0, at: 90)
        act(.claim(lease: 600), on: 1, at: 50)
        act(.judge(Judgement(.legitimate)), on: 1, at: 55)
        label(false, of: 1, at: 56)
        act(.raise(SourcePosition(offset: 7), transaction: DeskSamples.payment(7).id, sample: nil), on: 7, at: 60)
        act(.claim(lease: 600), on: 7, at: 61)
        act(.judge(Judgement(.fraud)), on: 7, at: 62)
        act(.judge(Judgement(.legitimate)), on: 0, at: 100)
        _ = try index.apply(DeskBatch(inputs: inputs, positions: []))
        #expect(
            try index.trial(since: 0) == [
                .init(item: DeskSamples.item(0), seconds: 30, agrees: false),
                .init(item: DeskSamples.item(1), seconds: 5, agrees: nil),
            ])
        #expect(try index.trial(since: 55 * second).map(\.item).contains(DeskSamples.item(1)))
        #expect(try index.trial(since: 101 * second).isEmpty)
    }
}
