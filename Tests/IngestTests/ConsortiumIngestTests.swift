import EventLogs
import Formats
import Ingest
import LocalStore
import Model
import Records
import Sealing
import Support
import Telemetry
import Testing
import Tokens

private let day = EventTime.day

private func transaction(_ id: String, _ seconds: Int64, terminal: String = "t1", device: String? = nil) -> [UInt8] {
    var transaction = payment(id, seconds: seconds, terminal: terminal)
    transaction.entities[.device] = device
    return CanonicalJSON.encode(transaction)
}

private func verdict(_ id: String, _ fraud: Bool) -> [UInt8] {
    CanonicalJSON.encode(Verdict(transaction: id, fraud: fraud))
}

private func watermark(_ seconds: Int64) -> [UInt8] { CanonicalJSON.encode(watermark: EventTime(seconds: seconds)) }

/// A day of the years that records may be of.
private let first = EventTime(rfc3339: "2018-07-05")!.seconds

@Suite("A member's agent where the consortium counts")
struct ConsortiumIngestTests {
    @Test("boxes carry the tokens of what transactions name, and zeros where that is nothing or no identifier")
    func tokens() throws {
        let bank = try CountingBank()
        try bank.send([
            transaction("a", first, terminal: " t-1 ", device: "d1"), transaction("b", first + 1, terminal: "T-1"),
            transaction("c", first + 2, terminal: "π", device: "d1"),
            transaction("a", first, terminal: " t-1 ", device: "d1"),
        ])
        try bank.ingest(try bank.state())
        let sealed = try bank.sealed()
        let rules = IdentifierRules()
        let terminal = try #require(bank.tokens.known[rules.identifier(.terminal, "T-1")]).bytes
        let device = try #require(bank.tokens.known[rules.identifier(.device, "d1")]).bytes
        let none = [UInt8](repeating: 0, count: 33)
        #expect(sealed.map(\.tokens) == [terminal + device, terminal + none, none + device])
        #expect(sealed.map(\.event) == ["a", "b", "c"].map(bank.eventID))
        #expect(sealed.map(\.epoch) == [3, 3, 3])
        // Of the member's own features alone: an amount of 10.00, and a count of 1, 2 and 3.
        #expect(sealed.map(\.bits) == [[0b00111], [0b01111], [0b01111]])
        #expect(bank.tokens.asked.count == 1 && bank.tokens.known.count == 2)
        #expect(
            bank.metrics.value(
                "cordon_identifiers_refused_total", .init("entity", "terminal"), .init("reason", "identifier_not_ascii")
            )
                == 1)
    }

    @Test("what names nothing says the epoch as what names something, and from a rotation on it is the new one")
    func epochs() throws {
        let bank = try CountingBank()
        let state = try bank.state()
        try bank.send([transaction("a", first, terminal: "π")])
        try bank.ingest(state)
        bank.tokens.epoch = TokenEpoch(4)
        try bank.send([transaction("b", first + 1)])
        try bank.ingest(state)
        let sealed = try bank.sealed()
        #expect(sealed.map(\.epoch) == [3, 4])
        #expect(sealed.map { $0.tokens.allSatisfy { $0 == 0 } } == [true, false])
        // Labels of events that the parties know bring no tokens.
        try bank.send([watermark(first + 3 * day)])
        try bank.ingest(state)
        #expect(try bank.told().map(\.tokenEpoch) == [0])
    }

    @Test("labels leave in records of at most 512, by event id, and corrections alone")
    func labels() throws {
        let bank = try CountingBank()
        let events = (0..<600).map { "p\($0)" }
        try bank.send(events.enumerated().map { transaction($1, first + Int64($0)) })
        try bank.send([verdict("p3", true), verdict("p4", false), watermark(first + 3 * day), verdict("p5", true)])
        try bank.send([verdict("p3", true), verdict("p3", false), verdict("p3", false), watermark(first + day)])
        try bank.ingest(try bank.state())
        let told = try bank.told()
        #expect(told.map(\.events.count) == [512, 88, 1, 1])
        let all = told[0].events + told[1].events
        #expect(all.map(\.hex) == events.map { bank.eventID($0).hex }.sorted())
        let frauds = (told[0].frauds ?? []) + (told[1].frauds ?? [])
        #expect(zip(all, frauds).filter(\.1).map(\.0) == [bank.eventID("p3")])
        #expect(told[2].events == [bank.eventID("p5")] && told[2].frauds == [true])
        #expect(told[3].events == [bank.eventID("p3")] && told[3].frauds == [false])
        #expect(
            told.map(\.source)
                == [(602, 0), (602, 1), (603, 0), (605, 0)].map { SourcePosition(offset: $0.0, index: $0.1) })
        let rejected = try bank.values("bank-a.rejected").map { try #require(WireRejected(decoding: $0)) }
        #expect(rejected.map(\.reason) == ["reversal_repeated"] && rejected.map(\.offset) == [606])
        #expect(bank.metrics.value("cordon_watermarks_total") == 2)
        #expect(bank.metrics.value("cordon_labels_told_total") == 602)
    }

    @Test("with a second spec its bits go along, but for transactions that came in before the agent knew it")
    func shadow() throws {
        let bank = try CountingBank()
        let features = [
            Feature(name: "amount", kind: .amount), Feature(name: "day", kind: .count(.customer, .init(days: 1))),
        ]
        let shadow = ShadowSpec(
            try BinnedSpec(spec: FeatureSpec(name: "next", features: features), edges: [[5, 15], [1.5, 2.5]]))
        func ingest(_ own: [Feature], _ shadow: ShadowSpec?) throws {
            let state = try bank.state(own: own)
            let end = try bank.log.end(of: bank.source)
            try bank.pipeline(state, shadow: shadow).run(by: bank.clock, until: { (state.ingested ?? 0) >= end })
        }
        try bank.send([transaction("a", first)])
        try ingest([], nil)
        try bank.send([transaction("b", first + 1), transaction("c", first + 2)])
        try ingest(shadow.windows, shadow)
        // A transaction whose features were not computed, as of one that is sealed again after the restart.
        try bank.send([transaction("d", first + 3)])
        try ingest([], shadow)
        #expect(try bank.shadowBits(shadow.spec) == [nil, [0b0101], [0b1101], nil])
        #expect(try bank.sealed().count == 4)
    }

    @Test("labels leave where nothing is counted, too, and no token is waited for")
    func labelsAlone() throws {
        let bank = try CountingBank(labelsAlone: true)
        bank.tokens.isSilent = true
        try bank.send([
            transaction("a", first, device: "d1"), transaction("b", first + 1), verdict("b", true),
            watermark(first + 3 * day), verdict("a", true),
        ])
        try bank.ingest(try bank.state())
        let sealed = try bank.sealed()
        #expect(sealed.map(\.event) == ["a", "b"].map(bank.eventID))
        #expect(sealed.allSatisfy { $0.tokens.isEmpty && $0.epoch == 0 } && bank.tokens.asked.isEmpty)
        let told = try bank.told()
        #expect(told.map(\.events.count) == [2, 1])
        #expect(zip(told[0].events, told[0].frauds ?? []).filter(\.1).map(\.0) == [bank.eventID("b")])
        #expect(told[1].events == [bank.eventID("a")] && told[1].frauds == [true])
    }

    @Test("after a crash the same labels leave again, at the same places, whatever was kept and however the log is cut")
    func replay() throws {
        var orders: [[CountingBank.Told]] = []
        for (batchSize, restarts) in [(512, 0), (1, 40), (7, 9)] {
            let bank = try CountingBank()
            var random = SplitMix64(state: 11)
            var records: [[UInt8]] = []
            for number in 0..<900 {
                let seconds = first + Int64(number) * 1500 - (number % 11 == 5 ? 3 * day : 0)
                records.append(transaction("p\(number)", max(first, seconds), terminal: "t\(number % 5)"))
                if number % 3 == 0 {
                    records.append(
                        verdict("p\(Int.random(in: max(0, number - 300)...number, using: &random))", number % 2 == 0))
                }
                if number % 50 == 0 { records.append(watermark(first + Int64(number) * 1500 + 900)) }
            }
            try bank.send(records)
            let end = Int64(records.count)
            for number in 0..<restarts {
                // An agent that ends somewhere, and has kept what the beat of its clock let it keep.
                let state = try bank.state()
                let part = end * Int64(number + 1) / Int64(restarts + 1)
                try bank.ingest(state, through: part, batchSize: batchSize)
                // One that is killed: what it did is in the log, and not in its state.
                let lost = try AgentState(
                    spec: bank.spec.spec, hasher: bank.hasher, transactions: bank.source,
                    store: Amnesia(try SQLiteStateStore(path: bank.folder.path + "/state.sqlite")))
                try bank.ingest(lost, through: min(end, part + 70), batchSize: 3)
            }
            try bank.ingest(try bank.state(), batchSize: batchSize)
            var told: [CountingBank.Told] = []
            for record in try bank.told() {
                let repeated = told.first { $0.source == record.source }
                #expect(repeated == nil || repeated == record)
                if repeated == nil { told.append(record) }
            }
            let order = told.compactMap(\.source.labelOrder)
            #expect(order == order.sorted() && order.count == told.count && told.count > 20)
            #expect(Set(try bank.sealed().map(\.event)).count == 900)
            #expect((try bank.sealed().count > 900) == (restarts > 0))
            orders.append(told)
        }
        #expect(orders[0] == orders[1] && orders[0] == orders[2])
    }

    @Test("a state that was lost with the log's last records says the same again")
    func repeats() throws {
        let bank = try CountingBank()
        try bank.send((0..<50).map { transaction("p\($0)", first + Int64($0) * 6 * 3600) } + [verdict("p3", true)])
        try bank.ingest(try bank.state("one"))
        let once = try bank.told()
        try bank.ingest(try bank.state("two"))
        // Nothing again: this one began behind the group's position.
        #expect(try bank.told() == once)
        let fresh = try CountingBank()
        try fresh.send(try bank.values("bank-a.transactions"))
        try fresh.ingest(try fresh.state())
        #expect(try fresh.told() == once && once.count > 5)
    }

    @Test("an agent without state may have to send its predecessor's labels again, but for those that all have counted")
    func predecessor() throws {
        let bank = try CountingBank()
        try bank.send((0..<50).map { transaction("p\($0)", first + Int64($0) * 6 * 3600) } + [verdict("p3", true)])
        try bank.ingest(try bank.state("one"))
        let sources = try bank.told().map(\.source)
        let two = try bank.state("two")
        try bank.ingest(two)
        #expect(two.sentLabels.records.map(\.source) == sources && sources.count > 5)
        #expect(two.sentLabels.records.flatMap(\.labels).count == (try bank.told().flatMap(\.events).count))
        // Receipts may come before the agent has read so far.
        let three = try bank.state("three")
        let topic = TopicPartition(Topics.receipts(bank.sessions.member))
        for (number, party) in PartyID.allCases.enumerated() {
            let receipt = LabelReceipt(party: party, partition: 0, counted: sources[2 + number], isMissing: false)
            three.take(receipt, through: Position(topic, Int64(number + 1)))
        }
        try bank.ingest(three)
        #expect(three.sentLabels.records.map(\.source) == Array(sources[3...]))
    }

    @Test("what waits for tokens when the agent is told to stop is neither in the log nor in its state")
    func stopped() throws {
        let bank = try CountingBank()
        try bank.send([transaction("a", first), transaction("b", first + 4 * day)])
        bank.tokens.isSilent = true
        try bank.ingestNothing()
        #expect(try bank.sealed().isEmpty && bank.told().isEmpty)
        bank.tokens.isSilent = false
        let state = try bank.state()
        try bank.ingest(state)
        #expect(state.waiting == 2)
        #expect(try bank.sealed().map(\.event) == ["a", "b"].map(bank.eventID))
        #expect(try bank.told().map(\.events) == [[bank.eventID("a")]])
    }

    @Test("labels leave after the events that they are of and before what came later, in the log's order")
    func order() throws {
        let bank = try CountingBank()
        try bank.send([transaction("a", first), transaction("b", first + 3 * day), transaction("c", first + 6 * day)])
        try bank.ingest(try bank.state())
        #expect(try bank.told().map(\.events) == [[bank.eventID("a")], [bank.eventID("b")]])
        // All in one turn of the agent, and still three appends.
        #expect(bank.tokens.asked.count == 1)
        #expect(try bank.sealed().count == 3)
    }
}

extension CountingBank {
    /// An agent that waits for tokens until it is told to stop.
    fileprivate func ingestNothing() throws {
        let state = try state()
        try pipeline(state).run(by: clock, until: { tokens.asked.count > 0 })
    }
}

/// Keeps nothing.
private struct Amnesia: StoreDecorator {
    let store: any StateStore

    init(_ store: SQLiteStateStore) { self.store = store }

    func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {}
    func removeAll(in table: String, below bound: Int64) throws(LogError) {}
    func removeAll(in table: String, keysBelow bound: [UInt8]) throws(LogError) {}
}
