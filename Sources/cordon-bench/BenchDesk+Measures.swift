import Desk
import Foundation
import HTTPFront
import NIOHTTP1
import Terminal

extension BenchDeskCommand {
    private static let filters: [(name: String, query: String)] = [
        ("mine and free", ""), ("anyone's", "whose=anyone"), ("mine (none)", "whose=mine"),
        ("declined", "band=decline"), ("a rule", "rule=rule-3"), ("a rule of none", "rule=no-rule"),
        ("a rule and a channel", "rule=rule-3&channel=atm&kind=cash_out"), ("large", "at_least=4990"),
        ("none so large", "at_least=90000"), ("sure", "probability=0.999"),
        ("a customer", "customer=c-17&whose=anyone"),
        ("the busy customer", "customer=c-0&whose=anyone"), ("a terminal", "terminal=x-17&whose=anyone"),
        ("late", "awaits=late&whose=anyone"), ("waiting for others", "awaits=others&whose=anyone"),
        ("samples", "origin=sample&whose=anyone"), ("put aside", "shown=snoozed"), ("kept back", "shown=kept"),
        ("closed", "shown=closed"), ("closed as fraud", "shown=closed&finding=fraud"),
        ("closed, a terminal", "shown=closed&terminal=x-17"), ("closed, none so large", "shown=closed&at_least=90000"),
    ]

    /// Page after page of each filter, and from the front again.
    func measureQueue(_ desk: BenchDesk) async throws {
        sayColumns(of: "queue")
        let visitor = try desk.enter("person-1")
        var all = Measured()
        for (name, query) in Self.filters {
            var measured = Measured()
            var place = ""
            for _ in 0..<rounds {
                let target = "/queue?" + query + place
                let (reply, cost) = try await desk.call(.GET, target, as: visitor)
                measured.add(cost, reply.body.count)
                let text = String(decoding: reply.body, as: UTF8.self)
                place = text.firstMatch(of: #/after=([^"&]+)/#).map { "&after=\($0.1)" } ?? ""
            }
            show(name, measured)
            all.add(measured)
        }
        show("all", all)
    }

    /// Pages that sum over all alerts.
    func measureFigures(_ desk: BenchDesk) async throws {
        sayColumns(of: "figures")
        let visitor = try desk.enter("person-1")
        for (name, target) in [
            ("dashboard, 7 days", "/dashboard?days=7"), ("dashboard, 30 days", "/dashboard?days=30"),
            ("dashboard, 90 days", "/dashboard?days=90"), ("what samples say", "/samples?days=90"),
        ] {
            var measured = Measured()
            for _ in 0..<rounds {
                let (reply, cost) = try await desk.call(.GET, target, as: visitor)
                measured.add(cost, reply.body.count)
            }
            show(name, measured)
        }
    }

    /// Pages of alerts, spread over the whole list.
    func measureAlerts(_ desk: BenchDesk) async throws {
        sayColumns(of: "alert")
        let visitor = try desk.enter("person-1")
        let stride = max(1, payments / (open + closed))
        for (name, phase) in [("of any customer", 1), ("of the busy customer", 0)] {
            var measured = Measured()
            for round in 0..<(rounds * 4) {
                let number = round * ((open + closed) / (rounds * 4)) / 20 * 20 + phase
                let (reply, cost) = try await desk.call(
                    .GET, "/alerts/\(BenchAlert.item(number * stride))", as: visitor)
                measured.add(cost, reply.body.count)
            }
            show(name, measured)
        }
    }

    /// Many people take the best alert that nobody has, at once and again and again.
    func race(_ desk: BenchDesk) async throws {
        let each = 1000 / people
        let began = ContinuousClock.now
        var (measured, claimed) = (Measured(), [String]())
        try await withThrowingTaskGroup(of: ([(String, BenchDesk.Cost)]).self) { group in
            for person in 0..<people {
                let visitor = try desk.enter("racer-\(person)")
                group.addTask {
                    var mine: [(String, BenchDesk.Cost)] = []
                    for _ in 0..<each {
                        let (reply, cost) = try await desk.call(.POST, "/next", as: visitor)
                        mine.append(
                            (reply.headers["Location"].first.map { String($0.prefix { $0 != "?" }) } ?? "", cost))
                    }
                    return mine
                }
            }
            for try await mine in group {
                for (item, cost) in mine {
                    measured.add(cost, 0)
                    claimed.append(item)
                }
            }
        }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        let count = Set(claimed).count
        say("")
        say(
            "\(people) people claimed \(claimed.count) alerts in \(decimals(seconds, 1)) s, \(count) of them different ones; "
                + "a claim took \(measured.text(\.time, 0.5)) ms at the median, \(measured.text(\.time, 0.99)) ms at p99"
        )
        guard count == people * each, claimed.allSatisfy({ $0.hasPrefix("/alerts/") }) else {
            throw Failure("an alert was claimed twice, or a claim was lost")
        }
    }

    private func sayColumns(of name: String) {
        say("")
        say(
            column(name, 24, left: true)
                + ["p50 ms", "p99 ms", "CPU p50", "CPU p99", "most KB"].map { column($0, 10) }.joined())
    }

    private func show(_ name: String, _ measured: Measured) {
        let cells =
            [\.time, \.processor].flatMap { (part: KeyPath<BenchDesk.Cost, Double>) in
                [measured.text(part, 0.5), measured.text(part, 0.99)]
            } + [decimals(Double(measured.bytes) / 1000, 1)]
        say(column(name, 24, left: true) + cells.map { column($0, 10) }.joined())
    }
}

/// What answers took, and the most bytes that one had.
private struct Measured {
    private var costs: [BenchDesk.Cost] = []
    private(set) var bytes = 0

    mutating func add(_ cost: BenchDesk.Cost, _ bytes: Int) {
        costs.append(cost)
        self.bytes = max(self.bytes, bytes)
    }

    mutating func add(_ other: Self) {
        costs += other.costs
        bytes = max(bytes, other.bytes)
    }

    func text(_ part: KeyPath<BenchDesk.Cost, Double>, _ share: Double) -> String {
        decimals(percentile(costs.map { $0[keyPath: part] }.sorted(), share), 2)
    }
}
