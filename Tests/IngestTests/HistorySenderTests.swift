import Formats
import Ingest
import Model
import Records
import Support
import Testing
import Tokens

private let day = EventTime.day
private let end = EventTime(rfc3339: "2018-07-05")!

@Suite("History that is told to the parties")
struct HistorySenderTests {
    private func sender(_ bank: CountingBank) -> HistorySender {
        HistorySender(spec: bank.spec, hasher: bank.hasher, feed: bank.feed, log: bank.log, clock: bank.clock)
    }

    /// Some events a day, from `days` before the end on.
    private func history(_ days: Int, daily: Int = 4) -> [(transaction: Transaction, fraud: Bool)] {
        (0..<days * daily).map { number in
            let time = end.seconds - Int64(number / daily + 1) * day + Int64(number % daily) * 60
            return (payment("h\(number)", seconds: time, terminal: "t\(number % 3)"), number % 5 == 0)
        }
    }

    @Test("comes with times, tokens and the outcomes that were due, as far back as windows reach")
    func all() throws {
        let bank = try CountingBank()
        let past = history(12)
        let sent = try sender(bank).send(past, through: end, until: { false })
        // Five days that end two days ago, and a bucket.
        #expect(sent == 8 * 4)
        let told = try bank.told()
        #expect(told.count == 8 && told.map(\.times).allSatisfy { $0.count == 4 })
        #expect(told.allSatisfy { $0.tokenEpoch == 3 })
        // The last two days' labels are not due: the agent tells them later.
        #expect(told.map { $0.frauds != nil } == [true, true, true, true, true, true, false, false])
        let rules = IdentifierRules()
        let byEvent = Dictionary(uniqueKeysWithValues: past.map { (bank.eventID($0.transaction.id), $0) })
        for record in told {
            for (number, event) in record.events.enumerated() {
                let (transaction, fraud) = try #require(byEvent[event])
                #expect(record.times[number] == transaction.time)
                #expect(record.frauds.map { $0[number] == fraud } ?? true)
                let identifier = try rules.identifier(.terminal, transaction.terminal)
                #expect(record.tokens[number].prefix(33) == bank.tokens.known[identifier]?.bytes[...])
                #expect(record.tokens[number].suffix(33).allSatisfy { $0 == 0 } && record.tokens[number].count == 66)
            }
        }
        let last = Int64(end.dayNumber) - 1 - (1 << 40)
        #expect(told.map(\.source) == (0..<8).map { SourcePosition(offset: last - 7 + $0) })
    }

    @Test("comes without tokens where nothing is counted, as far back as labels are still to leave")
    func labelsAlone() throws {
        let bank = try CountingBank(labelsAlone: true)
        bank.tokens.isSilent = true
        // Labels leave two days after the end of a day.
        let sent = try sender(bank).send(history(12), through: end, until: { false })
        #expect(sent == 3 * 4)
        let told = try bank.told()
        #expect(told.allSatisfy { $0.tokenEpoch == 0 && $0.times.count == 4 && $0.tokens.allSatisfy(\.isEmpty) })
        #expect(told.map { $0.frauds != nil } == [true, false, false])
        #expect(try sender(bank).send(history(12), through: end, until: { true }) == nil)
    }

    @Test("stands before everything that the log causes, in growing places, and again in the same ones")
    func places() throws {
        let bank = try CountingBank()
        let past = history(5, daily: 700)
        var shown: [Int] = []
        _ = try sender(bank).send(past.shuffled(), through: end, until: { false }) { sent, count in
            #expect(count == 3500)
            shown.append(sent)
        }
        let told = try bank.told()
        #expect(told.map(\.events.count) == (0..<5).flatMap { _ in [512, 188] } && shown.last == 3500)
        let orders = try told.map { try #require($0.source.labelOrder) }
        #expect(zip(orders, orders.dropFirst()).allSatisfy(<))
        #expect(try #require(orders.last) < SourcePosition(offset: 0).labelOrder ?? 0)
        for record in told { #expect(record.events.map(\.hex) == record.events.map(\.hex).sorted()) }
        _ = try sender(bank).send(past, through: end, until: { false })
        #expect(try Array(bank.told().dropFirst(10)) == told)
    }

    @Test("and the agent's labels together name every event once")
    func agent() throws {
        let bank = try CountingBank()
        let past = history(6)
        _ = try sender(bank).send(past, through: end, until: { false })
        let state = try bank.state()
        try state.backfill(past, through: end)
        try bank.send([CanonicalJSON.encode(watermark: EventTime(seconds: end.seconds + 5 * day))])
        try bank.ingest(state)
        let labelled = try bank.told().filter { $0.frauds != nil }
        #expect(Set(labelled.flatMap(\.events)) == Set(past.map { bank.eventID($0.transaction.id) }))
        #expect(labelled.flatMap(\.events).count == past.count)
    }

    @Test("stops where it is told to")
    func stopped() throws {
        let bank = try CountingBank()
        #expect(try sender(bank).send(history(3), through: end, until: { true }) == nil)
        bank.tokens.isSilent = true
        #expect(try sender(bank).send(history(3), through: end, until: { bank.tokens.asked.count > 2 }) == nil)
        #expect(try bank.told().isEmpty)
    }
}
