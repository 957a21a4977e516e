import ArgumentParser
import Desk
import DeskStore
import EventLogs
import Foundation
import Policy
import Records
import Terminal
import Worlds

/// The desk's index with as many alerts as a bank has in a year: how long its pages take to find.
struct BenchDeskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "desk",
        abstract: "Measure a risk team's desk: queue pages by filter, alerts with their customer's past.")

    @Option(help: "Alerts without a verdict.")
    var open = 100_000

    @Option(help: "Alerts with one.")
    var closed = 1_000_000

    @Option(help: "Payments of the member's customers, of which alerts are some.")
    var payments = 2_000_000

    @Option(help: "Times that each page is asked for.")
    var rounds = 60

    @Option(help: ArgumentHelp("Where the index is made.", valueName: "dir"))
    var dir = "bench-desk"

    @Flag(help: "Measure the index that an earlier run with the same numbers has made.")
    var again = false

    func run() throws {
        guard open > 0, closed >= 0, payments >= open + closed, rounds > 0 else {
            throw Failure("`--payments` is at least `--open` and `--closed` together, and all are above 0")
        }
        if !again { try? FileManager.default.removeItem(atPath: dir) }
        let index = try DeskIndex(path: dir + "/desk.sqlite", member: MemberID("bank-a")!)
        if !again { try fillAndTell(index) }
        try measurePages(index)
        try measureAlerts(index)
    }

    private func fillAndTell(_ index: DeskIndex) throws {
        let began = ContinuousClock.now
        try fill(index)
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let bytes = try FileManager.default.attributesOfItem(atPath: index.path)[.size] as? Int ?? 0
        say(
            "\(open) open and \(closed) closed alerts among \(payments) payments, taken in within \(Int(seconds)) s "
                + "(\(Int(Double(payments * 2 + open + closed * 2) / seconds)) records/s); the file has \(bytes >> 20) MB"
        )
        try measurePages(index)
    }

    // MARK: What is in it

    private static let start: Int64 = 1_735_689_600

    /// Sixteen bytes of a number, spread as keyed hashes are.
    private func name(_ number: Int, stream: UInt64) -> String {
        var random = SeededRandom(seed: UInt64(number), stream: stream)
        return hexadecimal((0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }

    private func item(_ number: Int) -> ItemID { ItemID(name(number, stream: 1))! }

    private func fill(_ index: DeskIndex) throws {
        let progress = Progress("filling the index")
        let alerts = open + closed
        let stride = max(1, payments / alerts)
        var batch = DeskBatch(inputs: [], positions: [])
        var random = SeededRandom(seed: 1)
        var alert = 0
        var offset: Int64 = 0
        for number in 0..<payments {
            let payment = self.payment(number, &random)
            let source = SourcePosition(offset: Int64(number))
            let probability = Double.random(in: 0...1, using: &random)
            let isAlert = number % stride == 0 && alert < alerts
            let band: Band = !isAlert ? .approve : probability < 0.7 ? .review : .decline
            batch.inputs.append(.payment(payment, at: source))
            batch.inputs.append(.decision(item(number), of: source, band: band, probability: probability))
            if isAlert {
                let rules = (0..<8).filter { _ in Int.random(in: 0..<10, using: &random) == 0 }.map { "rule-\($0)" }
                let facts = AlertFacts(
                    item: item(number), source: source, transaction: payment.id, band: band, probability: probability,
                    amount: payment.amount, customer: payment.customer, terminal: payment.terminal,
                    paidAt: payment.time,
                    decidedAt: payment.time.seconds * 1_000_000, rules: rules)
                batch.inputs.append(.alert(facts, at: Position(TopicPartition("bank-a.alerts"), Int64(alert))))
                if alert < closed {
                    let finding = Finding.allCases[Int.random(in: 0..<4, using: &random)]
                    batch.inputs.append(
                        .act(
                            DeskRecord(
                                id: ActID(name(number, stream: 2))!, item: facts.item,
                                actor: Actor(.person, "person-\(number % 50)")!, writtenAt: 0,
                                act: .judge(Judgement(finding))),
                            offset: offset, timestamp: payment.time.seconds * 1_000_000 + offset))
                    offset += 1
                }
                alert += 1
            }
            if batch.inputs.count >= 20_000 || number == payments - 1 {
                _ = try index.apply(batch)
                batch.inputs = []
                progress.show("\(number + 1) of \(payments) payments")
            }
        }
        progress.done("\(payments) payments")
    }

    private func payment(_ number: Int, _ random: inout SeededRandom) -> Transaction {
        Transaction(
            id: "t-\(number)", time: EventTime(seconds: Self.start + Int64(number)),
            customer: "c-\(Int.random(in: 0..<50_000, using: &random))",
            terminal: "x-\(Int.random(in: 0..<5000, using: &random))",
            amount: MinorUnits(Int64.random(in: 100...500_000, using: &random)),
            kind: PaymentKind.allCases[Int.random(in: 0..<4, using: &random)],
            channel: PaymentChannel.allCases[Int.random(in: 0..<7, using: &random)],
            entities: [
                .payee: "p-\(Int.random(in: 0..<20_000, using: &random))",
                .device: "d-\(Int.random(in: 0..<30_000, using: &random))",
            ])
    }

    // MARK: What is measured

    private static let filters: [(name: String, parameters: [(name: String, value: String)])] = [
        ("mine and free", []), ("anyone's", [("whose", "anyone")]), ("mine (none)", [("whose", "mine")]),
        ("declined", [("band", "decline")]), ("a rule", [("rule", "rule-3")]),
        ("a rule of none", [("rule", "no-rule")]),
        ("a rule and a channel", [("rule", "rule-3"), ("channel", "atm"), ("kind", "cash_out")]),
        ("large", [("at_least", "4990")]), ("none so large", [("at_least", "90000")]),
        ("sure", [("probability", "0.999")]), ("a customer", [("customer", "c-17"), ("whose", "anyone")]),
        ("a terminal", [("terminal", "x-17"), ("whose", "anyone")]), ("closed", [("shown", "closed")]),
        ("closed as fraud", [("shown", "closed"), ("finding", "fraud")]),
        ("closed, a terminal", [("shown", "closed"), ("terminal", "x-17")]),
        ("closed, none so large", [("shown", "closed"), ("at_least", "90000")]),
    ]

    private func measurePages(_ index: DeskIndex) throws {
        let me = Actor(.person, "person-1")!
        let now = (Self.start + Int64(payments)) * 1_000_000
        say("")
        say(column("filter", 24, left: true) + ["p50 ms", "p99 ms", "most ms", "rows"].map { column($0, 10) }.joined())
        var all: [Double] = []
        for (name, parameters) in Self.filters {
            let filter = try QueueFilter(parameters)
            var times: [Double] = []
            var rows = 0
            var place: String?
            for _ in 0..<rounds {
                let began = ContinuousClock.now
                let page = try index.page(filter, me: me, now: now, behind: place)
                times.append((ContinuousClock.now - began) / .milliseconds(1))
                rows = max(rows, page.rows.count)
                // Page after page, and from the front again.
                place = page.next
            }
            times.sort()
            all += times
            show(name, times, rows: "\(rows)")
        }
        show("all", all.sorted(), rows: "")
    }

    /// Pictures of alerts, spread over the whole list.
    private func measureAlerts(_ index: DeskIndex) throws {
        let now = (Self.start + Int64(payments)) * 1_000_000
        let stride = max(1, payments / (open + closed))
        var times: [Double] = []
        var past = 0
        for round in 0..<(rounds * 4) {
            let item = item(round * ((open + closed) / (rounds * 4)) * stride)
            let began = ContinuousClock.now
            guard let picture = try index.picture(of: item, now: now) else { continue }
            times.append((ContinuousClock.now - began) / .milliseconds(1))
            past = max(past, picture.past.count)
        }
        times.sort()
        show("an alert's picture", times, rows: "\(past)")
    }

    private func show(_ name: String, _ times: [Double], rows: String) {
        let cells = [percentile(times, 0.5), percentile(times, 0.99), times.last].map { decimals($0, 2) } + [rows]
        say(column(name, 24, left: true) + cells.map { column($0, 10) }.joined())
    }
}
