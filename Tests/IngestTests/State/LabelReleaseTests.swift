import EventLogs
import Ingest
import LocalStore
import Model
import Records
import Support
import Testing

private let day = EventTime.day

/// What a card's spec is, but small: labels of a day leave two days after its end.
func consortiumSpec(bucket: Int64 = EventTime.day, labelDelay: Int64 = 2 * EventTime.day) -> FeatureSpec {
    FeatureSpec(
        name: "consortium",
        features: [
            Feature(name: "amount", kind: .amount), Feature(name: "count", kind: .count(.customer, .init(days: 7))),
            Feature(
                name: "frauds",
                kind: .consortium(.frauds, .terminal, .init(span: 5 * EventTime.day, delay: 2 * EventTime.day))),
            Feature(
                name: "devices",
                kind: .consortium(.count, .device, .init(span: EventTime.day, delay: 2 * EventTime.day))),
        ], terms: ConsortiumTerms(bucket: bucket, labelDelay: labelDelay))
}

extension StoredAgent {
    fileprivate convenience init(_ folder: TemporaryFolder) throws { try self.init(folder, spec: consortiumSpec()) }

    /// What leaves when a transaction comes.
    fileprivate func observe(_ id: String, _ seconds: Int64) throws -> [DueLabel] {
        inOrder(try take(payment(id, seconds: seconds))?.labels ?? [])
    }

    fileprivate func pass(_ seconds: Int64) -> [DueLabel] {
        inOrder(state.pass(EventTime(seconds: seconds), in: &batch))
    }

    private func inOrder(_ labels: [DueLabel]) -> [DueLabel] { labels.sorted { $0.id < $1.id } }

    fileprivate func label(_ id: String, _ fraud: Bool) -> DueLabel { DueLabel(id: state.id(of: id), fraud: fraud) }

    fileprivate func labels(_ frauds: KeyValuePairs<String, Bool>) -> [DueLabel] {
        frauds.map { DueLabel(id: state.id(of: $0), fraud: $1) }.sorted { $0.id < $1.id }
    }
}

