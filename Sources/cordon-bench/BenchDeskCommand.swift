import ArgumentParser
import Desk
import DeskStore
import EventLogs
import Foundation
import Policy
import Records
import Stages
import Terminal
import Worlds

/// A desk with as many alerts as a bank has in a year: how long its pages take, and whether many people share the work out.
struct BenchDeskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "desk",
        abstract:
            "Measure a risk team's desk: queue pages by filter, alerts with their customer's past, figures, a race for claims.",
        discussion: """
            The desk's routes answer as its server calls them, in this process and without a socket: session, page and its entry in the \
            log of looks are in each time. The index is filled through what takes in the member's topics.
            """)

    @Option(help: "Alerts without a verdict.")
    var open = 100_000

    @Option(help: "Alerts with one.")
    var closed = 1_000_000

    @Option(help: "Payments of the member's customers, of which alerts are some; one in twenty is of one customer.")
    var payments = 1_200_000

    @Option(help: "Times that each page is asked for.")
    var rounds = 60

    @Option(help: "People who race for claims, each for as many as comes to a thousand.")
    var people = 50

    @Option(help: ArgumentHelp("Where the index is made; emptied before, but for `--again`.", valueName: "dir"))
    var dir = "bench-desk"

    @Flag(help: "Measure the index that an earlier run with the same numbers has made.")
    var again = false

    func validate() throws {
        guard open > 0, closed >= 0, payments >= open + closed, rounds > 0, (1...1000).contains(people) else {
            throw ValidationError(
                "`--payments` is at least `--open` and `--closed` together, `--people` 1 to 1,000, and all are above 0 (`--closed` may be 0)"
            )
        }
    }

    func run() throws {
        if !again { try? FileManager.default.removeItem(atPath: dir) }
        let index = try DeskIndex(path: dir + "/desk.sqlite", member: BenchDesk.member)
        if !again { try fillAndTell(index) }
        let desk = try BenchDesk(index: index, dir: dir)
        try desk.run { desk in
            try await measureQueue(desk)
            try await measureAlerts(desk)
            try await measureFigures(desk)
            try await race(desk)
        }
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
    }

    // MARK: What is in it

    /// The last payment is of now, so that the verdicts are of the last thirty days.
    private var start: Int64 { SystemClock().microseconds / 1_000_000 - Int64(payments) }

    private func fill(_ index: DeskIndex) throws {
        let progress = Progress("filling the index")
        let start = start
        let alerts = open + closed
        let stride = max(1, payments / alerts)
        var batch = DeskBatch(inputs: [], positions: [])
        var random = SeededRandom(seed: 1)
        var alert = 0
        // The log that people work on while this is measured begins at 0.
        var offset = Int64(-closed)
        for number in 0..<payments {
            let payment = self.payment(number, from: start, &random)
            let source = SourcePosition(offset: Int64(number))
            let probability = Double.random(in: 0...1, using: &random)
            let isAlert = number % stride == 0 && alert < alerts
            let band: Band = !isAlert ? .approve : probability < 0.7 ? .review : .decline
            batch.inputs.append(.payment(payment, at: source))
            batch.inputs.append(.decision(BenchAlert.item(number), of: source, band: band, probability: probability))
            if isAlert {
                let rules = (0..<8).filter { _ in Int.random(in: 0..<10, using: &random) == 0 }.map { "rule-\($0)" }
                let facts = AlertFacts(
                    item: BenchAlert.item(number), source: source, transaction: payment.id, band: band,
                    probability: probability,
                    amount: payment.amount, customer: payment.customer, terminal: payment.terminal,
                    paidAt: payment.time,
                    decidedAt: payment.time.seconds * 1_000_000, rules: rules)
                batch.inputs.append(
                    .alert(facts, at: Position(TopicPartition(Topics.alerts(BenchDesk.member)), Int64(alert))))
                if alert < closed {
                    let finding = Finding.allCases[Int.random(in: 0..<4, using: &random)]
                    batch.inputs.append(
                        .act(
                            DeskRecord(
                                id: ActID(BenchAlert.name(number, stream: 2))!, item: facts.item,
                                actor: Actor(.person, "person-\(number % 50)")!, writtenAt: 0,
                                act: .judge(Judgement(finding))),
                            offset: offset, timestamp: payment.time.seconds * 1_000_000))
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

    private func payment(_ number: Int, from start: Int64, _ random: inout SeededRandom) -> Transaction {
        Transaction(
            id: "t-\(number)", time: EventTime(seconds: start + Int64(number)),
            customer: "c-\(number % 20 == 0 ? 0 : Int.random(in: 0..<50_000, using: &random))",
            terminal: "x-\(Int.random(in: 0..<5000, using: &random))",
            amount: MinorUnits(Int64.random(in: 100...500_000, using: &random)),
            kind: PaymentKind.allCases[Int.random(in: 0..<4, using: &random)],
            channel: PaymentChannel.allCases[Int.random(in: 0..<7, using: &random)],
            entities: [
                .payee: "p-\(Int.random(in: 0..<20_000, using: &random))",
                .device: "d-\(Int.random(in: 0..<30_000, using: &random))",
            ])
    }
}