@Suite("Labels of a member's events")
struct LabelReleaseTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("leave all at once when event time comes to their bucket's end and the delay, whatever they say")
    func release() throws {
        let agent = try StoredAgent(folder)
        for (id, seconds) in [("a", 10 * day), ("b", 11 * day - 1), ("c", 11 * day), ("d", 12 * day + 7)] {
            #expect(try agent.observe(id, seconds).isEmpty)
        }
        #expect(try agent.confirm("b", fraud: true) == .applied(correction: nil))
        #expect(agent.state.unlabelled == 4)
        #expect(agent.pass(13 * day - 1).isEmpty)
        #expect(agent.pass(13 * day) == agent.labels(["a": false, "b": true]))
        // Once, and a transaction moves event time as a watermark does.
        #expect(agent.pass(13 * day).isEmpty && agent.pass(9 * day).isEmpty)
        #expect(try agent.observe("e", 15 * day + 1) == agent.labels(["c": false, "d": false]))
        #expect(agent.state.unlabelled == 1)
    }

    @Test("of a late event leave with the next bucket's")
    func late() throws {
        let agent = try StoredAgent(folder)
        _ = try agent.observe("a", 10 * day)
        #expect(agent.pass(13 * day) == agent.labels(["a": false]))
        #expect(try agent.observe("late", 10 * day + 5).isEmpty)
        #expect(try agent.confirm("late", fraud: true) == .applied(correction: nil))
        try agent.commit()
        for _ in 0..<2 {
            try agent.restart()
            #expect(agent.state.unlabelled == 1)
        }
        #expect(agent.pass(14 * day - 1).isEmpty)
        #expect(agent.pass(14 * day) == agent.labels(["late": true]))
        try agent.commit()
        try agent.restart()
        #expect(agent.state.unlabelled == 0 && agent.pass(30 * day).isEmpty)
    }

    @Test("that have left are corrected at once by a verdict that says another thing, and by no other")
    func corrections() throws {
        let agent = try StoredAgent(folder)
        _ = try agent.observe("a", 10 * day)
        _ = try agent.observe("b", 10 * day)
        #expect(try agent.confirm("a", fraud: true) == .applied(correction: nil))
        #expect(agent.pass(13 * day) == agent.labels(["a": true, "b": false]))
        #expect(try agent.confirm("a", fraud: true) == .applied(correction: nil))
        #expect(try agent.confirm("b", fraud: false) == .applied(correction: nil))
        #expect(try agent.confirm("b", fraud: true) == .applied(correction: agent.label("b", true)))
        #expect(try agent.confirm("a", fraud: false) == .applied(correction: agent.label("a", false)))
    }

    @Test("a verdict that takes back what was taken back is refused, and changes nothing")
    func reversals() throws {
        let agent = try StoredAgent(folder)
        _ = try agent.observe("a", 10 * day)
        #expect(try agent.confirm("a", fraud: false) == .applied(correction: nil))
        #expect(try agent.confirm("a", fraud: false) == .repeated)
        #expect(try agent.confirm("a", fraud: true) == .applied(correction: nil))
        #expect(try agent.confirm("a", fraud: true) == .applied(correction: nil))
        #expect(try agent.confirm("a", fraud: false) == .applied(correction: nil))
        try agent.commit()
        try agent.restart()
        #expect(try agent.confirm("a", fraud: false) == .repeated)
        #expect(agent.pass(13 * day) == agent.labels(["a": false]))
        #expect(try agent.confirm("a", fraud: false) == .repeated)
        #expect(try agent.confirm("a", fraud: true) == .applied(correction: agent.label("a", true)))
        #expect(try agent.confirm("none", fraud: false) == .unknown)
    }

    @Test("are nobody's business where the spec has no features of the consortium")
    func without() throws {
        let agent = try StoredAgent(folder, spec: consortiumSpec().own)
        #expect(!agent.state.tellsLabels)
        _ = try agent.observe("a", 10 * day)
        #expect(try agent.observe("b", 40 * day).isEmpty && agent.pass(50 * day).isEmpty)
        #expect(try agent.confirm("a", fraud: true) == .applied(correction: nil))
        for _ in 0..<2 { #expect(try agent.confirm("a", fraud: false) == .applied(correction: nil)) }
        try agent.commit()
        var kept = 0
        for table in ["labels", "labels-late"] { try agent.store.scan(table) { _ in kept += 1 } }
        #expect(kept == 0 && agent.state.unlabelled == 0)
    }

    @Test("of history that was told leave no more, and of what was not, in its time")
    func history() throws {
        let agent = try StoredAgent(folder)
        let past = [("a", 10 * day, true), ("b", 12 * day, false), ("c", 12 * day + 1, true)].map {
            (transaction: payment($0.0, seconds: $0.1), fraud: $0.2)
        }
        try agent.state.backfill(past, through: EventTime(seconds: 13 * day))
        for _ in 0..<2 {
            #expect(agent.state.unlabelled == 2)
            try agent.restart()
        }
        #expect(agent.pass(15 * day - 1).isEmpty)
        #expect(agent.pass(15 * day) == agent.labels(["b": false, "c": true]))
        #expect(try agent.confirm("a", fraud: false) == .applied(correction: agent.label("a", false)))
    }

    @Test("of windows from before there was a schedule never leave")
    func upgrade() throws {
        let before = try StoredAgent(folder, spec: consortiumSpec().own)
        _ = try before.observe("a", 10 * day)
        _ = try before.observe("b", 14 * day)
        try before.commit()
        let agent = try StoredAgent(folder)
        #expect(agent.state.unlabelled == 1)
        #expect(agent.pass(40 * day) == agent.labels(["b": false]))
    }

    @Test("leave alike from an agent that is restarted again and again", arguments: 0..<6 as Range<UInt64>)
    func restarts(seed: UInt64) throws {
        var generator = SplitMix64(state: seed)
        let spec = consortiumSpec(bucket: 6 * 3600, labelDelay: Int64(seed) * 7 * 3600)
        let steady = try StoredAgent(folder, name: "steady", spec: spec)
        let restarted = try StoredAgent(folder, name: "restarted", spec: spec)
        var now = 100 * day
        var left: [UInt64: Bool] = [:]
        var (count, corrections) = (0, 0)
        for number in 0..<1500 {
            now += Int64.random(in: 0...2000, using: &generator)
            var labels: [DueLabel] = []
            switch Int.random(in: 0..<10, using: &generator) {
            case 0:
                labels = steady.pass(now)
                #expect(restarted.pass(now) == labels)
            case 1...3:
                let id = "p\(Int.random(in: max(0, number - 400)...number, using: &generator))"
                let fraud = Bool.random(using: &generator)
                let expected = try steady.confirm(id, fraud: fraud)
                #expect(try restarted.confirm(id, fraud: fraud) == expected)
                guard case .applied(let label?) = expected else { break }
                #expect(left[label.id] == !label.fraud)
                left[label.id] = label.fraud
                corrections += 1
            default:
                let late = number % 9 == 0 ? Int64.random(in: 0...4 * day, using: &generator) : 0
                labels = try steady.observe("p\(number)", now - late)
                #expect(try restarted.observe("p\(number)", now - late) == labels, "seed \(seed), \(number)")
            }
            for label in labels {
                #expect(left[label.id] == nil)
                left[label.id] = label.fraud
            }
            count += labels.count
            if number % 10 == 9 {
                try steady.commit()
                try restarted.commit()
                #expect(restarted.state.unlabelled == steady.state.unlabelled)
            }
            if number % 50 == 49 { try restarted.restart() }
        }
        let rest = steady.pass(now + 100 * day)
        #expect(restarted.pass(now + 100 * day) == rest)
        #expect(count + rest.count == steady.state.knownIDs && steady.state.unlabelled == 0)
        #expect(corrections > 10)
    }
}
